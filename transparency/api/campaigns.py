"""Campaigns in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as fields
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api_lists import MISSING, PAGE, REFUSED, SIZE, Fields, page_address, page_size
from core.errors import DomainError
from donations.choices import CampaignStatus
from donations.selectors.public.campaigns import public_campaign, public_campaigns, public_plan
from organizations.models import Branch
from transparency.api.views import BRANCH
from transparency.selectors.campaigns import campaign_row, with_figures
from transparency.selectors.network import branch_for_filter


def _yuan(text: Any, *, empty: bool = False) -> fields.DecimalField:
    return fields.DecimalField(max_digits=18, decimal_places=2, allow_null=empty, help_text=text)


class CampaignSerializer(Fields):
    """A campaign with its figures."""

    slug = fields.CharField(help_text=gettext_lazy("网址名"))
    name = fields.CharField(help_text=gettext_lazy("名称"))
    branch = fields.CharField(help_text=gettext_lazy("红十字会编码"))
    branch_name = fields.CharField(help_text=gettext_lazy("红十字会"))
    status = fields.ChoiceField(choices=CampaignStatus.choices, help_text=gettext_lazy("状态"))
    starts_on = fields.DateField(help_text=gettext_lazy("开始日期"))
    ends_on = fields.DateField(help_text=gettext_lazy("截止日期，含"))
    is_emergency = fields.BooleanField(help_text=gettext_lazy("是否应急募捐"))
    event_name = fields.CharField(help_text=gettext_lazy("突发事件"))
    event_on = fields.DateField(allow_null=True, help_text=gettext_lazy("事件日期"))
    filing_number = fields.CharField(help_text=gettext_lazy("备案编号"))
    filed_on = fields.DateField(allow_null=True, help_text=gettext_lazy("备案日期"))
    goal = _yuan(gettext_lazy("募捐目标，元"), empty=True)
    received = _yuan(gettext_lazy("收到捐赠，元，已扣除冲销和退还"))
    used = _yuan(gettext_lazy("使用，元，已扣除退回"))
    fees = _yuan(gettext_lazy("已提管理费，元"))
    passed_on = _yuan(gettext_lazy("拨给其他红十字会或转出，元"))
    balance = _yuan(gettext_lazy("结余，元，含在途"))
    cost_rate = fields.DecimalField(max_digits=5, decimal_places=4, help_text=gettext_lazy("成本率，0 至 1"))
    funds = fields.CharField(help_text=gettext_lazy("资金池编码，空格分隔"))
    updated_at = fields.DateTimeField(help_text=gettext_lazy("最近更新时间"))
    url = fields.CharField(help_text=gettext_lazy("页面地址"))


class CampaignDetailSerializer(CampaignSerializer):
    """A campaign with its plan."""

    plan = fields.DictField(help_text=gettext_lazy("募捐方案；规范 JSON 的 SHA-256 在公开日志里"))


class CampaignPageSerializer(Fields):
    """A page of campaigns."""

    results = CampaignSerializer(many=True)
    next = fields.URLField(allow_null=True, help_text=gettext_lazy("下一页地址"))
    previous = fields.URLField(allow_null=True, help_text=gettext_lazy("上一页地址"))


class CampaignListView(APIView):
    """Campaigns, newest first."""

    @extend_schema(
        operation_id="campaigns_list",
        summary=gettext_lazy("募捐活动"),
        parameters=[BRANCH, PAGE, SIZE],
        responses={200: CampaignPageSerializer, **REFUSED},
    )
    def get(self, request: Request) -> Response:
        """Public campaigns, newest first, with their figures."""
        code = request.query_params.get("branch", "").strip()
        branch: Branch | None = branch_for_filter(code) if code else None
        size = page_size(request.query_params)
        found = public_campaigns(branch, _before(request.query_params.get("page", "")), size)
        rows = [campaign_row(one) for one in with_figures(found[:size])]
        following = found[size - 1].id if len(found) > size else None
        return Response(
            {
                "results": CampaignSerializer(rows, many=True).data,
                "next": page_address(request, following),
                "previous": None,
            }
        )


class CampaignView(APIView):
    """One campaign."""

    @extend_schema(
        operation_id="campaigns_retrieve",
        summary=gettext_lazy("一项募捐活动"),
        responses={200: CampaignDetailSerializer, **MISSING},
    )
    def get(self, request: Request, slug: str) -> Response:
        """A campaign by its slug, with its plan."""
        figures = with_figures([public_campaign(slug)])[0]
        return Response(CampaignDetailSerializer({**campaign_row(figures), "plan": public_plan(slug)}).data)


def _before(text: str) -> int:
    if not text:
        return 0
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    sentence = _("翻页参数 page 无法识别，请从第一页重新翻起。")
    raise DomainError("page_unreadable", sentence, {"page": sentence})
