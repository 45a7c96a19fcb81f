"""Counting the registries, and publishing a year's figures once (docs/registries-figures.md)."""
