"""The way of a stem-cell donor: joined, sampled, typed, matched, given, followed up, given again."""

from __future__ import annotations

import datetime

import pytest

from core.clock import frozen_at, now, today
from registries.choices.donors import DonorStatus
from registries.errors import RegistryError, WrongState
from registries.models import Collection, DonorEvent, Sample
from registries.services.donors import calendar, giving, leaving, sampling
from tests.registries.donor_ground import S, agreement, bag_of, brought, joined, packed, shipped
from tests.registries.ground import Ground, days_ago


def test_a_donor_goes_the_whole_way_and_each_step_stands_with_its_day(ground: Ground) -> None:
    donor = brought(ground, S.FOLLOW_UP)
    steps = list(donor.events.order_by("pk").values_list("to_status", flat=True))
    assert list(dict.fromkeys(steps)) == [
        one for one in DonorStatus.values if one not in (S.AGED, S.HEALTH, S.WISH, S.DECEASED, S.LOST)
    ]
    assert donor.follow_up_on == days_ago(39)
    assert Collection.objects.get().serial == 1


def test_follow_ups_fall_due_after_a_week_a_month_six_months_and_every_year() -> None:
    day = datetime.date(2026, 8, 31)
    due = [calendar.due_on(day, step).isoformat() for step in range(1, 7)]
    assert due == ["2026-09-07", "2026-09-30", "2027-02-28", "2027-08-31", "2028-08-31", "2029-08-31"]


def test_a_follow_up_that_was_done_makes_the_next_one_due_and_who_is_not_reached_is_a_task(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor = brought(ground, S.FOLLOW_UP)
    giving.note_follow_up(donor_id=donor.pk, result="not_reached", on=days_ago(30), actor=actor)
    donor.refresh_from_db()
    assert (donor.unreached_on, donor.follow_up_on) == (days_ago(30), days_ago(39))
    row = giving.note_follow_up(donor_id=donor.pk, result="well", on=days_ago(20), actor=actor)
    donor.refresh_from_db()
    assert (row.step, row.due_on, donor.unreached_on) == (1, days_ago(39), None)
    assert donor.follow_up_on == calendar.due_on(days_ago(46), 2)


def test_a_sample_is_taken_on_the_seventh_day_and_not_before(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor = joined(ground, signed_on=today())
    for ahead in range(7):
        with (
            frozen_at(now() + datetime.timedelta(days=ahead)),
            pytest.raises(RegistryError, match="七天考虑期") as refused,
        ):
            sampling.take_sample(donor_id=donor.pk, bag="BAG000001", on=today(), actor=actor)
        assert list(refused.value.fields) == ["on"]
    with frozen_at(now() + datetime.timedelta(days=7)):
        sampling.take_sample(donor_id=donor.pk, bag="BAG000001", on=today(), actor=actor)


def test_one_bag_is_one_sample(ground: Ground) -> None:
    actor = ground.person("coordinator")
    first, second = joined(ground), joined(ground, 1)
    sampling.take_sample(donor_id=first.pk, bag="bag 000-001", on=days_ago(9), actor=actor)
    with pytest.raises(RegistryError) as refused:
        sampling.take_sample(donor_id=second.pk, bag="BAG000-001", on=days_ago(9), actor=actor)
    assert list(refused.value.fields) == ["bag"]
    second.refresh_from_db()
    assert (second.status, Sample.objects.count()) == (S.ENROLLED, 1)


def test_a_batch_is_sent_once_and_received_once(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor = brought(ground, S.SAMPLED)
    batch = packed(donor, actor=actor)
    sent = {"batch_id": batch.pk, "courier": "示例快递", "waybill": "SF1", "on": days_ago(90), "actor": actor}
    sampling.send_batch(**sent)
    with pytest.raises(WrongState):
        sampling.send_batch(**sent)
    said = {"batch_id": batch.pk, "receipt_number": "L1", "on": days_ago(80), "actor": actor}
    with pytest.raises(RegistryError, match="还有 1 袋"):
        sampling.receive_batch(**said, verdicts={})
    sampling.receive_batch(**said, verdicts={bag_of(donor).pk: "received"})
    with pytest.raises(WrongState):
        sampling.receive_batch(**said, verdicts={bag_of(donor).pk: "received"})


@pytest.mark.parametrize("verdict", ["damaged", "insufficient", "missing"])
def test_a_spoilt_bag_brings_a_donor_back_to_be_sampled_with_another(ground: Ground, verdict: str) -> None:
    actor = ground.person("coordinator")
    donor = brought(ground, S.SAMPLED)
    batch = shipped(donor, on=days_ago(90), actor=actor)
    sampling.receive_batch(
        batch_id=batch.pk, receipt_number="L1", on=days_ago(80), verdicts={bag_of(donor).pk: verdict}, actor=actor
    )
    donor.refresh_from_db()
    assert donor.status == S.ENROLLED
    sampling.take_sample(donor_id=donor.pk, bag="BAGAGAIN1", on=days_ago(70), actor=actor)
    assert donor.samples.count() == 2


def test_a_bag_that_did_not_arrive_is_not_said_to_be_damaged(ground: Ground) -> None:
    actor, first, second = ground.person("coordinator"), brought(ground, S.SAMPLED), brought(ground, S.SAMPLED, 1)
    batch = shipped(first, second, on=days_ago(90), actor=actor)
    said = {bag_of(first).pk: "received", bag_of(second).pk: "missing"}
    sampling.receive_batch(batch_id=batch.pk, receipt_number="L1", on=days_ago(80), verdicts=said, actor=actor)
    assert [bag_of(one).verdict for one in (first, second)] == ["received", "missing"]
    assert second.events.order_by("-pk")[0].verb == "sample_lost"


def test_a_box_lost_on_the_way_needs_no_receipt_and_all_its_donors_another_sample(ground: Ground) -> None:
    actor, first, second = ground.person("coordinator"), brought(ground, S.SAMPLED), brought(ground, S.SAMPLED, 1)
    batch = shipped(first, second, on=days_ago(90), actor=actor)
    leaving.withdraw_donor(donor_id=second.pk, channel="online")
    with pytest.raises(RegistryError, match="不能早于寄出"):
        sampling.lose_batch(batch_id=batch.pk, on=days_ago(91), actor=actor)
    lost = sampling.lose_batch(batch_id=batch.pk, on=days_ago(80), actor=actor)
    assert (lost.status, lost.receipt_number, lost.received_on) == ("lost", "", None)
    for one, status in ((first, S.ENROLLED), (second, S.WISH)):
        one.refresh_from_db()
        assert (one.status, bag_of(one).verdict, bag_of(one).verdict_on) == (status, "missing", days_ago(80))
    with pytest.raises(WrongState):
        sampling.lose_batch(batch_id=batch.pk, on=days_ago(80), actor=actor)
    sampling.take_sample(donor_id=first.pk, bag="BAGAGAIN1", on=days_ago(70), actor=actor)


def test_who_leaves_has_their_bag_taken_out_of_the_box_and_the_rest_is_sent(ground: Ground) -> None:
    actor = ground.person("coordinator")
    first, second = brought(ground, S.SAMPLED), brought(ground, S.SAMPLED, 1)
    batch = packed(first, second, actor=actor)
    leaving.withdraw_donor(donor_id=first.pk, channel="online")
    sampling.send_batch(batch_id=batch.pk, courier="示例快递", waybill="SF1", on=today(), actor=actor)
    for one, status, verdict in ((first, S.WISH, "void"), (second, S.SENT, "waiting")):
        one.refresh_from_db()
        assert (one.status, bag_of(one).verdict) == (status, verdict)


def test_a_box_of_which_everybody_left_is_not_sent(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor = brought(ground, S.SAMPLED)
    batch = packed(donor, actor=actor)
    leaving.withdraw_donor(donor_id=donor.pk, channel="counter", actor=actor)
    with pytest.raises(WrongState, match="都已作废"):
        sampling.send_batch(batch_id=batch.pk, courier="示例快递", waybill="SF1", on=today(), actor=actor)


def test_a_step_is_never_before_the_one_before_nor_ahead_of_today(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor = brought(ground, S.TYPED)
    for on in (days_ago(131), today() + datetime.timedelta(days=1)):
        with pytest.raises(RegistryError) as refused:
            giving.note_match(donor_id=donor.pk, on=on, actor=actor)
        assert list(refused.value.fields) == ["on"]
    assert DonorEvent.objects.filter(donor=donor, to_status=S.MATCHED).count() == 0


def test_the_drug_is_given_four_or_five_days_each_once(ground: Ground) -> None:
    actor = ground.person("coordinator")
    donor = brought(ground, S.SCHEDULED)
    note = {"donor_id": donor.pk, "is_tolerated": True, "actor": actor}
    for at in range(3):
        giving.note_drug_day(on=days_ago(20 - at), **note)
    with pytest.raises(RegistryError, match="记满 4 天"):
        giving.collect(donor_id=donor.pk, on=today(), actor=actor)
    with pytest.raises(RegistryError, match="已经记过"):
        giving.note_drug_day(on=days_ago(18), **note)
    for at in (3, 4):
        giving.note_drug_day(on=days_ago(20 - at), **note)
    with pytest.raises(RegistryError, match="最多 5 天"):
        giving.note_drug_day(on=days_ago(15), **note)
    with pytest.raises(RegistryError, match="记满 4 天"):
        giving.collect(donor_id=donor.pk, on=days_ago(17), actor=actor)
    assert giving.collect(donor_id=donor.pk, on=days_ago(16), actor=actor).serial == 1


@pytest.mark.parametrize("status", [S.MATCHED, S.HIGH_RES, S.MEDICAL, S.SCHEDULED, S.MOBILISING])
def test_a_giving_that_is_called_off_leads_back_into_the_library(ground: Ground, status: str) -> None:
    donor = brought(ground, status)
    giving.call_off(donor_id=donor.pk, on=today(), actor=ground.person("coordinator"))
    donor.refresh_from_db()
    assert donor.status == S.TYPED
    assert not donor.collections.filter(called_off_on=None).exists()


def test_the_form_of_another_person_is_not_taken_twice(ground: Ground) -> None:
    donor = joined(ground)
    again = agreement(ground.branch, key=donor.key)
    assert joined(ground, key=donor.key).pk == donor.pk
    with pytest.raises(WrongState, match="旧页面"):
        joined(ground, 1, key=again.key)
    with pytest.raises(WrongState, match="已报名"):
        joined(ground)
