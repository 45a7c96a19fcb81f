"""Who may do what in the registries; and fetching their objects for a person (docs/registries.md)."""

from registries.permissions.contacts import due_for, shift_for
from registries.permissions.donors import batch_for, donor_for, drive_for
from registries.permissions.exchange import exchange_file_for
from registries.permissions.exports import export_for
from registries.permissions.intake import intake_for
from registries.permissions.requests import request_for
from registries.permissions.wishes import wish_for

__all__ = [
    "batch_for",
    "donor_for",
    "drive_for",
    "due_for",
    "exchange_file_for",
    "export_for",
    "intake_for",
    "request_for",
    "shift_for",
    "wish_for",
]
