"""Changes of use at the desk: by consent, or by a notice with its objections."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.money import format_yuan
from core.views.answers import private_file, say_refusal
from donations.choices import ChangeStatus
from donations.forms.appeals import AnswerForm, ChangeForm, ObjectionForm
from donations.forms.steps import ReasonForm
from donations.models import ChangeOfUse
from donations.selectors.terms import change_for, changes_for, steps_of
from donations.services.appeals import changes
from donations.services.appeals.papers import open_paper
from donations.views.appeals.pages import MOST_LISTED, Draft, ListPage, branch_for_new, show_list, write_draft
from donations.views.appeals.steps import Fact, Place, Step, steps_for, take_step
from ledger.choices import UseBasis
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page

STEPS: dict[str, Step] = {
    "submit": Step(
        title=gettext_lazy("提交审核"),
        lead=gettext_lazy("由另一人核对：捐赠人同意的，核对后变更；公示的，核对后开始公示。"),
        submit=gettext_lazy("确认提交"),
        done=gettext_lazy("已提交，等待另一人审核。"),
        right=Right.PLAN_APPEALS,
        states=frozenset({ChangeStatus.DRAFT}),
        service=changes.submit_change,
        tone="info",
        kind="primary",
    ),
    "publish": Step(
        title=gettext_lazy("开始公示"),
        lead=gettext_lazy("公示页面立即公开，从明天起满六十日、没有未答复的异议才能变更。"),
        submit=gettext_lazy("核对无误，开始公示"),
        done=gettext_lazy("公示已开始。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({ChangeStatus.SUBMITTED}),
        service=changes.publish_notice,
        by_another=True,
        kind="primary",
        offered=lambda change: change.basis == UseBasis.NOTICE,
    ),
    "approve": Step(
        title=gettext_lazy("审核变更"),
        lead=gettext_lazy("审核后立即记账并公开，不能撤销，只能冲销。"),
        submit=gettext_lazy("核对无误，变更用途"),
        done=gettext_lazy("用途已变更并公开。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({ChangeStatus.SUBMITTED, ChangeStatus.NOTICE}),
        service=changes.approve_change,
        by_another=True,
        kind="primary",
        offered=lambda change: change.basis == UseBasis.CONSENT or change.status == ChangeStatus.NOTICE,
    ),
    "return": Step(
        title=gettext_lazy("退回修改"),
        lead=gettext_lazy("退回给起草人，附上理由。"),
        submit=gettext_lazy("退回"),
        done=gettext_lazy("已退回。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({ChangeStatus.SUBMITTED}),
        service=changes.return_change,
        form=ReasonForm,
    ),
    "stop": Step(
        title=gettext_lazy("终止变更"),
        lead=gettext_lazy("公示结束，用途不变；公示和终止的理由留在公开页面上。"),
        submit=gettext_lazy("终止"),
        done=gettext_lazy("变更已终止，用途不变。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({ChangeStatus.NOTICE}),
        service=changes.stop_change,
        form=ReasonForm,
    ),
    "drop": Step(
        title=gettext_lazy("作废草稿"),
        lead=gettext_lazy("作废后不能恢复。"),
        submit=gettext_lazy("作废"),
        done=gettext_lazy("草稿已作废。"),
        right=Right.PLAN_APPEALS,
        states=frozenset({ChangeStatus.DRAFT}),
        service=changes.drop_change,
        form=ReasonForm,
        kind="quiet",
    ),
}


@desk_page(Right.VIEW_GIFTS)
@require_safe
def change_list(request: StaffRequest) -> HttpResponse:
    """The changes of use of the person's branches."""
    page = ListPage(
        title=_("变更用途"),
        lead=_("定向资金改用途须有捐赠人书面同意；联系不到捐赠人的，公示满六十日。"),
        statuses=ChangeStatus.choices,
        new_name="desk_change_new",
        new_label=_("起草变更"),
        note_label=_("金额"),
    )
    found = changes_for(request.user, status=request.GET.get("status", ""))[:MOST_LISTED]
    return show_list(
        request,
        page,
        found,
        lambda one: {
            "title": _("%(number)s：%(source)s → %(target)s")
            % {"number": one.number, "source": one.source.name, "target": one.target.name},
            "url": _address(one),
            "note": format_yuan(one.amount),
        },
    )


@desk_page(Right.VIEW_GIFTS)
@require_safe
def change_detail(request: StaffRequest, number: str) -> HttpResponse:
    """One change of use with its objections and history."""
    change = change_for(request.user, number)
    may_plan = may(request.user, Right.PLAN_APPEALS, change.branch)
    may_approve = may(request.user, Right.APPROVE_APPEALS, change.branch)
    context = {
        "subject": change,
        "title": change.number,
        "list_label": _("变更用途"),
        "list_url": reverse("desk_changes"),
        "facts": change_facts(change),
        "steps": [
            {**one, "url": reverse("desk_change_step", args=[change.number, one["name"]])}
            for one in steps_for(request.user, change, STEPS)
        ],
        "edit_url": reverse("desk_change_edit", args=[change.number])
        if may_plan and change.status == ChangeStatus.DRAFT
        else "",
        "paper_url": reverse("desk_change_paper", args=[change.number])
        if (may_plan or may_approve) and change.consent_file_id is not None
        else "",
        "is_notice": change.notice_on is not None,
        "objections": list(change.objections.order_by("pk")),
        "objection_form": ObjectionForm() if may_plan and change.status == ChangeStatus.NOTICE else None,
        "answer_form": AnswerForm() if may_approve else None,
        "events": steps_of(change=change),
    }
    return render(request, "donations/appeals/subject.html", context)


@desk_page(Right.PLAN_APPEALS)
@require_http_methods(["GET", "POST"])
def change_new(request: StaffRequest) -> HttpResponse:
    """Write a change of use."""
    branch = branch_for_new(request)
    form = ChangeForm(request.POST or None, request.FILES or None, branch=branch)
    draft = Draft(
        form=form,
        title=_("起草变更用途"),
        lead=branch.name,
        list_label=_("变更用途"),
        list_url=reverse("desk_changes"),
        service=lambda: changes.draft_change(terms=form.terms(), upload=_upload(form), actor=request.user),
        said=_("草稿已保存，核对后提交审核。"),
        address=_address,
    )
    return write_draft(request, draft)


@desk_page(Right.PLAN_APPEALS)
@require_http_methods(["GET", "POST"])
def change_edit(request: StaffRequest, number: str) -> HttpResponse:
    """Change a draft."""
    change = change_for(request.user, number)
    require(request.user, Right.PLAN_APPEALS, change.branch)
    form = ChangeForm(request.POST or None, request.FILES or None, branch=change.branch, change=change)
    draft = Draft(
        form=form,
        title=_("修改变更用途"),
        lead=change.branch.name,
        list_label=_("变更用途"),
        list_url=reverse("desk_changes"),
        service=lambda: changes.edit_change(
            change_id=change.pk, terms=form.terms(), upload=_upload(form), actor=request.user
        ),
        said=_("草稿已保存。"),
        address=lambda _saved: _address(change),
    )
    return write_draft(request, draft)


@desk_page(Right.PLAN_APPEALS, Right.APPROVE_APPEALS)
@require_http_methods(["GET", "POST"])
def change_step(request: StaffRequest, number: str, step: str) -> HttpResponse:
    """Ask for one step of a change of use and take it."""
    change = change_for(request.user, number)
    place = Place("change_id", _address(change), change.number, _("变更用途"), change_facts(change))
    return take_step(request, change, STEPS, step, place)


@desk_page(Right.PLAN_APPEALS)
@require_POST
def objection_new(request: StaffRequest, number: str) -> HttpResponse:
    """Record an objection to a notice."""
    change = change_for(request.user, number)
    require(request.user, Right.PLAN_APPEALS, change.branch)
    form = ObjectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写收到日期和异议内容。"))
        return redirect(_address(change))
    try:
        changes.record_objection(change_id=change.pk, **form.cleaned_data, actor=request.user)
        messages.success(request, _("异议已登记，答复之前不能变更。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect(_address(change))


@desk_page(Right.APPROVE_APPEALS)
@require_POST
def objection_answer(request: StaffRequest, number: str, objection_id: int) -> HttpResponse:
    """Answer an objection in public."""
    change = change_for(request.user, number)
    require(request.user, Right.APPROVE_APPEALS, change.branch)
    if not change.objections.filter(pk=objection_id).exists():
        raise Http404
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写答复。"))
        return redirect(_address(change))
    try:
        changes.answer_objection(objection_id=objection_id, **form.cleaned_data, actor=request.user)
        messages.success(request, _("答复已公开。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect(_address(change))


@desk_page(Right.PLAN_APPEALS, Right.APPROVE_APPEALS)
@require_safe
def change_paper(request: StaffRequest, number: str) -> FileResponse:
    """Hand out the giver's consent; each reading is recorded."""
    change = change_for(request.user, number)
    if not may(request.user, Right.PLAN_APPEALS, change.branch):
        require(request.user, Right.APPROVE_APPEALS, change.branch)
    stored, source = open_paper(change, change.consent_file, actor=request.user)
    return private_file(source, filename=stored.name, content_type=stored.content_type)


def _upload(form: ChangeForm) -> Any:
    upload = form.cleaned_data["consent"]
    return upload.file if upload else None


def _address(change: ChangeOfUse) -> str:
    return reverse("desk_change", args=[change.number])


def change_facts(change: ChangeOfUse) -> list[Fact]:
    """A change of use as terms and values."""
    first = change.notice_until
    notice = (
        _("%(first)s 起，%(last)s 满六十日") % {"first": change.notice_on, "last": first} if first is not None else ""
    )
    found: list[Fact] = [
        (_("红十字会"), change.branch.name),
        (_("原资金池"), f"{change.source.name}（{change.source.code}）"),
        (_("变更后的资金池"), f"{change.target.name}（{change.target.code}）"),
        (_("金额"), format_yuan(change.amount)),
        (_("依据"), change.get_basis_display()),
        (_("捐赠人同意日期"), change.consent_on),
        (_("公示"), notice),
        (_("变更说明（公开）"), change.public_note),
        (_("内部理由"), change.reason),
        (_("记账单"), change.entry.number if change.entry is not None else ""),
    ]
    return [(label, value) for label, value in found if value]
