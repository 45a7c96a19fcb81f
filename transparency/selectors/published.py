"""Published reports and disclosures, as the public sees them."""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from dataclasses import dataclass

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import LessThan
from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.errors import DomainError, NotFound
from organizations.models import Branch
from organizations.models.lineage import rows_of
from transparency.choices import FileRole
from transparency.errors import ReportWithdrawn
from transparency.models import DisclosureItem, ReportFile, ReportRun

PAGE_SIZE = 20
# What anybody may fetch of a published report; what it was frozen from goes to auditors. The files before they were
# signed only where nothing was: reports of earlier days.
UNSIGNED_ROLES = (FileRole.PDF, FileRole.VOLUME)
PUBLIC_ROLES = (
    FileRole.SIGNED, FileRole.PDF, FileRole.HTML, FileRole.CSV, FileRole.VOLUME, FileRole.OPINION, FileRole.SNAPSHOT,
)  # fmt: skip
_MARK = re.compile(r"(?P<at>[0-9]{1,20})\.(?P<id>[0-9]{1,18})", re.ASCII)
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class DisclosureFilter:
    """Which items: of a branch with all below, of a kind, published in a calendar year (Asia/Shanghai)."""

    branch: Branch | None = None
    kind: str = ""
    year: int | None = None

    def condition(self) -> Q:
        """The same as a condition on disclosure items."""
        condition = Q()
        if self.branch is not None:
            condition &= rows_of(self.branch, with_below=True)
        if self.kind:
            condition &= Q(kind=self.kind)
        if self.year is not None:
            first = datetime.datetime(self.year, 1, 1, tzinfo=SHANGHAI)
            condition &= Q(published_at__gte=first, published_at__lt=first.replace(year=self.year + 1))
        return condition


@dataclass(frozen=True)
class ItemPage:
    """A page of items, newest first; `next` is a cursor where there are more."""

    items: list[DisclosureItem]
    next: str


def disclosures(asked: DisclosureFilter, cursor: str = "", page_size: int = PAGE_SIZE) -> ItemPage:
    """A page of what was published, newest first by keyset; one query, two for a town."""
    rows = _items().filter(asked.condition()).select_related("branch", "report")
    if cursor:
        at, pk = _read_mark(cursor)
        here = Func(Value(at), Value(pk), function="ROW", output_field=TextField())
        rows = rows.filter(LessThan(Func(F("published_at"), F("id"), function="ROW", output_field=TextField()), here))
    items = list(rows.order_by("-published_at", "-id")[: page_size + 1])
    has_more = len(items) > page_size
    items = items[:page_size]
    return ItemPage(items, _mark(items[-1].published_at, items[-1].pk) if has_more else "")


def _items() -> QuerySet[DisclosureItem]:
    return DisclosureItem.objects.all()


def disclosure_years() -> list[int]:
    """The years in which anything was published, newest first; two queries that each read one row."""
    first = _items().order_by("published_at").values_list("published_at", flat=True).first()
    last = _items().order_by("-published_at").values_list("published_at", flat=True).first()
    if first is None or last is None:
        return []
    return list(range(last.astimezone(SHANGHAI).year, first.astimezone(SHANGHAI).year - 1, -1))


def _mark(at: datetime.datetime, pk: int) -> str:
    microseconds = (at - _EPOCH) // datetime.timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{microseconds}.{pk}".encode()).decode().rstrip("=")


def _read_mark(cursor: str) -> tuple[datetime.datetime, int]:
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        found = _MARK.fullmatch(plain)
        at = _EPOCH + datetime.timedelta(microseconds=int(found["at"])) if found else None
    except (ValueError, OverflowError, binascii.Error):
        found, at = None, None
    if found is None or at is None:
        sentence = _("翻页参数 page 无法识别，请从第一页重新翻起。")
        raise DomainError("page_unreadable", sentence, {"page": sentence})
    return at, int(found["id"])


def published_reports(branch: Branch | None = None, *, with_below: bool = False, kind: str = "") -> QuerySet[ReportRun]:
    """Published reports, newest period first, of a kind if one is given; the caller takes a slice."""
    runs = ReportRun.objects.for_public_display().select_related("branch", "campaign")
    if kind:
        runs = runs.filter(kind=kind)
    if branch is not None:
        runs = runs.filter(rows_of(branch, with_below=with_below))
    return runs.order_by("-period_start", "-id")


def reports_of_campaign(campaign_id: int) -> QuerySet[ReportRun]:
    """Published reports on a campaign, the last published first; the caller takes a slice."""
    return published_reports().filter(campaign_id=campaign_id).order_by("-published_at", "-id")


def published_report(number: str) -> ReportRun:
    """A published report by its number; one query. Raises NotFound, also for one that is not published."""
    run = published_reports().select_related("corrects", "withdrawal").filter(number=number.strip().upper()).first()
    if run is None:
        raise NotFound(
            "report_not_found",
            _("没有编号为“%(number)s”的已公开报告，请核对编号。") % {"number": number.strip()[:40]},
        )
    return run


def report_versions(run: ReportRun) -> list[ReportRun]:
    """All published versions of the same report, newest first; one query."""
    same = {"kind": run.kind, "branch_id": run.branch_id, "scope": run.scope, "period": run.period}
    same["campaign_id"] = run.campaign_id
    return list(ReportRun.objects.for_public_display().filter(**same).order_by("-version"))


def report_files(run: ReportRun) -> list[ReportFile]:
    """The files of a report that anybody may fetch, the report first, volumes in order; one query."""
    order = {role.value: at for at, role in enumerate(PUBLIC_ROLES)}
    files = list(ReportFile.objects.filter(run=run, role__in=PUBLIC_ROLES).select_related("file"))
    if any(one.role == FileRole.SIGNED for one in files):
        files = [one for one in files if one.role not in UNSIGNED_ROLES]
    return sorted(files, key=lambda one: (order[one.role], one.part))


def handed_out(number: str) -> ReportRun:
    """A published report whose files are handed out; one query. Raises NotFound, ReportWithdrawn (410)."""
    run = published_report(number)
    if hasattr(run, "withdrawal"):
        raise ReportWithdrawn(
            "report_withdrawn",
            _("报告 %(number)s 的文件已撤下：%(reason)s") % {"number": run.number, "reason": run.withdrawal.reason},
        )
    return run


def report_file(number: str, role: str, part: int = 0) -> ReportFile:
    """One file of a published report, of `pdf` and `volume` the signed one; two queries.

    Raises NotFound, ReportWithdrawn (410) where the files are no longer handed out.
    """
    run = handed_out(number)
    found = [
        one
        for one in report_files(run)
        if one.part == part and (one.role == role or (one.role == FileRole.SIGNED and role in UNSIGNED_ROLES))
    ]
    file = found[0] if found else None
    if file is None:
        raise NotFound("file_not_found", _("报告 %(number)s 没有这个文件，请从报告页面下载。") % {"number": run.number})
    return file
