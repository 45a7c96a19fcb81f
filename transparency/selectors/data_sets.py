"""All data sets of the portal, what each field means, and their descriptor (Frictionless Data Package 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from registries.selectors.figures import FIGURE_FIELDS
from training.selectors.public.aeds import AED_FIELDS
from training.selectors.public.data_sets import DATA_SETS, DataSet
from training.selectors.public.open_data import SESSION_FIELDS
from transparency.selectors.campaigns import CAMPAIGN_FIELDS
from transparency.selectors.open_data import GIFT_FIELDS
from transparency.selectors.spending import SPENDING_FIELDS

LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
_INTEGERS = frozenset({"log_index", "helped", "lessons", "hours", "seats", "free_seats", "waiting", "funds"})
_NUMBERS = frozenset({"amount", "taken_back", "goal", "received", "used", "fees", "passed_on", "balance", "cost_rate"})
_MEANINGS: dict[str, str | Promise] = {
    "number": _("编号，门户的网址里用它"),
    "received_on": _("收到日期"),
    "posted_at": _("入账时间"),
    "donor": _("捐赠人的公开显示名称，按其选择为实名、掩码或匿名"),
    "kind": _("种类的英文代码"),
    "amount": _("金额，人民币元，两位小数"),
    "currency": _("币种"),
    "goods": _("物资"),
    "purpose": _("用途"),
    "fund": _("资金的代码"),
    "branch": _("红十字会的代码"),
    "branch_name": _("红十字会的名称"),
    "receipt": _("票据状态"),
    "status": _("状态的英文代码"),
    "log_index": _("在公开日志中的位置，可据此核对"),
    "trail": _("去向页面"),
    "taken_back": _("已退回的金额，元"),
    "correction_note": _("更正说明"),
    "paid_on": _("支付日期"),
    "area": _("区划代码"),
    "area_name": _("区划名称"),
    "helped": _("受助人次；少于 5 为空"),
    "helped_band": _("受助人次的区间"),
    "payee": _("收款单位；个人不写姓名"),
    "entry": _("记账单号"),
    "url": _("页面"),
    "slug": _("网址里的名称"),
    "name": _("名称"),
    "starts_on": _("开始日期"),
    "ends_on": _("结束日期"),
    "is_emergency": _("是否应急"),
    "event_name": _("突发事件"),
    "event_on": _("突发事件日期"),
    "filing_number": _("备案编号"),
    "filed_on": _("备案日期"),
    "goal": _("目标金额，元"),
    "received": _("已收到，元"),
    "used": _("已使用，元"),
    "fees": _("成本，元"),
    "passed_on": _("已拨付，元"),
    "balance": _("结余，元"),
    "cost_rate": _("成本占支出的比例"),
    "funds": _("资金"),
    "updated_at": _("最近更新"),
    "title": _("班名"),
    "course": _("课程"),
    "place": _("上课地点"),
    "first_lesson_at": _("第一次课开始"),
    "lessons": _("课次数"),
    "hours": _("学时"),
    "seats": _("名额"),
    "free_seats": _("剩余名额"),
    "waiting": _("候补人数"),
    "sign_up": _("能否报名的英文代码"),
    "sign_up_from": _("报名开始"),
    "sign_up_until": _("报名截止"),
    "contact": _("咨询电话"),
    "site": _("位置"),
    "address": _("地址"),
    "opening_hours": _("开放时间"),
    "phone": _("电话"),
    "keeper": _("管理单位"),
    "owner": _("投放单位的英文代码"),
    "standing": _("今天能否使用的英文代码"),
    "inspect_by": _("下次巡检不晚于"),
}


@dataclass(frozen=True)
class Listed:
    """A data set as it is listed: where its CSV lies, and the page that shows the same to people."""

    name: str
    title: str | Promise
    description: str | Promise
    path: str
    page: str
    fields: tuple[tuple[str, str, str | Promise], ...]


def _fields(names: tuple[str, ...]) -> tuple[tuple[str, str, str | Promise], ...]:
    return tuple((name, _type(name), _MEANINGS.get(name, "")) for name in names)


def _type(name: str) -> str:
    if name in _INTEGERS:
        return "integer" if name != "funds" else "string"
    if name in _NUMBERS:
        return "number"
    if name.startswith("is_"):
        return "boolean"
    if name.endswith(("_at", "_from", "_until")):
        return "datetime"
    return "date" if name.endswith("_on") or name == "inspect_by" else "string"


_PAGES = {
    "training-certificates": "/certificates/",
    "training-lessons": "/training/lessons/",
    "training-coverage": "/training/coverage/",
    "training-schools": "/training/coverage/schools/",
    "training-courses": "/training/",
    "training-places": "/aed/",
    "training-rescues": "/training/rescues/",
    "training-contracts": "/training/contracts/",
}


def _of_training(one: DataSet) -> Listed:
    return Listed(one.name, one.title, one.description, f"/data/{one.name}.csv", _PAGES[one.name], one.fields)


LISTED: tuple[Listed, ...] = (
    Listed("gifts", _("捐赠"), _("每笔入账的捐赠一行。"), "/donations.csv", "/donations/", _fields(GIFT_FIELDS)),
    Listed("spending", _("支出"), _("每笔入账的支出一行。"), "/spending.csv", "/spending/", _fields(SPENDING_FIELDS)),
    Listed(
        "campaigns", _("募捐活动"), _("每个募捐活动一行。"), "/campaigns.csv", "/campaigns/", _fields(CAMPAIGN_FIELDS)
    ),
    Listed(
        "training-sessions",
        _("正在报名的培训班"),
        _("面向公众、正在报名的班，按开班日期。"),
        "/training.csv",
        "/training/",
        _fields(SESSION_FIELDS),
    ),
    Listed("aeds", _("AED"), _("在用的自动体外除颤器。"), "/aed.csv", "/aed/", _fields(AED_FIELDS)),
    *(_of_training(one) for one in DATA_SETS),
    Listed(
        "registries-figures",
        _("捐献登记统计"),
        _("每家红十字会每年每项一行：新登记，全省另有退出、年末有效和不同意。年度结束后统计一次，以后不改。"),
        "/organ/figures.csv",
        "/organ/figures/",
        FIGURE_FIELDS,
    ),
)


def descriptor(site: str) -> dict[str, Any]:
    """The package of all data sets, with full addresses under `site`."""
    return {
        "profile": "tabular-data-package",
        "name": "redcross-portal",
        "title": _now("红十字会公开数据"),
        "homepage": f"{site}/data/",
        "licenses": [LICENCE],
        "resources": [_resource(one, site) for one in LISTED],
    }


def _resource(one: Listed, site: str) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": one.name,
        "title": str(one.title),
        "description": str(one.description),
        "path": f"{site}{one.path}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "licenses": [LICENCE],
        "schema": {
            "fields": [
                {"name": name, "type": kind, **({"description": str(meaning)} if meaning else {})}
                for name, kind, meaning in one.fields
            ],
            "missingValues": [""],
        },
    }
