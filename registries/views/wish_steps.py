"""Single steps at a wish: particulars put right, consents, withdrawn in the national system too, pictures of papers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from core.errors import DomainError, NotFound
from core.views.answers import add_refusal, posted, private_file
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page
from registries.choices import NEEDED_CONSENTS, WISH_CONSENTS, ConsentSubject
from registries.forms.wish_steps import ConsentForm, CorrectionForm, PaperForm, ReferenceForm, ThereForm
from registries.forms.wishes import PurposeForm
from registries.models import Wish
from registries.permissions import wish_for
from registries.selectors.wishes import wish_papers
from registries.services.consenting import (
    consent_history,
    give_consent,
    single_consents,
    subjects_in_force,
    take_back_consent,
)
from registries.services.correcting import correct_registrant
from registries.services.evidence import add_wish_paper, open_wish_paper
from registries.services.printing import is_fresh
from registries.services.registrants import registrant_of
from registries.services.wishes import correct_reference, note_withdrawn_there, stands_unwanted


def kept_wish(request: StaffRequest, number: str) -> Wish:
    """A wish that the person keeps; raises NotFound, NotAllowed."""
    wish = wish_for(request.user, number)
    require(request.user, Right.KEEP_REGISTRIES, wish.branch)
    return wish


def papers_and_consents(person: User, wish: Wish, *, keeps: bool) -> dict[str, Any]:
    """What the page of a wish shows of consents and papers to who keeps it."""
    history = consent_history(wish) if keeps else []
    return {
        "keeps": keeps,
        "papers": wish_papers(wish),
        "may_open_papers": may(person, Right.READ_WISHES, wish.branch),
        "may_print": may(person, Right.READ_WISHES, wish.branch) or (keeps and is_fresh(wish, person)),
        "consent_history": history,
        "consents": single_consents(wish, history),
    }


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_correct(request: StaffRequest, number: str) -> HttpResponse:
    """Put the particulars of a wish's person right."""
    wish = kept_wish(request, number)
    form = CorrectionForm(posted(request))
    if form.is_valid():
        try:
            changed = correct_registrant(
                registrant_id=registrant_of(wish).pk, correction=form.correction(), actor=request.user
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已更正。") if changed else _("与已登记的一致，没有改动。"))
            return redirect("desk_wish", number=wish.number)
    return render(request, "registries/wish_correct.html", {"wish": wish, "form": form})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_consent(request: StaffRequest, number: str, subject: str) -> HttpResponse:
    """Give or take back one consent; the needed ones lead to the withdrawal."""
    wish = kept_wish(request, number)
    if subject not in WISH_CONSENTS:
        raise Http404
    is_given = subject in subjects_in_force(consent_history(wish))
    form = ConsentForm(posted(request))
    if form.is_valid():
        step = give_consent if request.POST.get("act") == "give" else take_back_consent
        try:
            step(wish_id=wish.pk, subject=subject, channel=form.cleaned_data["channel"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下。"))
            return redirect("desk_wish", number=wish.number)
    context = {"wish": wish, "form": form, "subject": subject, "label": ConsentSubject(subject).label}
    state = {"is_given": is_given, "is_needed": subject in NEEDED_CONSENTS}
    return render(request, "registries/wish_consent.html", {**context, **state})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_there(request: StaffRequest, number: str) -> HttpResponse:
    """Write down that a wish was withdrawn in the national system too."""
    wish = kept_wish(request, number)
    form = ThereForm(posted(request))
    if form.is_valid():
        try:
            note_withdrawn_there(wish_id=wish.pk, on=form.cleaned_data["on"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已记下，两边都已撤回。"))
            return redirect("desk_wish", number=wish.number)
    stands = wish.stands_there or stands_unwanted(wish)
    return render(request, "registries/wish_there.html", {"wish": wish, "form": form, "stands": stands})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_reference(request: StaffRequest, number: str) -> HttpResponse:
    """Put the number of the national system right."""
    wish = kept_wish(request, number)
    form = ReferenceForm(posted(request))
    if form.is_valid():
        try:
            changed = correct_reference(wish_id=wish.pk, **form.cleaned_data, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已更正。") if changed else _("与已登记的一致，没有改动。"))
            return redirect("desk_wish", number=wish.number)
    return render(request, "registries/wish_reference.html", {"wish": wish, "form": form})


@desk_page(Right.KEEP_REGISTRIES)
@never_cache
@require_http_methods(["GET", "POST"])
def wish_paper_new(request: StaffRequest, number: str) -> HttpResponse:
    """Put a picture of the signed form to a wish."""
    wish = kept_wish(request, number)
    form = PaperForm(posted(request), request.FILES or None)
    if form.is_valid():
        try:
            add_wish_paper(wish_id=wish.pk, upload=form.cleaned_data["paper"], actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("已加密保存。"))
            return redirect("desk_wish", number=wish.number)
    return render(request, "registries/wish_paper.html", {"wish": wish, "form": form})


@desk_page(Right.READ_WISHES)
@never_cache
@require_POST
def wish_paper(request: StaffRequest, number: str, paper_id: int) -> HttpResponseBase:
    """A picture of the signed form, for who says what for; a photo with who looks written over it."""
    wish = wish_for(request.user, number)
    require(request.user, Right.READ_WISHES, wish.branch)
    paper = next((one for one in wish_papers(wish) if one.pk == paper_id), None)
    if paper is None:
        raise NotFound("paper_not_found", _("没有这份影像，它可能已随登记销毁。"))
    form = PurposeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("打开登记表影像须写明用途，请填写后再试。"))
        return redirect("desk_wish", number=wish.number)
    try:
        stored, source = open_wish_paper(paper=paper, purpose=form.cleaned_data["purpose"], actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("desk_wish", number=wish.number)
    is_picture = stored.content_type.startswith("image/")
    ending, kind = ("jpg", "image/jpeg") if is_picture else ("pdf", stored.content_type)
    name = f"{wish.number}_{request.user.login}.{ending}"
    return private_file(source, filename=name, content_type=kind, attachment=not is_picture)
