"""Papers and people of a payment at the desk: private, read for a purpose, released as redacted copies."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.views.answers import posted, say_refusal
from organizations.choices import Right
from organizations.permissions import require
from organizations.views.access import StaffRequest, desk_page
from spending.payment_forms import CopyForm, DocumentForm, PeopleForm, PurposeForm
from spending.permissions import document_for, payment_for
from spending.services.beneficiaries import (
    TEMPLATE_HEADER,
    read_people,
    reveal_beneficiaries,
    reveal_payee,
    set_beneficiaries,
)
from spending.services.documents import (
    add_document,
    offer_copy,
    open_document,
    open_offered_copy,
    release_copy,
    remove_document,
)
from spending.views.answers import add_refusal, private_file
from spending.views.payments import payment_context


@desk_page(Right.ENTER_SPENDING)
@require_http_methods(["GET", "POST"])
def people(request: StaffRequest, number: str) -> HttpResponse:
    """Bring in the list of people of a payment, as a file or typed."""
    payment = payment_for(request.user, number)
    require(request.user, Right.ENTER_SPENDING, payment.branch)
    form = PeopleForm(posted(request), request.FILES)
    if form.is_valid():
        try:
            found = read_people(form.table(TEMPLATE_HEADER))
            set_beneficiaries(payment_id=payment.pk, people=found, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("名单已加密保存，共 %(count)d 人。") % {"count": len(found)})
            return redirect("desk_payment", number=payment.number)
    return render(request, "spending/people.html", {"payment": payment, "form": form})


@desk_page(Right.READ_BENEFICIARIES)
@require_POST
def people_read(request: StaffRequest, number: str) -> HttpResponse:
    """Show the people and the payee of a payment once, to somebody who says what for; each value read is logged."""
    payment = payment_for(request.user, number)
    require(request.user, Right.READ_BENEFICIARIES, payment.branch)
    form = PurposeForm(request.POST, auto_id="purpose-%s")
    shown: dict[str, Any] = {}
    if form.is_valid():
        purpose = form.cleaned_data["purpose"]
        try:
            shown["people"] = reveal_beneficiaries(payment=payment, purpose=purpose, actor=request.user)
            shown["payee"] = reveal_payee(payment=payment, purpose=purpose, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
    context = {**payment_context(request, payment), **shown, "purpose_form": form}
    return render(request, "spending/payment.html", context)


@desk_page(Right.ENTER_SPENDING)
@require_POST
def document_add(request: StaffRequest, number: str) -> HttpResponse:
    """Add a paper to a payment."""
    payment = payment_for(request.user, number)
    require(request.user, Right.ENTER_SPENDING, payment.branch)
    form = DocumentForm(request.POST, request.FILES, auto_id="document-%s")
    if form.is_valid():
        try:
            upload = form.cleaned_data["document"].file
            add_document(payment_id=payment.pk, kind=form.cleaned_data["kind"], upload=upload, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("凭证已保存。"))
            return redirect("desk_payment", number=payment.number)
    return render(request, "spending/payment.html", {**payment_context(request, payment), "document_form": form})


@desk_page(Right.VIEW_SPENDING)
@require_http_methods(["GET", "POST"])
def document_file(request: StaffRequest, number: str, document_id: int) -> HttpResponseBase:
    """The original of a paper, for those who work at its payment; one that names people asks what for."""
    payment = payment_for(request.user, number)
    document = document_for(payment, document_id)
    if not document.file.is_sealed:
        return private_file(*open_document(document=document, actor=request.user))
    require(request.user, Right.READ_BENEFICIARIES, payment.branch)
    form = PurposeForm(posted(request))
    if form.is_valid():
        return private_file(*open_document(document=document, actor=request.user, **form.cleaned_data))
    return render(request, "spending/document_purpose.html", {"payment": payment, "form": form})


@desk_page(Right.ENTER_SPENDING)
@require_POST
def document_remove(request: StaffRequest, number: str, document_id: int) -> HttpResponse:
    """Take a paper off a payment that is still in its makers' hands."""
    payment = payment_for(request.user, number)
    require(request.user, Right.ENTER_SPENDING, payment.branch)
    document = document_for(payment, document_id)
    try:
        remove_document(document_id=document.pk, actor=request.user)
        messages.success(request, _("凭证已移除。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect("desk_payment", number=payment.number)


@desk_page(Right.RELEASE_DOCUMENTS)
@require_http_methods(["GET", "POST"])
def copy_offer(request: StaffRequest, number: str, document_id: int) -> HttpResponse:
    """Offer a redacted copy of a paper, or look at the one that was offered and release it."""
    payment = payment_for(request.user, number)
    require(request.user, Right.RELEASE_DOCUMENTS, payment.branch)
    document = document_for(payment, document_id)
    form = CopyForm(posted(request), request.FILES)
    if form.is_valid():
        try:
            offer_copy(document_id=document.pk, upload=form.cleaned_data["copy"].file, actor=request.user)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("脱敏副本已保存，须由另一人核对后公开。"))
            return redirect("desk_payment", number=payment.number)
    return render(request, "spending/copy.html", {"payment": payment, "document": document, "form": form})


@desk_page(Right.RELEASE_DOCUMENTS)
@require_safe
def copy_file(request: StaffRequest, number: str, document_id: int) -> FileResponse:
    """The redacted copy that was offered, for the person who is to release it."""
    document = document_for(payment_for(request.user, number), document_id)
    return private_file(*open_offered_copy(document=document, actor=request.user))


@desk_page(Right.RELEASE_DOCUMENTS)
@require_POST
def copy_release(request: StaffRequest, number: str, document_id: int) -> HttpResponse:
    """Release a redacted copy to everybody."""
    payment = payment_for(request.user, number)
    require(request.user, Right.RELEASE_DOCUMENTS, payment.branch)
    document = document_for(payment, document_id)
    try:
        release_copy(document_id=document.pk, actor=request.user)
        messages.success(request, _("脱敏副本已公开。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect("desk_payment", number=payment.number)
