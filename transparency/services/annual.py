"""Writing the annual report: drafts, chapters by versions, the auditor's opinion. Nothing that was written is lost."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import DomainError, NotFound
from core.models import StoredFile
from core.personal_numbers import find_personal_numbers
from core.uploads import keep_paper
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require
from transparency.chapters import CHAPTER_MOST, OpinionType
from transparency.errors import ChapterConflict
from transparency.models import AnnualDraft, AuditOpinion, ChapterText
from transparency.rendering.prose import characters_of, tidy
from transparency.selectors.annual import chapter_named, newest_opinion, versions_of

if TYPE_CHECKING:
    from accounts.models import User

# Years back from this one for which a report may still be written.
YEARS_BACK = 10
_PDF = b"%PDF-"


def open_draft(*, branch: Branch, year: int, actor: User) -> AnnualDraft:
    """Begin the annual report of a year, this one included; the one that is there is given back. Locks the branch."""
    this_year = today().year
    if not this_year - YEARS_BACK <= year <= this_year:
        sentence = _("年度须在 %(first)s 至 %(last)s 之间。") % {"first": this_year - YEARS_BACK, "last": this_year}
        raise DomainError("annual_year", sentence, {"year": sentence})
    with transaction.atomic():
        require(actor, Right.REQUEST_REPORTS, branch)
        Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
        draft = AnnualDraft.objects.unscoped("checked above").filter(branch=branch, year=year).first()
        if draft is None:
            draft = AnnualDraft.objects.create(
                **AnnualDraft.lineage_of(branch), year=year, opened_by=actor, opened_at=now()
            )
            record_audit("transparency.annual.opened", actor=actor, obj=draft, branch_code=branch.code)
    return draft


def save_chapter(*, draft_id: int, chapter: str, text: str, base: int, actor: User) -> ChapterText:
    """Keep a chapter's text as its next version; the same text again makes none.

    `base` is the version that the writer began from (0: none). Locks the draft. Raises ChapterConflict where another
    saved meanwhile, with the newest version in `newest`; DomainError with the field `text` for a text that is too long
    or holds an identity or mobile number.
    """
    plain = tidy(text)
    with transaction.atomic():
        draft = _lock(draft_id, actor)
        newest = versions_of(draft, chapter_named(chapter)).first()
        if newest is not None and newest.text == plain:
            return newest
        if newest is not None and newest.version != base:
            raise ChapterConflict(newest, _("您编辑期间，另一位同事保存了第 %(n)s 版。您的文字还在下面，没有丢失；"
                "请对照最新版合并后再保存。") % {"n": newest.version})  # fmt: skip
        check_text(plain)
        return _add(draft, chapter, plain, newest, actor)


def restore_chapter(*, draft_id: int, chapter: str, version: int, actor: User) -> ChapterText:
    """Make an earlier version count again, as a new version. Locks the draft."""
    with transaction.atomic():
        draft = _lock(draft_id, actor)
        versions = versions_of(draft, chapter_named(chapter))
        earlier, newest = versions.filter(version=version).first(), versions.first()
        if earlier is None or newest is None:
            raise NotFound("version_not_found", _("没有第 %(n)s 版，请刷新页面。") % {"n": version})
        if earlier.text == newest.text:
            return newest
        return _add(draft, chapter, earlier.text, newest, actor, restored_from=version)


def check_text(text: str) -> None:
    """Refuse what no chapter may hold. A program cannot tell names of persons: the page says whose care they are."""
    length = characters_of(text)
    if length > CHAPTER_MOST:
        sentence = _("这一章有 %(n)s 字，最多 %(most)s 字，请精简或把明细放进附件。") % {
            "n": length,
            "most": CHAPTER_MOST,
        }
        raise DomainError("chapter_too_long", sentence, {"text": sentence})
    found = find_personal_numbers(text)
    if found:
        kinds = {"id": _("身份证号码"), "mobile": _("手机号码")}
        where = _("、").join(
            _("第 %(line)s 行的%(kind)s %(masked)s") % {"line": one.line, "kind": kinds[one.kind], "masked": one.masked}
            for one in found[:5]
        )
        sentence = _("没有保存：%(where)s 不能公开，请删去后再保存（办公电话请写座机）。") % {"where": where}
        raise DomainError("chapter_personal_number", sentence, {"text": sentence})


def _lock(draft_id: int, actor: User) -> AnnualDraft:
    draft = (
        AnnualDraft.objects.unscoped("lock of one known draft, checked below")
        .select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=draft_id)
    )
    require(actor, Right.REQUEST_REPORTS, draft.branch)
    return draft


def _add(
    draft: AnnualDraft,
    chapter: str,
    text: str,
    newest: ChapterText | None,
    actor: User,
    restored_from: int | None = None,
) -> ChapterText:
    made = ChapterText.objects.create(
        draft=draft, chapter=chapter, version=newest.version + 1 if newest else 1, text=text,
        restored_from=restored_from, written_by=actor, written_at=now(),
    )  # fmt: skip
    record_audit(
        "transparency.annual.chapter", actor=actor, obj=draft, branch_code=draft.branch.code, changed_fields=[chapter]
    )
    return made


def add_opinion(
    *,
    draft_id: int,
    upload: BinaryIO,
    firm: str,
    opinion: str,
    report_number: str,
    reported_on: datetime.date,
    actor: User,
) -> AuditOpinion:
    """Keep the auditor's opinion of the year (PDF, at most 10 MB); an earlier one stays and no longer counts.

    Private until a report with it is published. Locks the draft. Source: 红十字会法 Art. 22.
    """
    with transaction.atomic():
        draft = _lock(draft_id, actor)
        problems = _opinion_problems(draft, upload, firm, opinion, report_number, reported_on)
        if problems:
            raise DomainError("opinion_incomplete", _("审计意见的资料还不完整，请按提示修改。"), problems)
        stored = keep_paper(upload=upload, field="audit_report", data_class=StoredFile.DataClass.INTERNAL, actor=actor)
        before = newest_opinion(draft)
        made = AuditOpinion.objects.create(
            draft=draft, version=before.version + 1 if before else 1, file=stored, firm=firm.strip(), opinion=opinion,
            report_number=report_number.strip(), reported_on=reported_on, added_by=actor, added_at=now(),
        )  # fmt: skip
        record_audit("transparency.annual.opinion", actor=actor, obj=draft, branch_code=draft.branch.code)
    return made


def _opinion_problems(
    draft: AnnualDraft, upload: BinaryIO, firm: str, opinion: str, report_number: str, reported_on: datetime.date
) -> dict[str, str]:
    problems = {}
    if not 4 <= len(firm.strip()) <= 120:
        problems["firm"] = _("请填写会计师事务所全称。")
    if opinion not in OpinionType.values:
        problems["opinion"] = _("请选择意见类型。")
    if not 1 <= len(report_number.strip()) <= 80:
        problems["report_number"] = _("请填写审计报告文号。")
    # Before anything is stored; the content decides again in keep_paper.
    if _PDF not in upload.read(1024):
        problems["audit_report"] = _("审计报告须为 PDF，请把扫描件存成 PDF 后再上传。")
    upload.seek(0)
    if not datetime.date(draft.year, 1, 1) < reported_on <= today():
        problems["reported_on"] = _("报告日期须在 %(year)s 年 1 月 1 日之后，且不晚于今天。") % {"year": draft.year}
    return problems
