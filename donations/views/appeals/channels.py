"""Ways to give at the desk: two people for each account."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from donations.choices import TermsStatus
from donations.forms.appeals import AccountAgainForm, ChannelForm
from donations.forms.steps import ReasonForm
from donations.models import GivingChannel
from donations.selectors.terms import channel_for, channels_for, steps_of
from donations.services.appeals import channels
from donations.views.appeals.pages import MOST_LISTED, Draft, ListPage, branch_for_new, show_list, write_draft
from donations.views.appeals.steps import Fact, Place, Step, steps_for, take_step
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page

STEPS: dict[str, Step] = {
    "submit": Step(
        title=gettext_lazy("提交审核"),
        lead=gettext_lazy("由另一人对照银行开户资料核对后启用。"),
        submit=gettext_lazy("确认提交"),
        done=gettext_lazy("已提交，等待另一人审核。"),
        right=Right.PLAN_APPEALS,
        states=frozenset({TermsStatus.DRAFT}),
        service=channels.submit_channel,
        tone="info",
        kind="primary",
    ),
    "approve": Step(
        title=gettext_lazy("核对并启用"),
        lead=gettext_lazy("账号一旦写错，捐款会进别人的账户：请对照银行开户资料逐位输入一遍。"),
        submit=gettext_lazy("核对无误，启用"),
        done=gettext_lazy("已启用并公开，记入公开日志。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({TermsStatus.SUBMITTED}),
        service=channels.approve_channel,
        form=AccountAgainForm,
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
        service=channels.return_channel,
        form=ReasonForm,
    ),
    "end": Step(
        title=gettext_lazy("停用自己登记的方式"),
        lead=gettext_lazy("停用后公开页面马上不再显示；要恢复须重新登记和审核。"),
        submit=gettext_lazy("停用"),
        done=gettext_lazy("已停用，公开页面不再显示。"),
        right=Right.PLAN_APPEALS,
        states=frozenset({TermsStatus.IN_FORCE}),
        service=channels.end_channel,
        form=ReasonForm,
        tone="danger",
        kind="danger",
    ),
    "stop": Step(
        title=gettext_lazy("立即停用"),
        lead=gettext_lazy("停用后公开页面马上不再显示；要恢复须重新登记和审核。"),
        submit=gettext_lazy("停用"),
        done=gettext_lazy("已停用，公开页面不再显示。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({TermsStatus.IN_FORCE}),
        service=channels.end_channel,
        form=ReasonForm,
        tone="danger",
        kind="danger",
    ),
    "drop": Step(
        title=gettext_lazy("作废草稿"),
        lead=gettext_lazy("作废后不能恢复。"),
        submit=gettext_lazy("作废"),
        done=gettext_lazy("草稿已作废。"),
        right=Right.PLAN_APPEALS,
        states=frozenset({TermsStatus.DRAFT}),
        service=channels.drop_channel,
        form=ReasonForm,
        kind="quiet",
    ),
}


@desk_page(Right.VIEW_GIFTS)
@require_safe
def channel_list(request: StaffRequest) -> HttpResponse:
    """The ways to give of the person's branches."""
    page = ListPage(
        title=_("捐赠方式"),
        lead=_("公开页面“我要捐赠”上的账户和地址：一人登记，另一人对照资料启用。"),
        statuses=TermsStatus.choices,
        new_name="desk_channel_new",
        new_label=_("登记捐赠方式"),
        note_label=_("方式"),
    )
    found = channels_for(request.user, status=request.GET.get("status", ""))[:MOST_LISTED]
    return show_list(
        request, page, found, lambda one: {"title": one.title, "url": _address(one), "note": one.get_kind_display()}
    )


@desk_page(Right.VIEW_GIFTS)
@require_safe
def channel_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """One way to give with its history."""
    channel = channel_for(request.user, pk)
    may_plan = may(request.user, Right.PLAN_APPEALS, channel.branch)
    is_maker = request.user.pk in channel.maker_ids
    steps = {name: step for name, step in STEPS.items() if name != ("stop" if is_maker else "end")}
    replace_url = f"{reverse('desk_channel_new')}?branch={channel.branch.code}&replaces={channel.pk}"
    context = {
        "subject": channel,
        "title": channel.title,
        "list_label": _("捐赠方式"),
        "list_url": reverse("desk_channels"),
        "facts": channel_facts(channel),
        "steps": [
            {**one, "url": reverse("desk_channel_step", args=[channel.pk, one["name"]])}
            for one in steps_for(request.user, channel, steps)
        ],
        "edit_url": reverse("desk_channel_edit", args=[channel.pk])
        if may_plan and channel.status == TermsStatus.DRAFT
        else "",
        "replace_url": replace_url if may_plan and channel.status == TermsStatus.IN_FORCE else "",
        "events": steps_of(channel=channel),
    }
    return render(request, "donations/appeals/subject.html", context)


@desk_page(Right.PLAN_APPEALS)
@require_http_methods(["GET", "POST"])
def channel_new(request: StaffRequest) -> HttpResponse:
    """Write a way to give, or the new version of one that is in force (`replaces`)."""
    branch = branch_for_new(request)
    replaces = request.GET.get("replaces", "")
    old = channel_for(request.user, int(replaces)) if replaces.isdigit() and len(replaces) < 19 else None
    form = ChannelForm(request.POST or None, channel=old)
    draft = Draft(
        form=form,
        title=_("登记捐赠方式"),
        lead=branch.name,
        list_label=_("捐赠方式"),
        list_url=reverse("desk_channels"),
        service=lambda: channels.draft_channel(
            branch=branch, values=form.cleaned_data, replaces=old, actor=request.user
        ),
        said=_("草稿已保存，核对后提交审核。"),
        address=_address,
    )
    return write_draft(request, draft)


@desk_page(Right.PLAN_APPEALS)
@require_http_methods(["GET", "POST"])
def channel_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    channel = channel_for(request.user, pk)
    require(request.user, Right.PLAN_APPEALS, channel.branch)
    form = ChannelForm(request.POST or None, channel=channel)
    draft = Draft(
        form=form,
        title=_("修改捐赠方式"),
        lead=channel.branch.name,
        list_label=_("捐赠方式"),
        list_url=reverse("desk_channels"),
        service=lambda: channels.edit_channel(channel_id=channel.pk, values=form.cleaned_data, actor=request.user),
        said=_("草稿已保存。"),
        address=lambda _saved: _address(channel),
    )
    return write_draft(request, draft)


@desk_page(Right.PLAN_APPEALS, Right.APPROVE_APPEALS)
@require_http_methods(["GET", "POST"])
def channel_step(request: StaffRequest, pk: int, step: str) -> HttpResponse:
    """Ask for one step of a way to give and take it."""
    channel = channel_for(request.user, pk)
    facts = channel_facts(channel)
    if step == "approve":
        # The second person types it from the paper, not from this page.
        facts = [fact for fact in facts if fact[1] != channel.account_number]
    place = Place("channel_id", _address(channel), channel.title, _("捐赠方式"), facts)
    return take_step(request, channel, STEPS, step, place)


def _address(channel: GivingChannel) -> str:
    return reverse("desk_channel", args=[channel.pk])


def channel_facts(channel: GivingChannel) -> list[Fact]:
    """A way to give as terms and values; empty ones are left out."""
    found: list[Fact] = [
        (_("红十字会"), channel.branch.name),
        (_("方式"), channel.get_kind_display()),
        (_("户名"), channel.payee),
        (_("账号"), channel.account_number),
        (_("开户行"), channel.bank_name),
        ("SWIFT", channel.swift),
        (_("币种"), channel.currency),
        (_("地址"), channel.address),
        (_("邮政编码"), channel.postcode),
        (_("电话"), channel.phone),
        (_("网址"), channel.url),
        (_("附言写法"), channel.remark_hint),
        (_("办理说明"), channel.steps),
        (_("公开记录摘要（SHA-256）"), channel.record_sha256),
    ]
    return [(label, value) for label, value in found if value]
