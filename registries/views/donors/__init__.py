"""Stem-cell donors at the desk."""
