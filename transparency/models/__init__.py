"""The tables of disclosure, one subject a file."""

from transparency.models.disclosure import DisclosureItem
from transparency.models.log import LogLeaf
from transparency.models.report import ReportEvent, ReportFile, ReportRun, ReportSchedule

__all__ = ["DisclosureItem", "LogLeaf", "ReportEvent", "ReportFile", "ReportRun", "ReportSchedule"]
