"""Certificates as PDF."""
