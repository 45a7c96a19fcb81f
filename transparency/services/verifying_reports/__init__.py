"""Verifying report files that outsiders hold: against our files, the public record, the log and its figures."""

from transparency.services.verifying_reports.checking import check_report
from transparency.services.verifying_reports.comparing import volume_orders
from transparency.services.verifying_reports.examining import examine_file, examine_sha256
from transparency.services.verifying_reports.verdicts import Examination
from transparency.services.verifying_reports.verifying import FilesVerified, verify_files

__all__ = [
    "Examination",
    "FilesVerified",
    "check_report",
    "examine_file",
    "examine_sha256",
    "verify_files",
    "volume_orders",
]
