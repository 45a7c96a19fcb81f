"""From a gift without a giver to a giver who sees it: pool, claim, match by two people, and back."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction

from core.errors import Conflict, DomainError, NotAllowed, NotFound
from donations.choices import CLAIM_TRANSITIONS, POOL_TRANSITIONS, ClaimState, PoolState
from donations.errors import WrongState
from donations.models import (
    ClaimEvent,
    DailyTotal,
    Donation,
    GiftClaim,
    GiverContact,
    GiverIdentity,
    PoolEvent,
    UnidentifiedGift,
)
from donations.selectors.givers import own_gift, own_gifts, own_requests
from donations.selectors.identities import public_identity_notes
from donations.services.claims.asking import file_claim, replace_slip, withdraw_claim
from donations.services.claims.deciding import (
    ask_for_photo,
    confirm_claim,
    decline_claim,
    forward_claim,
    propose_claim,
    send_back_claim,
)
from donations.services.claims.moving import lock_claim, lock_pooled, move_claim, move_pooled
from donations.services.claims.pooling import KnownOfGift, leave_pool, pool_gifts
from donations.services.claims.undoing import ask_to_undo, keep_identity, undo_identification
from donations.services.corrections import approve_correction, request_correction
from donations.services.givers import ask_about_gift, record_contact
from donations.services.names import choose_name, reveal_name
from tests.donations.claims import NAME, OTHER_PHONE, PHONE, claimed, fresh, picture, pooled, said, slip
from tests.donations.ground import Ground

NOBODY = "爱心人士"
REFUSED = (IntegrityError, InternalError, ProgrammingError)


def _gift(ground: Ground, amount: str = "100") -> Donation:
    return ground.posted((NOBODY, amount))[0]


def _proposed(ground: Ground, claim: GiftClaim, row: UnidentifiedGift) -> GiftClaim:
    return propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=ground.clerk)


def _confirmed(ground: Ground, **over: Any) -> tuple[Donation, UnidentifiedGift, GiftClaim]:
    gift = _gift(ground)
    row = pooled(gift, ground.clerk)
    claim = claimed(ground.jiande, **over)
    _proposed(ground, claim, row)
    confirm_claim(claim_id=claim.pk, actor=ground.approver)
    gift.refresh_from_db()
    return gift, fresh(row), fresh(claim)


def _figures() -> list[Any]:
    totals = DailyTotal.objects.unscoped("test").order_by("pk").values()
    shown = ("name_choice", "display_name", "display_bigrams")
    gifts = [
        {name: value for name, value in row.items() if name not in shown}
        for row in Donation.objects.unscoped("test").order_by("pk").values()
    ]
    return [*totals, *gifts]


def test_a_gift_finds_its_giver_and_the_giver_the_gift_and_no_sum_changes(ground: Ground) -> None:
    gift = _gift(ground)
    row = pooled(gift, ground.clerk)
    before = _figures()
    claim = claimed(ground.jiande)
    _proposed(ground, claim, row)
    assert own_gifts(PHONE) == []
    confirm_claim(claim_id=claim.pk, actor=ground.approver)
    assert [(one.number, one.name, one.display_name) for one in own_gifts(PHONE)] == [(gift.number, NAME, "甲**")]
    gift.refresh_from_db()
    assert (gift.display_name, gift.donor_name, gift.donor_kind) == ("甲**", NOBODY, "anonymous")
    assert _figures() == before
    assert (fresh(claim).state, fresh(row).state) == (ClaimState.CONFIRMED, PoolState.IDENTIFIED)
    assert reveal_name(donation=gift, reason="核对回执", actor=ground.clerk) == NAME
    assert [event.to_state for event in PoolEvent.objects.order_by("pk")] == ["open", "identified"]
    assert [event.to_state for event in ClaimEvent.objects.order_by("pk")] == ["submitted", "proposed", "confirmed"]


@pytest.mark.parametrize(
    ("choice", "kind", "shown"),
    [
        ("masked", "person", "甲**"),
        ("real", "person", NAME),
        ("anonymous", "person", NOBODY),
        ("masked", "organisation", NAME),
        ("anonymous", "organisation", NOBODY),
    ],
)
def test_the_name_is_shown_as_the_claimant_chose(ground: Ground, choice: str, kind: str, shown: str) -> None:
    gift = _gift(ground)
    row = pooled(gift, ground.clerk)
    claim = claimed(ground.jiande, name_choice=choice)
    propose_claim(claim_id=claim.pk, pooled=row, giver_kind=kind, actor=ground.clerk)
    confirm_claim(claim_id=claim.pk, actor=ground.approver)
    gift.refresh_from_db()
    assert gift.display_name == shown
    choose_name(donation=gift, choice="anonymous", reason="本人来电", actor=ground.clerk)
    gift.refresh_from_db()
    assert (gift.display_name, gift.display_bigrams) == (NOBODY, Donation.objects.unscoped("t").get().display_bigrams)


def test_nobody_confirms_what_they_proposed(ground: Ground) -> None:
    from organizations.choices import Role  # noqa: PLC0415
    from tests.factories.people import make_person  # noqa: PLC0415

    finance = make_person("cai.wu", Role.FINANCE, ground.jiande)
    row = pooled(_gift(ground), ground.clerk)
    claim = claimed(ground.jiande)
    propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=finance)
    with pytest.raises(DomainError, match="另一人"):
        confirm_claim(claim_id=claim.pk, actor=finance)
    with pytest.raises(NotAllowed):
        confirm_claim(claim_id=claim.pk, actor=ground.clerk)
    with pytest.raises(NotFound):
        confirm_claim(claim_id=claim.pk, actor=ground.stranger_approver)
    confirm_claim(claim_id=claim.pk, actor=ground.approver)
    with pytest.raises(REFUSED), transaction.atomic():
        GiverIdentity.objects.unscoped("t").update(confirmed_by=finance)


def test_a_gift_whose_giver_came_to_the_desk_meanwhile_is_not_given_to_a_claimant(ground: Ground) -> None:
    gift = _gift(ground)
    row = pooled(gift, ground.clerk)
    claim, late = claimed(ground.jiande), claimed(ground.jiande, phone=OTHER_PHONE)
    _proposed(ground, claim, row)
    record_contact(donation=gift, phone="13912345670", actor=ground.clerk)
    with pytest.raises(Conflict):
        confirm_claim(claim_id=claim.pk, actor=ground.approver)
    assert fresh(claim).state == ClaimState.SUBMITTED
    with pytest.raises(DomainError, match="本会的待认领"):
        _proposed(ground, late, row)
    assert own_gifts(PHONE) == []


def test_the_second_claim_to_a_gift_goes_back_and_learns_nothing(ground: Ground) -> None:
    row = pooled(_gift(ground), ground.clerk)
    first, second = claimed(ground.jiande), claimed(ground.jiande, phone=OTHER_PHONE, payer_name="丙虚构丁")
    _proposed(ground, first, row)
    _proposed(ground, second, row)
    confirm_claim(claim_id=first.pk, actor=ground.approver)
    with pytest.raises(Conflict, match="退回重新核对"):
        confirm_claim(claim_id=second.pk, actor=ground.approver)
    loser = fresh(second)
    assert (loser.state, loser.pooled_id, loser.proposed_by_id) == (ClaimState.SUBMITTED, None, None)
    assert GiverIdentity.objects.unscoped("t").count() == 1
    assert own_gifts(OTHER_PHONE) == []
    decline_claim(claim_id=second.pk, reason="not_matched", actor=ground.clerk)
    assert fresh(second).decline_reason == "not_matched"


def test_an_identification_is_undone_by_two_people_and_the_gift_waits_again(ground: Ground) -> None:
    gift, row, claim = _confirmed(ground, name_choice="real")
    before = _figures()
    ask_about_gift(donation=gift, kind="copies", text="不属于我的提问")
    with pytest.raises(DomainError, match="不能写捐赠人姓名"):
        ask_to_undo(claim_id=claim.pk, note=f"错认为{NAME}", actor=ground.clerk)
    ask_to_undo(claim_id=claim.pk, note="核对有误，恢复为待认领。", actor=ground.clerk)
    with pytest.raises(Conflict):
        ask_to_undo(claim_id=claim.pk, note="核对有误，恢复为待认领。", actor=ground.approver)
    with pytest.raises(DomainError, match="另一人"):
        undo_identification(claim_id=claim.pk, actor=ground.clerk)
    keep_identity(claim_id=claim.pk, actor=ground.approver)
    with pytest.raises(WrongState):
        undo_identification(claim_id=claim.pk, actor=ground.approver)
    ask_to_undo(claim_id=claim.pk, note="核对有误，恢复为待认领。", actor=ground.clerk)
    undo_identification(claim_id=claim.pk, actor=ground.approver)
    gift.refresh_from_db()
    assert (gift.display_name, gift.name_choice) == (NOBODY, "masked")
    assert _figures() == before
    assert (fresh(row).state, fresh(claim).state) == (PoolState.OPEN, ClaimState.UNDONE)
    assert own_gifts(PHONE) == []
    # The name had been shown, so the note is public too.
    assert [note for _at, note in public_identity_notes(gift.pk)] == ["核对有误，恢复为待认领。"]
    assert GiverContact.objects.unscoped("t").count() == 0
    # The right giver comes, and reads nothing of what the wrong one asked.
    right = claimed(ground.jiande, phone=OTHER_PHONE, payer_name="丙虚构丁")
    _proposed(ground, right, fresh(row))
    confirm_claim(claim_id=right.pk, actor=ground.approver)
    assert [one.name for one in own_gifts(OTHER_PHONE)] == ["丙虚构丁"]
    assert own_requests(own_gift(OTHER_PHONE, gift.number)) == []
    assert GiverIdentity.objects.unscoped("t").count() == 2


@pytest.mark.parametrize(("start", "end"), list(itertools.product(ClaimState.values, ClaimState.values)))
def test_claims_move_by_the_table_alone(ground: Ground, start: str, end: str) -> None:
    claim = _claim_in(ground, start)
    with transaction.atomic():
        locked = lock_claim(claim.pk)
        facts: dict[str, Any] = {}
        if end == ClaimState.PROPOSED:
            row = UnidentifiedGift.objects.unscoped("t").first() or pooled(_gift(ground), ground.clerk)
            facts = {"pooled": row, "giver_kind": "person", "proposed_by": ground.clerk}
        if end == ClaimState.CONFIRMED:
            facts = {"decided_by": ground.approver}
        if end == ClaimState.DECLINED:
            facts = {"decline_reason": "unclear"}
        if end in CLAIM_TRANSITIONS[start]:
            move_claim(locked, end, actor=ground.clerk, **facts)
        else:
            with pytest.raises(WrongState):
                move_claim(locked, end, actor=ground.clerk, **facts)
    assert fresh(claim).state == (end if end in CLAIM_TRANSITIONS[start] else start)


def test_the_note_of_a_name_that_was_never_shown_is_not_public(ground: Ground) -> None:
    gift, _row, claim = _confirmed(ground, name_choice="anonymous")
    ask_to_undo(claim_id=claim.pk, note="核对有误，予以更正。", actor=ground.clerk)
    undo_identification(claim_id=claim.pk, actor=ground.approver)
    assert public_identity_notes(gift.pk) == []


def _claim_in(ground: Ground, state: str) -> GiftClaim:
    if state in (ClaimState.CONFIRMED, ClaimState.UNDONE):
        claim = _confirmed(ground)[2]
        if state == ClaimState.UNDONE:
            ask_to_undo(claim_id=claim.pk, note="核对有误，恢复为待认领。", actor=ground.clerk)
            undo_identification(claim_id=claim.pk, actor=ground.approver)
        return claim
    claim = claimed(ground.jiande)
    if state == ClaimState.PROPOSED:
        _proposed(ground, claim, pooled(_gift(ground), ground.clerk))
    elif state == ClaimState.INCOMPLETE:
        ask_for_photo(claim_id=claim.pk, problem="unreadable", actor=ground.clerk)
    elif state == ClaimState.DECLINED:
        decline_claim(claim_id=claim.pk, reason="unclear", actor=ground.clerk)
    elif state == ClaimState.WITHDRAWN:
        withdraw_claim(claim_id=claim.pk)
    return claim


@pytest.mark.parametrize(("start", "end"), list(itertools.product(PoolState.values, PoolState.values)))
def test_gifts_move_in_the_pool_by_the_table_alone(ground: Ground, start: str, end: str) -> None:
    row = pooled(_gift(ground), ground.clerk)
    with transaction.atomic():
        if start != PoolState.OPEN:
            move_pooled(lock_pooled(row.pk), start, actor=ground.clerk)
        locked = lock_pooled(row.pk)
        if end in POOL_TRANSITIONS[start]:
            move_pooled(locked, end, actor=ground.clerk)
        else:
            with pytest.raises(WrongState):
                move_pooled(locked, end, actor=ground.clerk)
    assert fresh(row).state == (end if end in POOL_TRANSITIONS[start] else start)


def test_only_gifts_whose_giver_nobody_knows_come_in(ground: Ground) -> None:
    named, nobody, wished, reached = ground.posted(("示例甲", "1"), (NOBODY, "2"), (NOBODY, "3"), (NOBODY, "4"))
    choose_name(donation=wished, choice="anonymous", reason="本人要求", actor=ground.clerk)
    wished.refresh_from_db()
    record_contact(donation=reached, phone=PHONE, actor=ground.clerk)
    for gift in (named, wished, reached):
        with pytest.raises(DomainError, match=gift.number):
            pool_gifts(gifts=[KnownOfGift(nobody), KnownOfGift(gift)], reason="示例理由", actor=ground.clerk)
    assert not UnidentifiedGift.objects.unscoped("t").exists()
    with pytest.raises(NotFound):
        pool_gifts(gifts=[KnownOfGift(nobody)], reason="示例理由", actor=ground.stranger)
    with pytest.raises(NotAllowed):
        pool_gifts(gifts=[KnownOfGift(nobody)], reason="示例理由", actor=ground.approver)
    with pytest.raises(DomainError, match="为什么"):
        pool_gifts(gifts=[KnownOfGift(nobody)], reason="", actor=ground.clerk)
    assert pool_gifts(gifts=[KnownOfGift(nobody)], reason="示例理由", actor=ground.clerk).count == 1
    with pytest.raises(REFUSED), transaction.atomic():
        UnidentifiedGift.objects.unscoped("t").update(amount=Decimal(9))


def test_a_gift_leaves_comes_back_and_what_is_known_is_only_completed(ground: Ground) -> None:
    gift = _gift(ground)
    row = pooled(gift, ground.clerk, name="", account="")
    with pytest.raises(DomainError, match="为什么"):
        leave_pool(pooled_id=row.pk, reason="", actor=ground.clerk)
    leave_pool(pooled_id=row.pk, reason="误列入", actor=ground.clerk)
    with pytest.raises(WrongState):
        leave_pool(pooled_id=row.pk, reason="误列入", actor=ground.clerk)
    again = pooled(gift, ground.clerk)
    assert (again.pk, again.state) == (row.pk, PoolState.OPEN)
    sealed = bytes(again.payer_name)
    done = pool_gifts(gifts=[KnownOfGift(gift, "丙虚构丁", "9999")], reason="另一份流水", actor=ground.clerk)
    assert (done.count, done.there_count) == (0, 1)
    assert bytes(fresh(row).payer_name) == sealed


def test_a_gift_that_was_taken_back_waits_no_longer(ground: Ground) -> None:
    gift = _gift(ground)
    row = pooled(gift, ground.clerk)
    asked = request_correction(donation=gift, reason="重复", public_note="重复入账，予以冲销。", actor=ground.clerk)
    approve_correction(correction_id=asked.pk, actor=ground.approver)
    assert fresh(row).state == PoolState.GONE
    with pytest.raises(DomainError, match="本会的待认领"):
        _proposed(ground, claimed(ground.jiande), fresh(row))


def test_the_same_claim_twice_is_the_first_and_there_are_not_too_many(ground: Ground, settings: Any) -> None:
    first = claimed(ground.jiande)
    again = file_claim(said=said(ground.jiande, payer_name=" 甲示例 乙"), phone="+86 139-1234-5678", slip=slip())
    assert (again.claim.pk, again.is_new) == (first.pk, False)
    assert claimed(ground.jiande, account="").pk != first.pk
    assert claimed(ground.jiande, account="").pk == GiftClaim.objects.unscoped("t").order_by("-pk")[0].pk
    settings.CLAIMS_OPEN_PER_PHONE = 2
    with pytest.raises(Conflict, match="2 件"):
        claimed(ground.jiande, account="1111")
    assert claimed(ground.jiande, phone=OTHER_PHONE).pk != first.pk
    withdraw_claim(claim_id=first.pk)
    assert claimed(ground.jiande).pk != first.pk


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"payer_name": "甲"}, "payer_name"),
        ({"account": "12345"}, "account"),
        ({"account": "1-2-"}, "account"),
        ({"amount": Decimal(0)}, "amount"),
        ({"paid_on": __import__("datetime").date(2999, 1, 1)}, "paid_on"),
        ({"name_choice": "shouted"}, "name_choice"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(ground: Ground, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        claimed(ground.jiande, **wrong)
    assert set(refused.value.fields) == {field}
    assert not GiftClaim.objects.unscoped("t").exists()


def test_a_better_photo_is_asked_for_and_taken(ground: Ground) -> None:
    claim = claimed(ground.jiande)
    old = claim.slip
    with pytest.raises(WrongState):
        replace_slip(claim_id=claim.pk, slip=slip("blue"))
    ask_for_photo(claim_id=claim.pk, problem="unreadable", actor=ground.clerk)
    replace_slip(claim_id=claim.pk, slip=slip("blue"))
    now = fresh(claim)
    assert (now.state, now.photo_problem) == (ClaimState.SUBMITTED, "")
    old.refresh_from_db()
    assert old.purge_on is not None
    assert now.slip.purge_on is None
    with pytest.raises(DomainError):
        ask_for_photo(claim_id=claim.pk, problem="您的邻居已认领", actor=ground.clerk)


def test_a_claim_is_handed_to_the_association_that_got_the_money(ground: Ground) -> None:
    claim = claimed(ground.branches["3303"])
    with pytest.raises(NotFound):
        forward_claim(claim_id=claim.pk, branch=ground.jiande, reason="款在建德", actor=ground.clerk)
    forward_claim(claim_id=claim.pk, branch=ground.jiande, reason="款在建德", actor=ground.stranger)
    row = pooled(_gift(ground), ground.clerk)
    with pytest.raises(NotFound):
        propose_claim(claim_id=claim.pk, pooled=row, giver_kind="person", actor=ground.stranger)
    _proposed(ground, claim, row)
    with pytest.raises(Conflict, match="先退回"):
        forward_claim(claim_id=claim.pk, branch=ground.branches["3301"], reason="试一试", actor=ground.clerk)
    send_back_claim(claim_id=claim.pk, reason="姓名不符", actor=ground.approver)
    assert fresh(claim).state == ClaimState.SUBMITTED


def test_what_was_said_stands_in_the_database_too(ground: Ground) -> None:
    claim = claimed(ground.jiande)
    for change in ({"amount": Decimal(5)}, {"code": "0" * 16}, {"slip": slip("blue")}, {"phone": None}):
        with pytest.raises(REFUSED), transaction.atomic():
            GiftClaim.objects.unscoped("t").filter(pk=claim.pk).update(**change)
    for rows in (GiftClaim.objects.unscoped("t"), ClaimEvent.objects.all(), PoolEvent.objects.all()):
        if rows.exists():
            with pytest.raises(REFUSED), transaction.atomic():
                rows._raw_delete("default")


def test_a_photo_that_is_none_is_refused(ground: Ground) -> None:
    from donations.services.claims.asking import keep_slip  # noqa: PLC0415

    broken = picture()
    broken.write(b"no picture at all")
    broken.seek(0)
    with pytest.raises(DomainError) as refused:
        keep_slip(upload=broken)
    assert "slip" in refused.value.fields
