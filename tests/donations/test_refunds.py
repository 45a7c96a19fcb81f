"""Refunds and reversals of a part: the gift's own unspent part, or a named fund; sums change by as much, notes show."""

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import today
from core.errors import Conflict, DomainError
from donations.checks import all_checks
from donations.models import Correction, DailyTotal, Donation
from donations.selectors.public import PublicGiftFilter, public_gift, public_totals
from donations.services.corrections import TakingBack, approve_correction, request_correction
from ledger.checks import all_checks as ledger_checks
from ledger.choices import EntryKind, WorldParty
from ledger.errors import AlreadySpent
from ledger.models import Entry, Fund
from ledger.selectors.balances import fund_balances
from ledger.selectors.fund_flows import fund_flows
from ledger.services.accounts import money_holding, world_account
from ledger.services.drafts import EntryDraft, MovementDraft
from ledger.services.posting import post_entry
from tests.donations.ground import Ground, make_fund

COUNT = itertools.count(1)
NOTE = "捐赠人要求退还，已核实。"


def take(ground: Ground, gift: Donation, amount: str | None, kind: str = "refund", **over: Any) -> Correction:
    taking = TakingBack(kind, None if amount is None else Decimal(amount), over.pop("advanced_by", None))
    asked = request_correction(
        donation=gift, reason="示例理由", public_note=over.pop("note", NOTE), actor=ground.clerk, taking=taking
    )
    return approve_correction(correction_id=asked.pk, actor=ground.approver)


def totals() -> tuple[int, str]:
    daily = DailyTotal.objects.unscoped("test").filter(gift_count__gte=0).order_by("pk")
    return sum(one.gift_count for one in daily), str(sum((one.amount for one in daily), Decimal(0)))


def sound() -> bool:
    return not any(rows for rows in {**ledger_checks(), **all_checks()}.values())


def spend(ground: Ground, fund: Fund, amount: str) -> None:
    holding = money_holding(fund)
    post_entry(
        draft=EntryDraft(
            branch=fund.branch,
            kind=EntryKind.AID,
            occurred_on=today(),
            made_by=ground.clerk,
            approved_by=ground.approver,
            document="示例凭证",
            key=f"aid:{amount}",
            movements=(MovementDraft(holding, world_account(WorldParty.BENEFICIARIES, holding.unit), Decimal(amount)),),
        )
    )


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["refund", "reversal"])
def test_a_part_goes_back_then_the_rest(ground: Ground, kind: str) -> None:
    gift, _other = ground.posted(("示例甲乙", "100"), ("示例丙丁", "7"))
    take(ground, gift, "40", kind)
    shown = public_gift(gift.number)
    assert (shown.status, str(shown.taken_back), str(shown.net), shown.note) == (
        "partly_reversed", "40.00", "60.00", NOTE,
    )  # fmt: skip
    assert totals() == (2, "67.00")
    take(ground, gift, None, kind, note="余下的也已退还。")
    shown = public_gift(gift.number)
    assert (shown.status, str(shown.taken_back)) == ("reversed", "100.00")
    assert shown.note == "捐赠人要求退还，已核实；余下的也已退还。"
    assert totals() == (1, "7.00")
    with pytest.raises(Conflict):
        take(ground, gift, "1", kind)
    assert sound()


@pytest.mark.django_db
def test_a_refund_is_an_entry_of_its_kind_by_two_people(ground: Ground) -> None:
    gift = ground.posted(("示例甲乙", "100"))[0]
    made = take(ground, gift, "30")
    entry = Entry.objects.unscoped("test").get(pk=made.entry_id)
    assert (entry.kind, entry.made_by, entry.approved_by) == (EntryKind.REFUND, ground.clerk, ground.approver)
    assert fund_balances([ground.fund])[0].money == Decimal("70.00")
    flows = fund_flows([ground.fund.pk])
    assert (flows.received, flows.balance) == (Decimal("70.00"), Decimal("70.00"))
    assert public_totals(PublicGiftFilter()).amount == Decimal("70.00")


@pytest.mark.django_db
def test_what_was_spent_is_refunded_by_another_fund_that_is_named(ground: Ground) -> None:
    gift = ground.posted(("示例甲乙", "100"))[0]
    spend(ground, ground.fund, "80")
    with pytest.raises(AlreadySpent, match="20"):
        take(ground, gift, "100")
    Correction.objects.unscoped("test").all().delete()
    advance = make_fund(ground.jiande, code="330182-F9", name="示例工作经费", is_default=False)
    ground.fund, usual = advance, ground.fund
    ground.posted(("示例公司", "500"))
    ground.fund = usual
    take(ground, gift, "20")
    take(ground, gift, "80", advanced_by=advance, note="已用部分由示例工作经费垫付退还。")
    shown = public_gift(gift.number)
    # What was used for its purpose stays a gift; the other fund paid.
    assert (shown.status, str(shown.net)) == ("partly_reversed", "80.00")
    assert "垫付" in (shown.note or "")
    assert fund_balances([advance])[0].money == Decimal("420.00")
    flows = fund_flows([advance.pk])
    assert (flows.received, flows.used) == (Decimal("500.00"), Decimal("80.00"))
    assert sound()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("taking", "field"),
    [
        (TakingBack("refund", Decimal("100.01")), "amount"),
        (TakingBack("refund", Decimal(0)), "amount"),
        (TakingBack("refund", Decimal("-1")), "amount"),
        (TakingBack("gift", Decimal(1)), "kind"),
    ],
)
def test_an_amount_or_kind_that_does_not_fit_is_said(ground: Ground, taking: TakingBack, field: str) -> None:
    gift = ground.posted(("示例甲乙", "100"))[0]
    with pytest.raises(DomainError) as refusal:
        request_correction(donation=gift, reason="示例", public_note=NOTE, actor=ground.clerk, taking=taking)
    assert field in refusal.value.fields


@pytest.mark.django_db
def test_a_fund_of_another_branch_advances_nothing(ground: Ground) -> None:
    gift = ground.posted(("示例甲乙", "100"))[0]
    for fund in (ground.other_fund, ground.fund):
        with pytest.raises(DomainError) as refusal:
            take(ground, gift, "1", advanced_by=fund)
        assert "advanced_by" in refusal.value.fields


@pytest.mark.django_db
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parts=st.lists(st.integers(1, 4000), min_size=1, max_size=4),
    kinds=st.lists(st.sampled_from(["refund", "reversal"]), min_size=4, max_size=4),
)
def test_whatever_goes_back_the_sums_are_those_of_the_books(ground: Ground, parts: list[int], kinds: list[str]) -> None:
    gift = ground.posted((f"示例第{next(COUNT)}公司", "100"))[0]
    before = fund_balances([ground.fund])[0].money
    left = Decimal("100.00")
    for part, kind in zip(parts, kinds, strict=False):
        amount = Decimal(part) / 100
        if amount <= left:
            take(ground, gift, str(amount), kind)
            left -= amount
    shown = public_gift(gift.number)
    assert shown.net == left
    held = fund_balances([ground.fund])[0].money
    assert held == before - Decimal("100.00") + left
    assert public_totals(PublicGiftFilter()).amount == held
    assert sound()
