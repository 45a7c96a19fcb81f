"""Agreements with givers at the desk."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.money import format_yuan
from core.views.answers import private_file
from donations.choices import TermsStatus
from donations.forms.appeals import AgreementForm
from donations.forms.steps import ReasonForm
from donations.models import Agreement
from donations.selectors.terms import agreement_for, agreements_for, steps_of
from donations.services.appeals import agreements
from donations.services.appeals.papers import open_paper
from donations.views.appeals.pages import MOST_LISTED, Draft, ListPage, branch_for_new, show_list, write_draft
from donations.views.appeals.steps import Fact, Place, Step, steps_for, take_step
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page

STEPS: dict[str, Step] = {
    "submit": Step(
        title=gettext_lazy("提交审核"),
        lead=gettext_lazy("由另一人核对协议文本后生效。"),
        submit=gettext_lazy("确认提交"),
        done=gettext_lazy("已提交，等待另一人审核。"),
        right=Right.PLAN_APPEALS,
        states=frozenset({TermsStatus.DRAFT}),
        service=agreements.submit_agreement,
        tone="info",
        kind="primary",
    ),
    "approve": Step(
        title=gettext_lazy("核对并生效"),
        lead=gettext_lazy("生效后设立定向资金池，用途和管理费率按协议，不能改动。"),
        submit=gettext_lazy("核对无误，生效"),
        done=gettext_lazy("协议已生效，资金池已设立。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({TermsStatus.SUBMITTED}),
        service=agreements.approve_agreement,
        by_another=True,
        kind="primary",
    ),
    "return": Step(
        title=gettext_lazy("退回修改"),
        lead=gettext_lazy("退回给起草人，附上理由。"),
        submit=gettext_lazy("退回"),
        done=gettext_lazy("已退回。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({TermsStatus.SUBMITTED}),
        service=agreements.return_agreement,
        form=ReasonForm,
    ),
    "end": Step(
        title=gettext_lazy("终止协议"),
        lead=gettext_lazy("终止后资金池里剩余的资金仍按协议用途使用。"),
        submit=gettext_lazy("终止"),
        done=gettext_lazy("协议已终止。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({TermsStatus.IN_FORCE}),
        service=agreements.end_agreement,
        form=ReasonForm,
    ),
    "drop": Step(
        title=gettext_lazy("作废草稿"),
        lead=gettext_lazy("作废后不能恢复。"),
        submit=gettext_lazy("作废"),
        done=gettext_lazy("草稿已作废。"),
        right=Right.PLAN_APPEALS,
        states=frozenset({TermsStatus.DRAFT}),
        service=agreements.drop_agreement,
        form=ReasonForm,
        kind="quiet",
    ),
}


@desk_page(Right.VIEW_GIFTS)
@require_safe
def agreement_list(request: StaffRequest) -> HttpResponse:
    """The agreements of the person's branches."""
    page = ListPage(
        title=_("捐赠协议"),
        lead=_("与捐赠人约定金额、用途、期限和管理费率；生效时设立专门的资金池。"),
        statuses=TermsStatus.choices,
        new_name="desk_agreement_new",
        new_label=_("登记协议"),
        note_label=_("约定金额"),
    )
    found = agreements_for(request.user, status=request.GET.get("status", ""))[:MOST_LISTED]
    return show_list(
        request,
        page,
        found,
        lambda one: {
            "title": _("%(number)s %(title)s") % {"number": one.number, "title": one.title},
            "url": _address(one),
            "note": format_yuan(one.amount),
        },
    )


@desk_page(Right.VIEW_GIFTS)
@require_safe
def agreement_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One agreement with its history; the giver by the displayed name."""
    agreement = agreement_for(request.user, number)
    may_plan = may(request.user, Right.PLAN_APPEALS, agreement.branch)
    reads = may_plan or may(request.user, Right.APPROVE_APPEALS, agreement.branch)
    context = {
        "subject": agreement,
        "title": agreement.title,
        "list_label": _("捐赠协议"),
        "list_url": reverse("desk_agreements"),
        "facts": agreement_facts(agreement),
        "steps": [
            {**one, "url": reverse("desk_agreement_step", args=[agreement.number, one["name"]])}
            for one in steps_for(request.user, agreement, STEPS)
        ],
        "edit_url": reverse("desk_agreement_edit", args=[agreement.number])
        if may_plan and agreement.status == TermsStatus.DRAFT
        else "",
        "paper_url": reverse("desk_agreement_paper", args=[agreement.number])
        if reads and agreement.document_id is not None
        else "",
        "fund": agreement.fund,
        "events": steps_of(agreement=agreement),
    }
    return render(request, "donations/appeals/subject.html", context)


@desk_page(Right.PLAN_APPEALS)
@require_http_methods(["GET", "POST"])
def agreement_new(request: StaffRequest) -> HttpResponse:
    """Write an agreement."""
    branch = branch_for_new(request)
    form = AgreementForm(request.POST or None, request.FILES or None)
    draft = Draft(
        form=form,
        title=_("登记捐赠协议"),
        lead=branch.name,
        list_label=_("捐赠协议"),
        list_url=reverse("desk_agreements"),
        service=lambda: agreements.draft_agreement(branch=branch, **_values(form), actor=request.user),
        said=_("草稿已保存，核对后提交审核。"),
        address=_address,
    )
    return write_draft(request, draft)


@desk_page(Right.PLAN_APPEALS)
@require_http_methods(["GET", "POST"])
def agreement_edit(request: StaffRequest, number: str) -> HttpResponse:
    """Change a draft."""
    agreement = agreement_for(request.user, number)
    require(request.user, Right.PLAN_APPEALS, agreement.branch)
    form = AgreementForm(request.POST or None, request.FILES or None, agreement=agreement)
    draft = Draft(
        form=form,
        title=_("修改捐赠协议"),
        lead=agreement.branch.name,
        list_label=_("捐赠协议"),
        list_url=reverse("desk_agreements"),
        service=lambda: agreements.edit_agreement(agreement_id=agreement.pk, **_values(form), actor=request.user),
        said=_("草稿已保存。"),
        address=lambda _saved: _address(agreement),
    )
    return write_draft(request, draft)


@desk_page(Right.PLAN_APPEALS, Right.APPROVE_APPEALS)
@require_http_methods(["GET", "POST"])
def agreement_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Ask for one step of an agreement and take it."""
    agreement = agreement_for(request.user, number)
    place = Place("agreement_id", _address(agreement), agreement.title, _("捐赠协议"), agreement_facts(agreement))
    return take_step(request, agreement, STEPS, step, place)


@desk_page(Right.PLAN_APPEALS, Right.APPROVE_APPEALS)
@require_safe
def agreement_paper(request: StaffRequest, number: str) -> FileResponse:
    """Hand out the text of an agreement, which names its giver; each reading is recorded."""
    agreement = agreement_for(request.user, number)
    if not may(request.user, Right.PLAN_APPEALS, agreement.branch):
        require(request.user, Right.APPROVE_APPEALS, agreement.branch)
    stored, source = open_paper(agreement, agreement.document, actor=request.user)
    return private_file(source, filename=stored.name, content_type=stored.content_type)


def _values(form: AgreementForm) -> dict[str, Any]:
    upload = form.cleaned_data["document"]
    return {"values": form.cleaned_data, "upload": upload.file if upload else None}


def _address(agreement: Agreement) -> str:
    return reverse("desk_agreement", args=[agreement.number])


def agreement_facts(agreement: Agreement) -> list[Fact]:
    """An agreement as terms and values; the giver by the displayed name (privacy: P2)."""
    return [
        (_("红十字会"), agreement.branch.name),
        (_("捐赠人（公开名称）"), agreement.display_name),
        (_("捐赠人类别"), agreement.get_giver_kind_display()),
        (_("约定金额"), format_yuan(agreement.amount)),
        (_("管理费率"), f"{agreement.fee_rate:.2%}"),
        (_("限定用途"), agreement.purpose),
        (_("受益人"), agreement.beneficiary or _("没有限定")),
        (_("生效日期"), agreement.starts_on),
        (_("终止日期"), agreement.ends_on or _("没有约定")),
        (_("协议文本"), _("已上传") if agreement.document_id is not None else _("还没有上传")),
    ]
