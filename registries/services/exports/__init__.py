"""Exports of registrants' data: asked for, decided by another person, made by a job, fetched, ended."""

from registries.services.exports.asking import (
    ExportRequest,
    approve_export,
    cancel_export,
    refuse_export,
    request_export,
)
from registries.services.exports.building import build_export
from registries.services.exports.fetching import download_export, end_export, end_exports

__all__ = [
    "ExportRequest",
    "approve_export",
    "build_export",
    "cancel_export",
    "download_export",
    "end_export",
    "end_exports",
    "refuse_export",
    "request_export",
]
