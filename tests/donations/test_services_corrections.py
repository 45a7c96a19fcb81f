"""Corrections and names: two people, one reversal, and what the public keeps seeing."""

import threading
from itertools import product

import pytest
from django.db import IntegrityError, connections, transaction

from core.errors import Conflict, DomainError, NotAllowed, NotFound
from core.models import AuditEvent
from donations.checks import all_checks
from donations.choices import CORRECTION_TRANSITIONS, CorrectionStatus, DonorKind, NameChoice
from donations.display import display_name
from donations.errors import WrongState
from donations.models import Correction, DailyTotal, Donation
from donations.services.corrections import (
    approve_correction,
    decline_correction,
    request_correction,
    withdraw_correction,
)
from donations.services.names import choose_name, reveal_name
from tests.donations.ground import Ground

NOTE = "同一笔捐款重复登记，已冲销。"


def ask(ground: Ground, gift: Donation) -> Correction:
    return request_correction(donation=gift, reason="重复录入", public_note=NOTE, actor=ground.clerk)


def finish(ground: Ground, correction: Correction, status: str) -> None:
    if status == CorrectionStatus.APPROVED:
        approve_correction(correction_id=correction.pk, actor=ground.approver)
    elif status == CorrectionStatus.DECLINED:
        decline_correction(correction_id=correction.pk, actor=ground.approver, note="并未重复")
    elif status == CorrectionStatus.WITHDRAWN:
        withdraw_correction(correction_id=correction.pk, actor=ground.clerk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "end"), list(product(CorrectionStatus.values, sorted(set(CorrectionStatus.values) - {"requested"})))
)
def test_a_correction_moves_only_as_the_table_says(ground: Ground, start: str, end: str) -> None:
    correction = ask(ground, ground.posted(("示例甲乙", "100"))[0])
    if start != CorrectionStatus.REQUESTED:
        finish(ground, correction, start)
    if end in CORRECTION_TRANSITIONS[start]:
        finish(ground, correction, end)
    else:
        with pytest.raises(DomainError):
            finish(ground, correction, end)
    expected = end if end in CORRECTION_TRANSITIONS[start] else start
    assert Correction.objects.unscoped("test").get().status == expected


@pytest.mark.django_db
def test_a_reversal_takes_the_gift_off_the_totals_and_keeps_both_lines(ground: Ground) -> None:
    first, second = ground.posted(("示例甲乙", "100"), ("示例丙丁", "7"))
    approve_correction(correction_id=ask(ground, first).pk, actor=ground.approver)
    daily = DailyTotal.objects.unscoped("test").get()
    assert (daily.gift_count, str(daily.amount)) == (1, "7.00")
    assert Donation.objects.unscoped("test").count() == 2
    correction = Correction.objects.unscoped("test").select_related("entry").get()
    assert correction.entry is not None
    assert correction.entry.reverses_id == first.entry_id
    assert {name: rows for name, rows in all_checks().items() if rows} == {}
    with pytest.raises(Conflict):
        ask(ground, first)
    assert ask(ground, second).status == CorrectionStatus.REQUESTED


@pytest.mark.django_db
def test_the_one_who_asks_never_decides_by_service_or_database(ground: Ground) -> None:
    correction = ask(ground, ground.posted(("示例甲乙", "100"))[0])
    for act in (
        lambda: approve_correction(correction_id=correction.pk, actor=ground.clerk),
        lambda: decline_correction(correction_id=correction.pk, actor=ground.clerk, note="不必"),
        lambda: withdraw_correction(correction_id=correction.pk, actor=ground.approver),
    ):
        with pytest.raises(DomainError):
            act()
    with pytest.raises(IntegrityError, match="correction_decided_by_another"), transaction.atomic():
        Correction.objects.unscoped("test").update(
            status="declined", decided_by=ground.clerk, decided_at=correction.requested_at
        )


@pytest.mark.django_db
def test_rights_and_texts_are_asked_for(ground: Ground) -> None:
    gift = ground.posted(("示例甲乙", "100"))[0]
    with pytest.raises(NotFound):
        request_correction(donation=gift, reason="重复", public_note=NOTE, actor=ground.stranger)
    with pytest.raises(NotAllowed):
        request_correction(donation=gift, reason="重复", public_note=NOTE, actor=ground.city_reader)
    with pytest.raises(DomainError) as refused:
        request_correction(donation=gift, reason="", public_note="", actor=ground.clerk)
    assert set(refused.value.fields) == {"reason", "public_note"}
    with pytest.raises(DomainError, match="还不完整") as named:
        request_correction(donation=gift, reason="重复", public_note="示例甲乙重复登记", actor=ground.clerk)
    assert "不能写捐赠人姓名" in named.value.fields["public_note"]


def test_of_two_who_approve_at_once_one_reverses(committed_ground: Ground) -> None:
    ground = committed_ground
    correction = ask(ground, ground.posted(("示例甲乙", "100"), ("示例丙丁", "7"))[0])
    barrier, outcomes = threading.Barrier(2), []

    def approve(person: object) -> None:
        barrier.wait()
        try:
            approve_correction(correction_id=correction.pk, actor=person)  # type: ignore[arg-type]
            outcomes.append("approved")
        except WrongState:
            outcomes.append("told")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=approve, args=(who,)) for who in (ground.approver, ground.second_approver)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "told"]
    assert str(DailyTotal.objects.unscoped("test").get().amount) == "7.00"


@pytest.mark.django_db
def test_a_look_at_a_name_needs_a_right_and_a_reason_and_is_recorded_without_the_name(ground: Ground) -> None:
    gift = ground.posted(("示例甲乙", "100"))[0]
    with pytest.raises(DomainError, match="理由"):
        reveal_name(donation=gift, reason=" ", actor=ground.clerk)
    with pytest.raises(NotAllowed):
        reveal_name(donation=gift, reason="看看", actor=ground.city_reader)
    assert reveal_name(donation=gift, reason="核对回执", actor=ground.clerk) == "示例甲乙"
    events = AuditEvent.objects.filter(verb="donations.gift.name_revealed")
    assert [(event.actor_id, event.reason) for event in events] == [(ground.clerk.pk, "核对回执")]
    assert not any("示例甲乙" in str(vars(event)) for event in AuditEvent.objects.all())


@pytest.mark.django_db
@pytest.mark.parametrize("choice", NameChoice.values)
def test_the_giver_decides_how_the_name_shows_and_search_follows(ground: Ground, choice: str) -> None:
    gift = ground.posted(("示例甲乙", "100"))[0]
    changed = choose_name(donation=gift, choice=choice, reason="来函要求", actor=ground.clerk)
    shown = {"masked": "示**", "real": "示例甲乙", "anonymous": "爱心人士"}[choice]
    assert changed.display_name == shown
    assert ("甲乙" in changed.display_bigrams) is (choice == "real")
    assert {name: rows for name, rows in all_checks().items() if rows} == {}
    with pytest.raises(DomainError):
        choose_name(donation=gift, choice="loud", reason="来函要求", actor=ground.clerk)


@pytest.mark.parametrize(
    ("donor", "kind", "choice", "shown"),
    [
        ("示例甲", DonorKind.PERSON, NameChoice.MASKED, "示**"),
        ("虚构公司", DonorKind.ORGANISATION, NameChoice.MASKED, "虚构公司"),
        ("虚构公司", DonorKind.ORGANISATION, NameChoice.ANONYMOUS, "爱心人士"),
        ("示例甲", DonorKind.ANONYMOUS, NameChoice.REAL, "爱心人士"),
        ("", DonorKind.PERSON, NameChoice.REAL, "爱心人士"),
    ],
)
def test_a_giver_is_shown_as_kind_and_choice_say(donor: str, kind: str, choice: str, shown: str) -> None:
    assert display_name(donor, kind, choice) == shown
