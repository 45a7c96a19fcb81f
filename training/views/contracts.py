"""Contracts of services: at the desk, and the list for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.clock import now
from core.errors import DomainError
from core.views.answers import add_refusal, place_before, posted
from core.views.caching import public_page
from organizations.choices import Right
from organizations.permissions import holds_anywhere, may, require
from organizations.views.access import StaffRequest, desk_page
from training.choices import ContractStatus
from training.forms.contracts import AcceptanceForm, ContractForm, ContractSessionForm, EndForm
from training.models import ServiceContract
from training.permissions import contract_for
from training.selectors.contracts import PAGE_SIZE, contracts_for, line_of, public_contracts, sessions_of
from training.services.contracts import accept_contract, end_contract, keep_acceptance, put_session_under, sign_contract


@public_page
def contracts(request: HttpRequest) -> HttpResponse:
    """What public bodies bought, for how much, and what was delivered."""
    found = public_contracts(before=place_before(request))
    return render(request, "public/training/contracts.html", {**_page(request, found), "as_of": now()})


@desk_page(Right.VIEW_TRAINING)
@require_safe
def contract_list(request: StaffRequest) -> HttpResponse:
    """The person's contracts."""
    context = _page(request, contracts_for(request.user, before=place_before(request)))
    context["may_write"] = holds_anywhere(request.user, Right.PLAN_TRAINING)
    return render(request, "training/contracts/list.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def contract_new(request: StaffRequest) -> HttpResponse:
    """Write a contract down."""
    form = ContractForm(posted(request), person=request.user)
    if form.is_valid():
        branch, key, facts = form.facts()
        try:
            whose = form.cleaned_data["organisation"]
            contract = sign_contract(branch=branch, facts=facts, key=key, actor=request.user, organisation=whose)
        except DomainError as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("合同已登记，并公开。"))
            return redirect("desk_contract", number=contract.number)
    return render(request, "training/contracts/form.html", {"form": form, "title": _("登记购买服务合同")})


@desk_page(Right.VIEW_TRAINING)
@require_safe
def contract_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One contract and what is under it."""
    contract = contract_for(request.user, number)
    is_running = contract.status == ContractStatus.RUNNING
    context = {
        "contract": contract,
        "line": line_of(contract),
        "sessions": sessions_of(contract),
        "may_write": is_running and may(request.user, Right.PLAN_TRAINING, contract.branch),
    }
    return render(request, "training/contracts/detail.html", context)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def contract_session(request: StaffRequest, number: str) -> HttpResponse:
    """Put a session under the contract."""
    contract = _of(request, number)
    form = ContractSessionForm(posted(request))
    if form.is_valid():
        try:
            put_session_under(contract_id=contract.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            return _done(request, contract, _("已列入合同。"))
    return _form(request, contract, form, _("列入培训班"))


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def contract_accept(request: StaffRequest, number: str) -> HttpResponse:
    """Write down what the buyer accepted."""
    contract = _of(request, number)
    form = AcceptanceForm(posted(request), request.FILES)
    if form.is_valid():
        try:
            said = form.cleaned_data
            accept_contract(
                contract_id=contract.pk,
                quantity=said["quantity"],
                accepted_on=said["accepted_on"],
                paper=keep_acceptance(upload=said["paper"].file, actor=request.user),
                actor=request.user,
            )
        except DomainError as error:
            add_refusal(form, error)
        else:
            return _done(request, contract, _("验收已登记。"))
    lead = _("验收只登记一次，登记后合同办结，不能再列入培训；验收数量公开。")
    return _form(request, contract, form, _("登记验收"), has_file=True, lead=lead)


@desk_page(Right.PLAN_TRAINING)
@require_http_methods(["GET", "POST"])
def contract_end(request: StaffRequest, number: str) -> HttpResponse:
    """End a contract that will not be accepted."""
    contract = _of(request, number)
    form = EndForm(posted(request))
    if form.is_valid():
        try:
            end_contract(contract_id=contract.pk, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error)
        else:
            return _done(request, contract, _("合同已终止。"))
    lead = _("终止后不能恢复，也不能再登记验收；已办的培训不受影响。")
    return _form(request, contract, form, _("终止合同"), lead=lead, ending=True)


def _of(request: StaffRequest, number: str) -> ServiceContract:
    contract = contract_for(request.user, number)
    require(request.user, Right.PLAN_TRAINING, contract.branch)
    return contract


def _done(request: StaffRequest, contract: ServiceContract, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("desk_contract", number=contract.number)


def _form(request: StaffRequest, contract: ServiceContract, form: Any, title: str, **more: Any) -> HttpResponse:
    context = {"form": form, "title": title, "contract": contract, **more}
    return render(request, "training/contracts/form.html", context)


def _page(request: HttpRequest, found: list[Any]) -> dict[str, Any]:
    more = len(found) > PAGE_SIZE
    return {
        "lines": found[:PAGE_SIZE],
        "next_url": f"?before={found[PAGE_SIZE - 1].contract.pk}" if more else "",
        "first_url": "?" if place_before(request) else "",
    }
