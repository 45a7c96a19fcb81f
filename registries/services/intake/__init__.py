"""Donors who joined a branch on paper, brought in from a file by two people (docs/registries-intake.md).

Locks: the file, then registrants in the order of their ids, then the counters of numbers.
"""
