"""Pages at the desk: written, checked by another person, taken down; their papers; finding one by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError
from core.models import StoredFile
from core.views.answers import add_refusal, place_before, posted, private_file, say_refusal
from organizations.choices import Right
from organizations.permissions import may
from organizations.views.access import StaffRequest, desk_page
from registries.choices.memorial import DeclineReason, PageStatus
from registries.forms.memorial import DeclineForm, PageForm, PageNameForm, RewriteForm, TakeDownForm
from registries.forms.wishes import PurposeForm
from registries.models import MemorialPage
from registries.permissions.memorial import may_open_consent_paper, memorial_page_for
from registries.selectors.memorial import (
    PAGE_SIZE,
    PAGE_TABS,
    QUEUE_SIZE,
    messages_on,
    page_counts,
    pages_for,
    steps_of,
)
from registries.services.memorial.pages import (
    approve_page,
    drop_files,
    keep_consent_paper,
    keep_portrait,
    return_page,
    rewrite_page,
    submit_page,
    take_down_page,
    write_page,
)
from registries.services.memorial.reading import (
    find_pages,
    masked_page_names,
    read_messages,
    reveal_kin,
    reveal_page,
    reveal_portrait,
)

# Each step: its words, what follows, the state that it is taken from, its service.
STEPS: dict[str, tuple[Any, Any, str, Callable[..., Any]]] = {
    "submit": (
        gettext_lazy("送另一人审核"),
        gettext_lazy("送审后不能再改；另一位同事核对同意书后才公开。"),
        PageStatus.DRAFT,
        submit_page,
    ),
    "approve": (
        gettext_lazy("审核通过并公开"),
        gettext_lazy("请先打开同意书，逐项核对下面显示的内容；公开后任何人都能看到。"),
        PageStatus.SUBMITTED,
        approve_page,
    ),
    "return": (
        gettext_lazy("退回修改"),
        gettext_lazy("退回起草人；没有公开过任何内容。"),
        PageStatus.SUBMITTED,
        return_page,
    ),
}


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_safe
def page_list(request: StaffRequest) -> HttpResponse:
    """The pages by list, names masked."""
    tab = request.GET.get("show", "work")
    tab = tab if tab in PAGE_TABS else "work"
    place = place_before(request)
    found, counts = pages_for(request.user, tab, before=place), page_counts(request.user)
    page = found[:PAGE_SIZE]
    names = masked_page_names(page, reader=request.user)
    context = {
        "tabs": [
            {"label": label, "url": f"?show={name}", "count": counts[name], "active": name == tab}
            for name, label in PAGE_TABS.items()
        ],
        "rows": [(one, names[one.pk]) for one in page],
        "next_url": f"?show={tab}&before={page[-1].pk}" if len(found) > PAGE_SIZE else "",
        "first_url": f"?show={tab}" if place else "",
    }
    return render(request, "registries/memorial/pages.html", context)


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page_find(request: StaffRequest) -> HttpResponse:
    """Find a page by the full name; it is in no address and in no log."""
    form = PageNameForm(posted(request))
    found: list[MemorialPage] | None = None
    if form.is_valid():
        try:
            found = find_pages(name=form.cleaned_data["name"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    names = masked_page_names(found or [], reader=request.user)
    rows = None if found is None else [(one, names[one.pk]) for one in found]
    return render(request, "registries/memorial/page_find.html", {"form": form, "rows": rows})


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page_new(request: StaffRequest) -> HttpResponse:
    """Write a page down with its consent."""
    form = PageForm(posted(request), request.FILES if request.method == "POST" else None, person=request.user)
    if form.is_valid() and (page := _written(request, form)):
        messages.success(request, _("已保存，编号 %(number)s。核对后请送另一人审核。") % {"number": page.number})
        return redirect("desk_memorial_page", number=page.number)
    return render(request, "registries/memorial/page_new.html", {"form": form})


def _written(request: StaffRequest, form: PageForm) -> MemorialPage | None:
    """The page, or None with what is wrong on the form; files of one that was refused are destroyed."""
    kept: list[StoredFile] = []
    try:
        paper = keep_consent_paper(upload=form.cleaned_data["paper"].file, actor=request.user)
        kept.append(paper)
        portrait = _portrait(request, form) if form.cleaned_data["shows_portrait"] else None
        kept += [portrait] if portrait else []
        page = write_page(draft=form.draft(paper=paper, portrait=portrait), actor=request.user)
    except DomainError as error:
        drop_files(*kept)
        add_refusal(form, error)
        return None
    # The same form sent twice left files of its own.
    drop_files(*[one for one in kept if one.pk not in (page.consent.paper_id, page.portrait_id)])
    return page


def _portrait(request: StaffRequest, form: Any) -> StoredFile | None:
    upload = form.cleaned_data.get("portrait")
    return keep_portrait(upload=upload.file, actor=request.user) if upload else None


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One page: its consent, messages, steps, what may be done; who signed is shown once, to who says what for."""
    page = memorial_page_for(request.user, number)
    form = PurposeForm(posted(request))
    contact = None
    if form.is_valid():
        try:
            contact = reveal_kin(page=page, purpose=form.cleaned_data["purpose"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    context = {
        "page": page,
        "name": masked_page_names([page], reader=request.user)[page.pk],
        "consent": page.consent,
        "history": steps_of(page=page),
        "form": form,
        "contact": contact,
        "may_read": may(request.user, Right.READ_REGISTRANTS, page.branch) and page.destroyed_at is None,
        **_paper(request, page),
        **_messages(request, page),
        **_steps(request, page),
    }
    return render(request, "registries/memorial/page.html", context)


def _steps(request: StaffRequest, page: MemorialPage) -> dict[str, Any]:
    """What may be done next; whoever wrote a page does not approve it."""
    is_maker = request.user.pk in page.maker_ids
    return {
        "steps": [
            (step, way[0])
            for step, way in STEPS.items()
            if way[2] == page.status and not (step == "approve" and is_maker)
        ],
        "is_waiting_for_another": is_maker and page.status == PageStatus.SUBMITTED,
    }


def _paper(request: StaffRequest, page: MemorialPage) -> dict[str, Any]:
    """The way to the signed consent, where it is opened to who asks."""
    return {
        "may_open_paper": may_open_consent_paper(request.user, page) and page.destroyed_at is None,
        "paper_form": PurposeForm(auto_id="paper_%s"),
    }


def _messages(request: StaffRequest, page: MemorialPage) -> dict[str, Any]:
    """The messages that everybody sees on a page, each to be taken off at the family's word; the reading is logged."""
    found = messages_on(page, before=place_before(request))
    part = found[:QUEUE_SIZE]
    said = read_messages(part, reader=request.user) if part else []
    return {
        "messages_shown": [
            (one, text, name, DeclineForm(initial={"reason": DeclineReason.FAMILY}, auto_id=f"id_{one.code}_%s"))
            for one, (text, name) in zip(part, said, strict=True)
        ],
        "next_url": f"?before={part[-1].pk}#messages" if len(found) > QUEUE_SIZE else "",
    }


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page_edit(request: StaffRequest, number: str) -> HttpResponse:
    """Write a draft anew; what is there is shown to who does it, and that is logged."""
    page = memorial_page_for(request.user, number)
    if page.status != PageStatus.DRAFT:
        messages.info(request, _("只有起草中的纪念页可以修改。"))
        return redirect("desk_memorial_page", number=page.number)
    files = request.FILES if request.method == "POST" else None
    seen = reveal_page(page=page, purpose=_("修改纪念页"), actor=request.user) if files is None else None
    form = RewriteForm(posted(request), files, page=page, content=seen[0] if seen else None)
    if form.is_valid():
        portrait = None
        try:
            portrait = _portrait(request, form)
            rewrite_page(page_id=page.pk, content=form.content(), portrait=portrait, actor=request.user)
        except DomainError as error:
            drop_files(portrait)
            add_refusal(form, error)
        else:
            messages.success(request, _("修改已保存。"))
            return redirect("desk_memorial_page", number=page.number)
    return render(request, "registries/memorial/page_edit.html", {"page": page, "form": form})


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Ask for one step, with the page as everybody would see it, and take it."""
    way = STEPS.get(step)
    if way is None:
        raise Http404
    title, lead, status, service = way
    page = memorial_page_for(request.user, number)
    if request.method == "POST":
        try:
            service(page_id=page.pk, actor=request.user)
        except DomainError as error:
            say_refusal(request, error)
        else:
            messages.success(request, _("已办理：%(step)s。") % {"step": title})
        return redirect("desk_memorial_page", number=page.number)
    seen = reveal_page(page=page, purpose=_("核对纪念页"), actor=request.user)
    context = {
        "page": page,
        "title": title,
        "lead": lead,
        "is_open": page.status == status,
        **_paper(request, page),
    }
    return render(request, "registries/memorial/page_step.html", {**context, "shown": seen[1] if seen else None})


@desk_page(Right.KEEP_MEMORIAL)
@require_http_methods(["GET", "HEAD", "POST"])
def page_take_down(request: StaffRequest, number: str) -> HttpResponse:
    """Take a page down at once; no reason is asked of the family."""
    page = memorial_page_for(request.user, number)
    form = TakeDownForm(posted(request))
    if form.is_valid():
        try:
            take_down_page(page_id=page.pk, reason=form.cleaned_data["reason"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已撤下，从现在起谁也看不到；三十天后内容和同意书一并销毁。"))
            return redirect("desk_memorial_page", number=page.number)
    is_open = page.status != PageStatus.WITHDRAWN
    return render(request, "registries/memorial/page_take_down.html", {"page": page, "form": form, "is_open": is_open})


@desk_page(Right.KEEP_MEMORIAL)
@never_cache
@require_safe
def page_portrait(request: StaffRequest, number: str) -> FileResponse:
    """The portrait, for who writes or approves; the reading is recorded."""
    stored, source = reveal_portrait(page=memorial_page_for(request.user, number), actor=request.user)
    return private_file(source, filename=stored.name, content_type=stored.content_type, attachment=False)
