"""What the page of one donor shows beside who it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registries.choices.donors import DRUG_DAYS_LEAST, DonorStatus, GiftKind
from registries.choices.intake import BROUGHT_IN
from registries.models import (
    Collection,
    Contact,
    Donor,
    DonorEscort,
    DonorEvent,
    DonorExpense,
    DueContact,
    Honour,
    Sample,
)
from registries.selectors.contacts import contacts_about, due_about

CONTACTS_SHOWN = 20
Entry = TypeVar("Entry", DonorExpense, Honour, DonorEscort)

# What was done, in words; a verb that is not here shows its state alone.
VERB_LABELS: dict[str, str | Promise] = {
    "enrolled": _("报名"),
    "brought_in": _("从原纸质档案带入，入库"),
    "sampled": _("采样"),
    "sent": _("寄出血样"),
    "kin_changed": _("更换亲友联系方式"),
    "sample_again": _("血样作废，须重新采样"),
    "typed": _("入库"),
    "matched": _("初配相合"),
    "asked": _("开始再动员"),
    "answer_agree": _("本人同意继续"),
    "answer_decline": _("本人这次不捐"),
    "answer_lapsed": _("对方撤销查询"),
    "not_reached": _("没有联系上"),
    "high_res_yes": _("高分辨相合"),
    "high_res_no": _("高分辨不相合"),
    "again": _("收到二次捐献请求"),
    "no_more": _("不再捐献，继续随访"),
    "sample_lost": _("血样途中丢失，须重新采样"),
    "medical_fit": _("体检合格"),
    "medical_deferred": _("体检暂缓"),
    "scheduled": _("定下采集日期"),
    "date_dropped": _("取消日期"),
    "drug_begun": _("开始注射动员剂"),
    "collected": _("采集完成"),
    "home": _("出院"),
    "followed_up": _("随访"),
    "called_off": _("本次捐献取消"),
    "withdrawn": _("自愿退库"),
    "left_aged": _("年龄退库"),
    "left_health": _("健康退库"),
    "left_deceased": _("已故退库"),
    "told_there": _("已告知全国资料库"),
    "removed_there": _("全国资料库已删除"),
    "contact_off": _("撤回电话联系的同意"),
    "contact_on": _("同意电话联系"),
    "lost": _("失联"),
    "recovered": _("重新联系上"),
    "deferred": _("暂缓"),
    "deferral_ended": _("结束暂缓"),
    "expense": _("费用补助"),
    "expense_changed": _("更正费用补助"),
    "expense_void": _("作废一条费用补助"),
    "honoured": _("荣誉"),
    "honour_changed": _("更正荣誉"),
    "honour_void": _("作废一条荣誉"),
    "escort": _("安排陪同"),
    "escort_changed": _("更正陪同"),
    "escort_void": _("作废一条陪同"),
    "coordinator": _("指定协调员"),
}
# The way as a reader sees it, in five parts.
_PARTS: tuple[tuple[str | Promise, frozenset[str]], ...] = (
    (_("报名"), frozenset({DonorStatus.ENROLLED})),
    (_("采样送检"), frozenset({DonorStatus.SAMPLED, DonorStatus.SENT})),
    (_("在库等候"), frozenset({DonorStatus.TYPED})),
    (_("相合与体检"), frozenset({
        DonorStatus.MATCHED, DonorStatus.REMOBILISING, DonorStatus.HIGH_RES, DonorStatus.MEDICAL,
    })),
    (_("采集"), frozenset({DonorStatus.SCHEDULED, DonorStatus.MOBILISING})),
    (_("随访"), frozenset({DonorStatus.COLLECTED, DonorStatus.FOLLOW_UP})),
)  # fmt: skip


@dataclass(frozen=True)
class DonorPage:
    """Samples, givings, contacts, money, honours and steps of a donor that the reader was let into."""

    samples: list[Sample]
    collections: list[Collection]
    due: list[DueContact]
    contacts: list[Contact]
    expenses: list[DonorExpense]
    expense_sum: Decimal
    honours: list[Honour]
    escorts: list[DonorEscort]
    replaced_count: int
    events: list[tuple[DonorEvent, str | Promise]]
    parts: list[str | Promise]
    part: int
    drug_count: int
    needs_drug: bool
    has_given: bool
    is_brought_in: bool
    least_drug_days: int = DRUG_DAYS_LEAST


def donor_page(donor: Donor) -> DonorPage:
    """All of one donor's page, the newest contacts first, at most twenty; ten queries."""
    collections = list(donor.collections.prefetch_related("drug_days", "follow_ups").order_by("round"))
    expenses, old_expenses = _standing(donor.expenses.order_by("on", "pk"))
    honours, old_honours = _standing(donor.honours.order_by("on", "pk"))
    escorts, old_escorts = _standing(donor.escorts.select_related("person").order_by("on", "pk"))
    under_way = next((one for one in collections if one.collected_on is None and one.called_off_on is None), None)
    events = list(donor.events.select_related("actor").order_by("pk"))
    parts = [at for at, (_label, states) in enumerate(_PARTS, start=1) if donor.status in states]
    return DonorPage(
        samples=list(donor.samples.select_related("batch").order_by("pk")),
        collections=collections,
        due=due_about(donor, "donor"),
        contacts=contacts_about(donor, "donor", most=CONTACTS_SHOWN),
        expenses=expenses,
        expense_sum=sum((one.amount for one in expenses), Decimal("0.00")),
        honours=honours,
        escorts=escorts,
        replaced_count=old_expenses + old_honours + old_escorts,
        events=[(one, VERB_LABELS.get(one.verb, one.get_to_status_display())) for one in events],
        parts=[label for label, _states in _PARTS],
        part=parts[0] if parts else 0,
        drug_count=len(under_way.drug_days.all()) if under_way else 0,
        needs_drug=under_way is not None and under_way.kind == GiftKind.STEM_CELLS,
        is_brought_in=bool(events) and events[0].verb == BROUGHT_IN,
        has_given=any(one.collected_on is not None for one in collections),
    )


def _standing(rows: QuerySet[Entry]) -> tuple[list[Entry], int]:
    """The rows that count: none that another replaces, none that says one is not true; and how many do not."""
    found = list(rows)
    replaced = {one.replaces_id for one in found}
    standing = [one for one in found if one.pk not in replaced and not one.is_void]
    return standing, len(found) - len(standing)
