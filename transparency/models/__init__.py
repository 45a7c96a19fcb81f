"""The tables of disclosure, one subject a file."""

from transparency.models.anomaly import Anomaly, AnomalyClearance
from transparency.models.disclosure import DisclosureItem
from transparency.models.log import LogHead, LogLeaf
from transparency.models.report import ReportEvent, ReportFile, ReportRun, ReportSchedule

__all__ = [
    "Anomaly",
    "AnomalyClearance",
    "DisclosureItem",
    "LogHead",
    "LogLeaf",
    "ReportEvent",
    "ReportFile",
    "ReportRun",
    "ReportSchedule",
]
