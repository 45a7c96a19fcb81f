"""The tables of disclosure, one subject a file."""

from transparency.models.annual import AnnualDraft, AuditOpinion, ChapterText
from transparency.models.anomaly import Anomaly, AnomalyClearance
from transparency.models.copies import CheckpointDelivery, DailyCheckpoint, LogMirror
from transparency.models.disclosure import DisclosureItem
from transparency.models.log import LogCheckpoint, LogCosignature, LogHead, LogKey, LogLeaf, LogTile
from transparency.models.report import ReportEvent, ReportFile, ReportRun, ReportSchedule, ReportWithdrawal

__all__ = [
    "AnnualDraft",
    "Anomaly",
    "AnomalyClearance",
    "AuditOpinion",
    "ChapterText",
    "CheckpointDelivery",
    "DailyCheckpoint",
    "DisclosureItem",
    "LogCheckpoint",
    "LogCosignature",
    "LogHead",
    "LogKey",
    "LogLeaf",
    "LogMirror",
    "LogTile",
    "ReportEvent",
    "ReportFile",
    "ReportRun",
    "ReportSchedule",
    "ReportWithdrawal",
]
