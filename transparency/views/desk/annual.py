"""The annual report at the desk: drafts, chapters and their versions, the auditor's opinion, previews."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, NotFound
from core.files import open_stored
from core.models import StoredFile
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from transparency.annual_forms import ChapterForm, DraftForm, OpinionForm
from transparency.chapters import CHAPTER_MOST, Chapter
from transparency.errors import ChapterConflict
from transparency.forms import show_error
from transparency.models import AnnualDraft
from transparency.rendering.annual_context import annual_context, preview_groups
from transparency.rendering.prose import blocks_of, characters_of
from transparency.selectors.annual import (
    chapter_named,
    chapter_state,
    chapter_states,
    draft_for,
    draft_sheet,
    drafts_for,
    may_write_somewhere,
    newest_opinion,
    versions_of,
)
from transparency.services.annual import add_opinion, open_draft, restore_chapter, save_chapter
from transparency.services.annual_preview import preview_figures, preview_file, preview_snapshot, start_preview

_GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@desk_page(Right.VIEW_DRAFT_REPORTS)
@_GET_OR_POST
def annual_list(request: StaffRequest) -> HttpResponse:
    """The annual reports of one's branches by year; whoever may write begins one here."""
    form = DraftForm(request.POST or None, person=request.user)
    if form.is_valid():
        try:
            draft = open_draft(actor=request.user, **form.cleaned_data)
        except DomainError as error:
            show_error(form, error)
        else:
            return redirect("desk_annual", code=draft.branch.code, year=draft.year)
    context = {"form": form, "lines": drafts_for(request.user), "may_write": may_write_somewhere(request.user)}
    return render(request, "transparency/annual/list.html", context)


@desk_page(Right.VIEW_DRAFT_REPORTS)
@require_safe
def annual_draft(request: StaffRequest, code: str, year: int) -> HttpResponse:
    """One annual report: its chapters with their state, the opinion, what was made of it."""
    draft = draft_for(request.user, code, year)
    context = {
        "draft": draft,
        "sheet": draft_sheet(draft),
        "may_write": may(request.user, Right.REQUEST_REPORTS, draft.branch),
        "preview": preview_file(draft),
    }
    return render(request, "transparency/annual/draft.html", context)


@desk_page(Right.VIEW_DRAFT_REPORTS)
@_GET_OR_POST
def annual_chapter(request: StaffRequest, code: str, year: int, chapter: str) -> HttpResponse:
    """Write a chapter: save it, or look at it as it will be set; a colleague's newer text stands beside one's own."""
    draft, one = draft_for(request.user, code, year), chapter_named(chapter)
    if request.method != "POST":
        newest = versions_of(draft, one).first()
        form = ChapterForm(initial={"text": newest.text, "base": newest.version} if newest else {"base": 0})
        return _chapter_page(request, draft, one, form)
    require(request.user, Right.REQUEST_REPORTS, draft.branch)
    form = ChapterForm(request.POST)
    if not form.is_valid() or request.POST.get("act") == "preview":
        return _chapter_page(request, draft, one, form)
    try:
        save_chapter(draft_id=draft.pk, chapter=chapter, actor=request.user, **form.cleaned_data)
    except ChapterConflict as conflict:
        # The next save says that the newer text was seen.
        form = ChapterForm(initial={"text": form.cleaned_data["text"], "base": conflict.newest.version})
        return _chapter_page(request, draft, one, form, conflict=conflict)
    except DomainError as error:
        show_error(form, error)
        return _chapter_page(request, draft, one, form)
    messages.success(request, _("“%(title)s”已保存。") % {"title": one.title})
    return redirect("desk_annual_chapter", code=code, year=year, chapter=chapter)


def _chapter_page(
    request: StaffRequest,
    draft: AnnualDraft,
    chapter: Chapter,
    form: ChapterForm,
    conflict: ChapterConflict | None = None,
) -> HttpResponse:
    text = str(form["text"].value() or "")
    states = chapter_states(draft)
    at = next(place for place, state in enumerate(states) if state.chapter is chapter)
    figures = preview_figures(draft) if chapter.figures else None
    context: dict[str, Any] = {
        "draft": draft, "form": form, "conflict": conflict, "state": states[at],
        "before": states[at - 1] if at else None, "after": states[at + 1] if at + 1 < len(states) else None,
        "may_write": may(request.user, Right.REQUEST_REPORTS, draft.branch),
        "length": characters_of(text), "most": CHAPTER_MOST, "blocks": blocks_of(text),
        "figures_named": [one.label for one in chapter.figures],
        "groups": preview_groups({**figures, "opinion": None}, chapter) if figures else [],
    }  # fmt: skip
    return render(request, "transparency/annual/chapter.html", context)


@desk_page(Right.VIEW_DRAFT_REPORTS)
@require_safe
def annual_versions(request: StaffRequest, code: str, year: int, chapter: str) -> HttpResponse:
    """All versions of a chapter, newest first."""
    draft, one = draft_for(request.user, code, year), chapter_named(chapter)
    context = {
        "draft": draft,
        "state": chapter_state(draft, one),
        "versions": [(version, blocks_of(version.text)) for version in versions_of(draft, one)],
        "may_write": may(request.user, Right.REQUEST_REPORTS, draft.branch),
    }
    return render(request, "transparency/annual/versions.html", context)


@desk_page(Right.REQUEST_REPORTS)
@require_POST
def annual_restore(request: StaffRequest, code: str, year: int, chapter: str) -> HttpResponse:
    """Make an earlier version count again."""
    draft = draft_for(request.user, code, year)
    asked = request.POST.get("version", "")
    version = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    restore_chapter(draft_id=draft.pk, chapter=chapter, version=version, actor=request.user)
    messages.success(request, _("已恢复第 %(n)s 版的文字，存为新的一版。") % {"n": version})
    return redirect("desk_annual_chapter", code=code, year=year, chapter=chapter)


@desk_page(Right.REQUEST_REPORTS)
@_GET_OR_POST
def annual_opinion(request: StaffRequest, code: str, year: int) -> HttpResponse:
    """Hand in the auditor's opinion."""
    draft = draft_for(request.user, code, year)
    require(request.user, Right.REQUEST_REPORTS, draft.branch)
    form = OpinionForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            add_opinion(draft_id=draft.pk, upload=data.pop("audit_report"), actor=request.user, **data)
        except DomainError as error:
            show_error(form, error)
        else:
            messages.success(request, _("审计报告已保存，随年度报告一同公开。"))
            return redirect("desk_annual", code=code, year=year)
    return render(
        request, "transparency/annual/opinion.html", {"draft": draft, "form": form, "opinion": newest_opinion(draft)}
    )


@desk_page(Right.VIEW_DRAFT_REPORTS)
@require_safe
def annual_opinion_file(request: StaffRequest, code: str, year: int) -> HttpResponseBase:
    """The auditor's opinion that counts, for those who see drafts."""
    opinion = newest_opinion(draft_for(request.user, code, year))
    if opinion is None:
        raise NotFound("opinion_not_found", _("还没有上传审计报告。"))
    return _pdf(opinion.file)


@desk_page(Right.VIEW_DRAFT_REPORTS)
@require_safe
def annual_preview(request: StaffRequest, code: str, year: int) -> HttpResponse:
    """The whole report as a web page, with the figures as of now."""
    draft = draft_for(request.user, code, year)
    snapshot = preview_snapshot(draft)
    context = {"draft": draft, "report": annual_context(snapshot) if snapshot else None}
    return render(request, "transparency/annual/preview.html", context)


@desk_page(Right.VIEW_DRAFT_REPORTS)
@_GET_OR_POST
def annual_pdf(request: StaffRequest, code: str, year: int) -> HttpResponseBase:
    """The last PDF that was set of the draft; a POST has a new one set."""
    draft = draft_for(request.user, code, year)
    if request.method == "POST":
        job = start_preview(draft_id=draft.pk, actor=request.user)
        return redirect("desk_job", job_id=job.pk)
    found = preview_file(draft)
    if found is None:
        messages.info(request, _("还没有预览 PDF，或它已过保存期，请点“生成预览 PDF”。"))
        return redirect("desk_annual", code=code, year=year)
    return _pdf(found[0])


def _pdf(stored: StoredFile) -> FileResponse:
    response = FileResponse(open_stored(stored), filename=stored.name, content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    return response
