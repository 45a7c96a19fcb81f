"""Campaigns, ways to give and agreements made through the services, for tests."""

import datetime
import io
from decimal import Decimal
from typing import Any

from PIL import Image

from accounts.models import User
from donations.models import Campaign, GivingChannel
from donations.services.appeals.campaigns import CampaignPlan, approve_campaign, draft_campaign, submit_campaign
from donations.services.appeals.channels import approve_channel, draft_channel, submit_channel
from organizations.models import Branch, Division

ACCOUNT = "3300 0000 0000 0000 018"
BANK = {
    "kind": "bank",
    "title": "示例银行账户",
    "payee": "示例红十字会",
    "account_number": ACCOUNT,
    "bank_name": "示例银行示例支行",
}


def picture() -> io.BytesIO:
    """A small picture, as a browser sends it."""
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(target, "PNG")
    target.seek(0)
    return target


def make_channel(branch: Branch, maker: User, approver: User, **over: Any) -> GivingChannel:
    """A way to give in force."""
    values = {**BANK, **over}
    channel = draft_channel(branch=branch, values=values, actor=maker)
    submit_channel(channel_id=channel.pk, actor=maker)
    return approve_channel(channel_id=channel.pk, account_again=values["account_number"], actor=approver)


def plan(area: str, **over: Any) -> CampaignPlan:
    """A plan with nothing missing."""
    values: dict[str, Any] = {
        "slug": "shili-2026",
        "name": "示例助学募捐",
        "aim": "为示例地区的学生募集助学款。",
        "starts_on": datetime.date(2026, 1, 1),
        "ends_on": datetime.date(2026, 6, 30),
        "area": Division.objects.get(code=area),
        "responsible_office": "秘书长",
        "responsible_name": "示例某某",
        "office_address": "示例路 1 号",
        "contact": "0571-00000000",
        "beneficiary": "示例地区学生",
        "use": "示例助学",
        "cost_plan": "无",
        "rest_plan": "用于同类助学项目并公开",
        "certificate_number": "示例证字第1号",
        "filing_number": "示例备案001",
        "filed_on": datetime.date(2025, 12, 1),
        **over,
    }
    return CampaignPlan(**values)


AGREED: dict[str, Any] = {
    "giver_name": "示例科技有限公司",
    "giver_kind": "organisation",
    "title": "示例奖学项目",
    "amount": Decimal("2000000.00"),
    "fee_rate": Decimal("0.05"),
    "purpose": "示例奖学",
    "starts_on": datetime.date(2026, 1, 1),
}
EMERGENCY: dict[str, Any] = {
    "slug": "shili-flood",
    "name": "示例山洪募捐",
    "is_emergency": True,
    "event_name": "示例山洪",
    "event_on": datetime.date(2025, 12, 28),
    "filing_number": "",
    "filed_on": None,
}


def make_campaign(branch: Branch, maker: User, approver: User, **over: Any) -> Campaign:
    """An open campaign of a branch."""
    channel = GivingChannel.objects.unscoped("test").filter(branch=branch, status="in_force").first()
    channel = channel or make_channel(branch, maker, approver)
    drafted = draft_campaign(branch=branch, plan=plan(branch.division_id, **over), channels=[channel], actor=maker)
    submit_campaign(campaign_id=drafted.pk, actor=maker)
    return approve_campaign(campaign_id=drafted.pk, actor=approver)
