"""What a plan must say before it is kept, and before it is submitted (慈善法 Arts. 23-26)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from core.errors import DomainError
from donations.choices import TermsStatus
from donations.models import Campaign

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Addresses of our own below /campaigns/.
RESERVED = frozenset({"new", "feed", "csv", "json"})
LONGEST = {
    "name": 80, "slug": 60, "aim": 2000, "responsible_office": 80, "responsible_name": 60, "office_address": 200,
    "contact": 120, "beneficiary": 200, "use": 200, "cost_plan": 500, "rest_plan": 500, "certificate_number": 60,
    "filing_number": 60, "filed_elsewhere": 120, "event_name": 80,
}  # fmt: skip
NEEDED: dict[str, Callable[[], str]] = {
    "aim": lambda: _("请写明募捐目的。"),
    "responsible_office": lambda: _("请写明活动负责人的职务。"),
    "responsible_name": lambda: _("请写明活动负责人的姓名（不经同意不公开）。"),
    "office_address": lambda: _("请写明办公地址。"),
    "contact": lambda: _("请写明联系方式。"),
    "beneficiary": lambda: _("请写明受益人。"),
    "use": lambda: _("请写明募得款物的用途。"),
    "cost_plan": lambda: _("请写明募捐成本；没有的写“无”。"),
    "rest_plan": lambda: _("请写明剩余财产怎样处理。"),
    "certificate_number": lambda: _("请写明公开募捐资格证书号。"),
}


def check_plan(columns: Mapping[str, Any]) -> None:
    """Refuse a plan that cannot be kept even as a draft: fields that contradict each other or do not fit."""
    problems: dict[str, str] = {
        name: _("最多 %(n)d 个字。") % {"n": limit}
        for name, limit in LONGEST.items()
        if len(columns.get(name, "")) > limit
    }
    if not columns["name"]:
        problems["name"] = _("请填写名称。")
    if not _SLUG.fullmatch(columns["slug"]) or columns["slug"] in RESERVED:
        problems["slug"] = _("网址名只能用小写字母、数字和连字符，例如 flood-2026。")
    if columns["ends_on"] < columns["starts_on"]:
        problems["ends_on"] = _("截止日期不能早于开始日期。")
    if not 0 <= columns["fee_rate"] < 1 or columns["fee_rate"] != round(columns["fee_rate"], 4):
        problems["fee_rate"] = _("管理费率须在 0 与 1 之间，最多四位小数。")
    if columns["goal"] is not None and columns["goal"] <= 0:
        problems["goal"] = _("募捐目标须大于零；没有目标的请留空。")
    problems |= _event_problems(columns) | _list_problems(columns)
    if bool(columns["filing_number"]) != (columns["filed_on"] is not None):
        problems["filed_on"] = _("备案编号和备案日期须一起填写。")
    if problems:
        raise DomainError("plan_wrong", _("募捐方案有需要修改的地方，请按提示修改。"), problems)


def _event_problems(columns: Mapping[str, Any]) -> dict[str, str]:
    if not columns["is_emergency"]:
        if columns["event_name"] or columns["event_on"]:
            return {"is_emergency": _("填写了突发事件的，请勾选“应急募捐”。")}
        return {}
    problems = {}
    if not columns["event_name"]:
        problems["event_name"] = _("应急募捐须写明突发事件的名称。")
    if columns["event_on"] is None:
        problems["event_on"] = _("应急募捐须写明事件发生的日期：早于这一天的捐赠不属于本次募捐。")
    elif columns["starts_on"] < columns["event_on"]:
        problems["starts_on"] = _("开始日期不能早于事件日期。")
    return problems


def _list_problems(columns: Mapping[str, Any]) -> dict[str, str]:
    problems = {}
    if any(not one["name"] or not one["role"] for one in columns["partners"]):
        problems["partners"] = _("每个合作方一行，写明名称和职责，中间用竖线隔开。")
    if any(not one["name"] or not one["url"].startswith("https://") for one in columns["platforms"]):
        problems["platforms"] = _("每个平台一行，写明名称和 https:// 开头的网址，中间用竖线隔开。")
    return problems


def check_complete(campaign: Campaign) -> None:
    """Refuse to submit or open a plan that lacks what the law asks of it; names every field."""
    problems = {name: sentence() for name, sentence in NEEDED.items() if not getattr(campaign, name)}
    problems |= _filing_problems(campaign)
    own = campaign.branch.division_id
    if not campaign.area_id.startswith(own) and not campaign.filed_elsewhere:
        problems["filed_elsewhere"] = _("募捐地域超出本会所在区划，请填写当地民政部门的备案号（慈善法第二十三条）。")
    if not campaign.campaign_channels.filter(channel__status=TermsStatus.IN_FORCE).exists():
        problems["channels"] = _("请至少选择一种有效的捐赠方式；没有的，先登记并由另一人审核。")
    if problems:
        listed = "".join(problems.values())
        raise DomainError("plan_incomplete", _("募捐方案还不能提交：%(listed)s") % {"listed": listed}, problems)


def _filing_problems(campaign: Campaign) -> dict[str, str]:
    if campaign.filing_number:
        late = campaign.filed_on is not None and campaign.filed_on > campaign.starts_on
        if late and not campaign.is_emergency:
            return {"filed_on": _("募捐方案须在开始前备案，备案日期不能晚于开始日期（慈善法第二十四条）。")}
        return {}
    if campaign.is_emergency:
        return {}
    return {"filing_number": _("请填写备案编号；只有应急募捐可以先开始，十日内补办（慈善法第七十三条）。")}


def filing_due(campaign: Campaign) -> datetime.date | None:
    """The day by which an emergency campaign must be filed; None where it is filed (慈善法 Art. 73)."""
    if campaign.filing_number or not campaign.is_emergency:
        return None
    return campaign.starts_on + datetime.timedelta(days=10)
