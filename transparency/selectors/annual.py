"""Annual reports while people write at them: drafts, the state of their chapters, earlier versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from organizations.permissions import branches_with
from transparency.chapters import ANNUAL_WORK, CHAPTER_BY_CODE, CHAPTERS, Chapter
from transparency.choices import RunStatus
from transparency.models import AnnualDraft, AuditOpinion, ChapterText, ReportRun
from transparency.rendering.prose import characters_of, ordinal

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class DraftLine:
    """A draft in the list; `written` counts chapters with a text, `run` is the newest report made of it."""

    draft: AnnualDraft
    written: int
    has_opinion: bool
    run: ReportRun | None


@dataclass(frozen=True)
class ChapterState:
    """A chapter of a draft: its number in print, and its newest text, None where nobody wrote yet."""

    chapter: Chapter
    number: str
    newest: ChapterText | None

    @property
    def is_empty(self) -> bool:
        """Whether it has no text now."""
        return self.newest is None or not self.newest.text

    @property
    def length(self) -> int:
        """Characters that a reader sees."""
        return characters_of(self.newest.text) if self.newest else 0

    @property
    def state(self) -> str:
        """As the status badge takes it."""
        if not self.is_empty:
            return "done"
        return "missing" if not self.chapter.may_be_empty else "empty"

    @property
    def label(self) -> str:
        """The state in words."""
        return {"done": _("已写"), "missing": _("必写，未写"), "empty": _("未写")}[self.state]


@dataclass(frozen=True)
class DraftSheet:
    """Everything the page of a draft shows; `missing` are chapters that must be written before it may be frozen."""

    draft: AnnualDraft
    chapters: list[ChapterState]
    opinion: AuditOpinion | None
    runs: list[ReportRun]

    @property
    def missing(self) -> list[ChapterState]:
        """The chapters without which no report is made."""
        return [one for one in self.chapters if one.state == "missing"]

    @property
    def written(self) -> int:
        """Chapters with a text."""
        return sum(1 for one in self.chapters if not one.is_empty)


def drafts_for(person: User) -> list[DraftLine]:
    """The drafts of the branches whose drafts of reports a person sees, newest year first; three queries."""
    newest = (
        ChapterText.objects.filter(draft=OuterRef("draft"), chapter=OuterRef("chapter"))
        .order_by("-version")
        .values("pk")
    )
    drafts = list(
        AnnualDraft.objects.visible_to(person, Right.VIEW_DRAFT_REPORTS)
        .select_related("branch")
        .annotate(opinion_count=Count("opinions"))
        .order_by("-year", "branch__path")[:500]
    )
    ids = [draft.pk for draft in drafts]
    counted = (
        ChapterText.objects.filter(draft_id__in=ids, pk=Subquery(newest[:1]))
        .exclude(text="")
        .values("draft_id")
        .annotate(n=Count("pk"))
        .values_list("draft_id", "n")
    )
    written = dict(counted)
    runs = ReportRun.objects.unscoped("reports of drafts that the person sees").filter(
        kind=ANNUAL_WORK, branch_id__in={draft.branch_id for draft in drafts}
    )
    newest_runs = {(run.branch_id, run.period): run for run in runs.order_by("pk")}
    return [
        DraftLine(
            draft,
            written.get(draft.pk, 0),
            draft.opinion_count > 0,
            newest_runs.get((draft.branch_id, str(draft.year))),
        )
        for draft in drafts
    ]


def draft_for(person: User, code: str, year: int) -> AnnualDraft:
    """A draft for a person by branch and year; one query. Raises NotFound outside their branches too."""
    draft = (
        AnnualDraft.objects.visible_to(person, Right.VIEW_DRAFT_REPORTS)
        .select_related("branch")
        .filter(branch__code=code, year=year)
        .first()
    )
    if draft is None:
        raise NotFound("annual_draft_not_found", _("没有找到这份年度报告草稿，或它不在您的范围内。"))
    return draft


def chapter_named(code: str) -> Chapter:
    """A chapter by its code; NotFound for another."""
    if code not in CHAPTER_BY_CODE:
        raise NotFound("chapter_not_found", _("年度报告没有这一章，请从目录进入。"))
    return CHAPTER_BY_CODE[code]


def newest_texts(draft: AnnualDraft) -> dict[str, ChapterText]:
    """The newest text of each chapter of a draft by its code; one query."""
    rows = ChapterText.objects.filter(draft=draft).select_related("written_by").order_by("chapter", "-version")
    return {row.chapter: row for row in rows.distinct("chapter")}


def newest_opinion(draft: AnnualDraft) -> AuditOpinion | None:
    """The auditor's opinion that counts; one query."""
    return AuditOpinion.objects.filter(draft=draft).select_related("file", "added_by").order_by("-version").first()


def chapter_state(draft: AnnualDraft, chapter: Chapter) -> ChapterState:
    """One chapter; one query."""
    return ChapterState(chapter, _numbers()[chapter.code], versions_of(draft, chapter).first())


def chapter_states(draft: AnnualDraft) -> list[ChapterState]:
    """All chapters in their order; one query."""
    texts, numbers = newest_texts(draft), _numbers()
    return [ChapterState(chapter, numbers[chapter.code], texts.get(chapter.code)) for chapter in CHAPTERS]


def _numbers() -> dict[str, str]:
    return {chapter.code: ordinal(at) for at, chapter in enumerate(CHAPTERS, start=1)}


def versions_of(draft: AnnualDraft, chapter: Chapter) -> QuerySet[ChapterText]:
    """All versions of a chapter's text, newest first."""
    return (
        ChapterText.objects.filter(draft=draft, chapter=chapter.code).select_related("written_by").order_by("-version")
    )


def draft_sheet(draft: AnnualDraft) -> DraftSheet:
    """The page of a draft; three queries."""
    runs = ReportRun.objects.unscoped("reports of a draft that the person sees").filter(
        kind=ANNUAL_WORK, branch_id=draft.branch_id, period=str(draft.year)
    )
    return DraftSheet(draft, chapter_states(draft), newest_opinion(draft), list(runs.order_by("scope", "-version")))


def last_year_run(run: ReportRun) -> ReportRun | None:
    """The report of the year before in the same series that counts: the newest published version; one query."""
    return (
        ReportRun.objects.unscoped("the series of a run")
        .filter(
            kind=run.kind, branch_id=run.branch_id, scope=run.scope, period=str(int(run.period) - 1),
            status=RunStatus.PUBLISHED,
        )
        .order_by("-version")
        .first()
    )  # fmt: skip


def may_write_somewhere(person: User) -> bool:
    """Whether the person writes annual reports of any open branch; one query."""
    return branches_with(person, Right.REQUEST_REPORTS).filter(valid_to__isnull=True).exists()
