"""Campaigns at the desk: the list, one campaign with its history, its form, its steps and documents."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError
from core.money import format_yuan
from core.views.answers import private_file, say_refusal
from donations.choices import CampaignStatus
from donations.forms.appeals import (
    CampaignFileForm,
    CampaignForm,
    CampaignFundForm,
    CloseCampaignForm,
    FilingForm,
    SettlementForm,
)
from donations.forms.steps import ReasonForm
from donations.models import Campaign
from donations.selectors.campaigns import (
    campaign_file_for,
    campaign_files,
    campaign_for,
    campaign_funds,
    campaign_steps,
    campaigns_for,
)
from donations.services.appeals import campaigns, closing
from donations.services.appeals.papers import keep_campaign_file, open_campaign_file, release_campaign_file
from donations.services.appeals.plans import filing_due
from donations.views.appeals.pages import MOST_LISTED, Draft, ListPage, branch_for_new, show_list, write_draft
from donations.views.appeals.steps import Fact, Place, Step, steps_for, take_step
from organizations.choices import Right
from organizations.permissions import may, require
from organizations.views.access import StaffRequest, desk_page

_LIVING = frozenset({CampaignStatus.OPEN, CampaignStatus.CLOSED, CampaignStatus.SETTLING, CampaignStatus.SETTLED})

STEPS: dict[str, Step] = {
    "submit": Step(
        title=gettext_lazy("提交审核"),
        lead=gettext_lazy("提交后方案不能再改，由另一人核对；需要修改的会退回。"),
        submit=gettext_lazy("确认提交"),
        done=gettext_lazy("已提交，等待另一人审核。"),
        right=Right.PLAN_APPEALS,
        states=frozenset({CampaignStatus.DRAFT}),
        service=campaigns.submit_campaign,
        tone="info",
        kind="primary",
    ),
    "approve": Step(
        title=gettext_lazy("审核并开放"),
        lead=gettext_lazy("开放后方案公开、不能改动，并设立专用的定向资金池。"),
        submit=gettext_lazy("核对无误，开放"),
        done=gettext_lazy("活动已开放，资金池已设立。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({CampaignStatus.SUBMITTED}),
        service=campaigns.approve_campaign,
        by_another=True,
        kind="primary",
    ),
    "return": Step(
        title=gettext_lazy("退回修改"),
        lead=gettext_lazy("退回给起草人，附上理由。"),
        submit=gettext_lazy("退回"),
        done=gettext_lazy("已退回。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({CampaignStatus.SUBMITTED}),
        service=campaigns.return_campaign,
        form=ReasonForm,
    ),
    "filing": Step(
        title=gettext_lazy("登记备案编号"),
        lead=gettext_lazy("应急募捐在开始后十日内补办备案；登记后不能改。"),
        submit=gettext_lazy("登记"),
        done=gettext_lazy("备案编号已登记并公开。"),
        right=Right.PLAN_APPEALS,
        states=_LIVING,
        service=campaigns.record_filing,
        form=FilingForm,
        tone="info",
        kind="primary",
        offered=lambda campaign: not campaign.filing_number,
    ),
    "fund": Step(
        title=gettext_lazy("增设资金池"),
        lead=gettext_lazy("捐赠人指定了更窄的用途时，单设一个资金池，与活动其他资金分开记账、分开公开；设立后不能改。"),
        submit=gettext_lazy("增设"),
        done=gettext_lazy("资金池已增设并公开。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({CampaignStatus.OPEN}),
        service=campaigns.add_campaign_fund,
        form=CampaignFundForm,
        tone="info",
        by_another=True,
    ),
    "close": Step(
        title=gettext_lazy("截止募捐"),
        lead=gettext_lazy("截止后收到的捐赠记入后续资金池；已收到的继续按用途使用。"),
        submit=gettext_lazy("确认截止"),
        done=gettext_lazy("募捐已截止。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({CampaignStatus.OPEN}),
        service=closing.close_campaign,
        form=CloseCampaignForm,
    ),
    "settle": Step(
        title=gettext_lazy("提出结项"),
        lead=gettext_lazy("由另一人审核后，剩余资金按方案转入后续资金池，活动资金池关闭，结项说明公开。"),
        submit=gettext_lazy("提出结项"),
        done=gettext_lazy("已提出结项，等待另一人审核。"),
        right=Right.PLAN_APPEALS,
        states=frozenset({CampaignStatus.CLOSED}),
        service=closing.propose_settlement,
        form=SettlementForm,
        tone="info",
        kind="primary",
    ),
    "settle-approve": Step(
        title=gettext_lazy("审核结项"),
        lead=gettext_lazy("审核后剩余资金立即转出、资金池关闭，不能撤销。"),
        submit=gettext_lazy("核对无误，结项"),
        done=gettext_lazy("已结项并公开。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({CampaignStatus.SETTLING}),
        service=closing.approve_settlement,
        kind="primary",
    ),
    "settle-return": Step(
        title=gettext_lazy("退回结项"),
        lead=gettext_lazy("退回给提出人，附上理由。"),
        submit=gettext_lazy("退回"),
        done=gettext_lazy("结项已退回。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({CampaignStatus.SETTLING}),
        service=closing.decline_settlement,
        form=ReasonForm,
    ),
    "cancel": Step(
        title=gettext_lazy("取消活动"),
        lead=gettext_lazy("取消后不能恢复。已收到捐赠的活动不能取消，只能截止和结项。"),
        submit=gettext_lazy("确认取消"),
        done=gettext_lazy("活动已取消。"),
        right=Right.PLAN_APPEALS,
        states=frozenset({CampaignStatus.DRAFT}),
        service=campaigns.cancel_campaign,
        form=ReasonForm,
        tone="danger",
        kind="quiet",
    ),
    "withdraw": Step(
        title=gettext_lazy("撤销活动"),
        lead=gettext_lazy("只有还没有收到任何捐赠的活动可以撤销；它的资金池随之关闭。"),
        submit=gettext_lazy("确认撤销"),
        done=gettext_lazy("活动已撤销。"),
        right=Right.APPROVE_APPEALS,
        states=frozenset({CampaignStatus.OPEN}),
        service=campaigns.cancel_campaign,
        form=ReasonForm,
        tone="danger",
        kind="quiet",
    ),
}


@desk_page(Right.VIEW_GIFTS)
@require_safe
def campaign_list(request: StaffRequest) -> HttpResponse:
    """The campaigns of the person's branches."""
    page = ListPage(
        title=_("募捐活动"),
        lead=_("每项公开募捐先有方案，由另一人审核后开放；一项活动有自己的资金池。"),
        statuses=CampaignStatus.choices,
        new_name="desk_campaign_new",
        new_label=_("起草募捐活动"),
        note_label=_("募捐期"),
    )
    found = campaigns_for(request.user, status=request.GET.get("status", ""))[:MOST_LISTED]
    return show_list(
        request,
        page,
        found,
        lambda one: {
            "title": one.name,
            "url": _address(one),
            "note": _("%(first)s 至 %(last)s") % {"first": one.starts_on, "last": one.ends_on},
        },
    )


@desk_page(Right.VIEW_GIFTS)
@require_safe
def campaign_detail(request: StaffRequest, slug: str) -> HttpResponse:
    """One campaign: its plan, funds, documents, and everything that was done."""
    campaign = campaign_for(request.user, slug)
    may_plan = may(request.user, Right.PLAN_APPEALS, campaign.branch)
    context = {
        "campaign": campaign,
        "facts": plan_facts(campaign),
        "funds": campaign_funds(campaign),
        "files": campaign_files(campaign),
        "events": campaign_steps(campaign),
        "steps": steps_for(request.user, campaign, STEPS),
        "filing_due": filing_due(campaign),
        "may_edit": may_plan and campaign.status == CampaignStatus.DRAFT,
        "may_keep": may_plan,
        "may_release": may(request.user, Right.APPROVE_APPEALS, campaign.branch) and campaign.status in _LIVING,
        "file_form": CampaignFileForm(),
    }
    return render(request, "donations/appeals/campaign.html", context)


@desk_page(Right.PLAN_APPEALS)
@require_http_methods(["GET", "POST"])
def campaign_new(request: StaffRequest) -> HttpResponse:
    """Write a campaign."""
    branch = branch_for_new(request)
    form = CampaignForm(request.POST or None, branch=branch)
    draft = Draft(
        form=form,
        title=_("起草募捐活动"),
        lead=branch.name,
        list_label=_("募捐活动"),
        list_url=reverse("desk_campaigns"),
        service=lambda: campaigns.draft_campaign(
            branch=branch, plan=form.plan(), channels=form.cleaned_data["channels"], actor=request.user
        ),
        said=_("草稿已保存，核对后提交审核。"),
        address=_address,
        sections=_sections(form),
    )
    return write_draft(request, draft)


@desk_page(Right.PLAN_APPEALS)
@require_http_methods(["GET", "POST"])
def campaign_edit(request: StaffRequest, slug: str) -> HttpResponse:
    """Change a draft."""
    campaign = campaign_for(request.user, slug)
    require(request.user, Right.PLAN_APPEALS, campaign.branch)
    form = CampaignForm(request.POST or None, branch=campaign.branch, campaign=campaign)
    draft = Draft(
        form=form,
        title=_("修改募捐方案"),
        lead=campaign.branch.name,
        list_label=_("募捐活动"),
        list_url=reverse("desk_campaigns"),
        service=lambda: campaigns.edit_campaign(
            campaign_id=campaign.pk,
            plan=form.plan(),
            channels=form.cleaned_data["channels"],
            version=form.cleaned_data["version"] or 0,
            actor=request.user,
        ),
        said=_("草稿已保存。"),
        address=_address,
        sections=_sections(form),
    )
    return write_draft(request, draft)


def _sections(form: CampaignForm) -> list[tuple[Any, list[Any]]]:
    return [(legend, [form[name] for name in names]) for legend, names in CampaignForm.SECTIONS]


def _address(campaign: Campaign) -> str:
    return reverse("desk_campaign", args=[campaign.slug])


@desk_page(Right.PLAN_APPEALS, Right.APPROVE_APPEALS)
@require_http_methods(["GET", "POST"])
def campaign_step(request: StaffRequest, slug: str, step: str) -> HttpResponse:
    """Ask for one step of a campaign and take it."""
    campaign = campaign_for(request.user, slug)
    place = Place(
        id_name="campaign_id",
        address=_address(campaign),
        title=campaign.name,
        back_label=_("募捐活动"),
        facts=plan_facts(campaign),
    )
    values = {"campaign": campaign} if step == "close" else None
    return take_step(request, campaign, STEPS, step, place, values)


@desk_page(Right.PLAN_APPEALS)
@require_POST
def campaign_file_new(request: StaffRequest, slug: str) -> HttpResponse:
    """Keep a document of a campaign."""
    campaign = campaign_for(request.user, slug)
    require(request.user, Right.PLAN_APPEALS, campaign.branch)
    form = CampaignFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("请填写类别和标题，并选择文件。"))
        return redirect(_address(campaign))
    data = form.cleaned_data
    try:
        keep_campaign_file(
            campaign_id=campaign.pk,
            kind=data["kind"],
            title=data["title"],
            upload=data["file"].file,
            actor=request.user,
        )
        messages.success(request, _("文件已保存，由另一人公开。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect(_address(campaign))


@desk_page(Right.VIEW_GIFTS)
@require_safe
def campaign_file(request: StaffRequest, slug: str, file_id: int) -> FileResponse:
    """Hand out a document of a campaign."""
    kept = campaign_file_for(campaign_for(request.user, slug), file_id)
    return private_file(open_campaign_file(kept), filename=kept.file.name, content_type=kept.file.content_type)


@desk_page(Right.APPROVE_APPEALS)
@require_POST
def campaign_file_release(request: StaffRequest, slug: str, file_id: int) -> HttpResponse:
    """Make a document public."""
    campaign = campaign_for(request.user, slug)
    require(request.user, Right.APPROVE_APPEALS, campaign.branch)
    kept = campaign_file_for(campaign, file_id)
    try:
        release_campaign_file(file_id=kept.pk, actor=request.user)
        messages.success(request, _("文件已公开。"))
    except DomainError as error:
        say_refusal(request, error)
    return redirect(_address(campaign))


def plan_facts(campaign: Campaign) -> list[Fact]:
    """The plan as terms and values, in the order of 慈善法 Art. 24."""
    filed = _("%(number)s（%(day)s）") % {"number": campaign.filing_number, "day": campaign.filed_on}
    event = _("%(name)s（%(day)s）") % {"name": campaign.event_name, "day": campaign.event_on}
    named = campaign.campaign_channels.select_related("channel").order_by("channel__position", "pk")
    return [
        (_("红十字会"), campaign.branch.name),
        (_("募捐目的"), campaign.aim),
        (_("募捐期"), _("%(first)s 至 %(last)s") % {"first": campaign.starts_on, "last": campaign.ends_on}),
        (_("募捐地域"), campaign.area.name),
        *([(_("突发事件"), event)] if campaign.is_emergency else []),
        (_("活动负责人"), f"{campaign.responsible_office} {campaign.responsible_name}"),
        (_("公开的负责人"), campaign.public_responsible),
        (_("办公地址"), campaign.office_address),
        (_("联系方式"), campaign.contact),
        (_("捐赠方式"), _("、").join(f"{one.channel.title} {one.channel.account_number}".strip() for one in named)),
        (_("受益人"), campaign.beneficiary),
        (_("款物用途"), campaign.use),
        (_("募捐成本"), campaign.cost_plan),
        (_("管理费率"), f"{campaign.fee_rate:.2%}"),
        (_("剩余财产的处理"), campaign.rest_plan),
        (_("募捐目标"), format_yuan(campaign.goal) if campaign.goal is not None else _("没有设定")),
        (_("公开募捐资格证书"), campaign.certificate_number),
        (_("备案"), filed if campaign.filing_number else _("还没有")),
        (_("合作方"), _("；").join(f"{one['name']}（{one['role']}）" for one in campaign.partners) or _("没有")),
        (_("指定平台"), _("、").join(one["name"] for one in campaign.platforms) or _("没有")),
    ]
