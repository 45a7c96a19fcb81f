"""Wishes: registered, changed, withdrawn, handed over; what is refused, and in which words."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.clock import today
from core.errors import NotAllowed, NotFound
from core.models import AuditEvent
from registries.choices import WISH_CONSENTS, WISH_TRANSITIONS, ConsentSubject, Item, WishStatus
from registries.errors import RegistryError, WrongState
from registries.models import Consent, Registrant, Wish, WishEvent
from registries.services import wishes
from registries.services.consents import consents_in_force
from registries.services.reading import find_by_document, reveal_identity, reveal_wish
from registries.services.registrants import registrant_of
from registries.services.wishes import (
    change_wish,
    hand_over_wish,
    register_wish,
    wish_in_force,
    withdraw_wish,
)
from tests.ledger.test_concurrency import at_once
from tests.registries.ground import (
    BODY_USES,
    BROUGHT,
    Ground,
    days_ago,
    form,
    gift,
    id_number,
    refusal,
    registered,
    somebody,
)


def test_a_wish_is_registered_with_its_person_its_consents_and_an_event(ground: Ground) -> None:
    wish = registered(ground)
    registrant = registrant_of(wish)
    assert wish.number.startswith("330106-")
    assert (wish.status, registrant.branch_id) == (WishStatus.IN_FORCE, ground.branch.pk)
    assert set(consents_in_force(registrant)) == WISH_CONSENTS
    assert list(wish.events.values_list("from_status", "to_status", "verb")) == [("", "in_force", "registered")]
    shown = reveal_identity(wish=wish, purpose="核对登记表", actor=ground.person("clerk"))
    assert (shown.name, shown.document, shown.details["sex"]) == (somebody().name, somebody().document, "female")
    declared = reveal_wish(wish=wish, purpose="核对登记表", actor=ground.person("coordinator"))
    assert declared.content == gift()


def test_the_same_form_sent_twice_is_one_wish(ground: Ground) -> None:
    registration = form(ground.branch)
    first = register_wish(registration=registration, actor=ground.person("clerk"))
    assert register_wish(registration=registration, actor=ground.person("clerk")).pk == first.pk
    assert Wish.objects.unscoped("test").count() == 1


def test_another_person_on_a_form_that_was_used_is_refused_and_not_taken_for_the_first(ground: Ground) -> None:
    registration = form(ground.branch)
    register_wish(registration=registration, actor=ground.person("clerk"))
    with pytest.raises(WrongState, match="另一个人"):
        register_wish(registration=form(ground.branch, 1, key=registration.key), actor=ground.person("clerk"))


def test_the_key_of_a_person_does_not_follow_from_that_of_their_wish(ground: Ground) -> None:
    wish = registered(ground)
    registrant = registrant_of(wish)
    assert registrant.key not in {uuid.uuid5(wish.key, one) for one in ("registrant", "", "person")} | {wish.key}


def test_a_person_has_one_wish_in_force_in_a_branch_and_is_written_down_once(ground: Ground) -> None:
    first = registered(ground)
    with pytest.raises(WrongState, match="变更"):
        registered(ground)
    withdraw_wish(wish_id=first.pk, channel="counter", actor=ground.person("clerk"))
    second = registered(ground)
    assert registrant_of(first).pk == registrant_of(second).pk
    assert Registrant.objects.unscoped("test").count() == 1


def test_the_database_refuses_a_second_wish_in_force_where_the_service_is_passed_by(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(ground)
    monkeypatch.setattr(wishes, "wish_in_force", lambda _registrant: None)
    with pytest.raises(IntegrityError, match="wish_one_in_force"), transaction.atomic():
        registered(ground)


def test_of_two_clerks_who_register_one_person_at_once_one_is_told_so(committed_ground: Ground) -> None:
    results = at_once(*[lambda: registered(committed_ground)] * 2)
    kinds = sorted(type(one).__name__ for one in results)
    assert kinds == ["Wish", "WrongState"]
    assert Wish.objects.unscoped("test").count() == 1


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": "王"}, "name"),
        ({"document": "330106197001150021"}, "document"),
        ({"document": id_number(1, born=f"{today().year - 17}0101")}, "document"),
        ({"document_kind": "passport", "document": "E12345678"}, "born_on"),
        ({"phone": "12345"}, "phone"),
        ({"has_capacity": False}, "has_capacity"),
        ({"sex": "other"}, "sex"),
        ({"address": "长" * 201}, "address"),
    ],
)
def test_a_person_who_is_wrong_is_refused_by_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    with pytest.raises(RegistryError) as refused:
        registered(ground, person=somebody(**over))
    assert set(refused.value.fields) == {field}
    assert Wish.objects.unscoped("test").count() == Registrant.objects.unscoped("test").count() == 0


def test_nobody_is_registered_the_day_before_their_eighteenth_birthday_and_they_are_on_it(ground: Ground) -> None:
    born = today().replace(year=today().year - 18)
    tomorrow = born + datetime.timedelta(days=1)
    with pytest.raises(RegistryError):
        registered(ground, person=somebody(document=id_number(2, born=f"{tomorrow:%Y%m%d}")))
    registered(ground, person=somebody(document=id_number(2, born=f"{born:%Y%m%d}")))


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"stance": "perhaps"}, "stance"),
        ({"items": ()}, "items"),
        ({"items": ("soul",)}, "items"),
        ({"items": (Item.ALL_ORGANS, Item.HEART)}, "items"),
        ({"purposes": ()}, "purposes"),
        ({"purposes": ("research",)}, "purposes"),
        ({"items": (Item.BODY,), "executor_kind": "", "executor_name": "", "executor_phone": ""}, "executor_name"),
        ({"executor_agrees": False}, "executor_agrees"),
        ({"executor_phone": "1"}, "executor_phone"),
        ({"receiving_unit": "长" * 201}, "receiving_unit"),
    ],
)
def test_a_declaration_that_is_wrong_is_refused_by_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    with pytest.raises(RegistryError) as refused:
        registered(ground, content=gift(**over))
    assert field in refused.value.fields


def test_without_each_needed_consent_nothing_is_kept(ground: Ground) -> None:
    for needed in (ConsentSubject.REGISTRATION, ConsentSubject.SENSITIVE):
        with pytest.raises(RegistryError, match="同意"):
            registered(ground, consents=frozenset(ConsentSubject.values) - {needed})
    assert Registrant.objects.unscoped("test").count() == Consent.objects.count() == 0


def test_a_refusal_is_registered_as_a_state_of_its_own_and_needs_no_executor(ground: Ground) -> None:
    wish = registered(ground, content=refusal())
    declared = reveal_wish(wish=wish, purpose="核对", actor=ground.person("coordinator"))
    assert declared.content.stance == "refuse"


@pytest.mark.parametrize(("channel", "days"), [("online", 0), ("", 0), ("counter", -1), ("counter", 4000)])
def test_how_and_when_it_was_signed_is_checked(ground: Ground, channel: str, days: int) -> None:
    with pytest.raises(RegistryError):
        registered(ground, channel=channel, signed_on=days_ago(days))


def test_organs_are_not_registered_by_somebody_else_and_cornea_and_body_may_be(ground: Ground) -> None:
    with pytest.raises(RegistryError) as refused:
        registered(ground, channel="proxy", content=gift(**BROUGHT))
    assert "委托" in refused.value.fields["channel"]
    body = gift(items=(Item.CORNEA, Item.BODY), purposes=BODY_USES, **BROUGHT)
    registered(ground, channel="proxy", content=body)


def test_who_reads_a_wish_is_told_of_a_newer_one_elsewhere_and_not_which(ground: Ground) -> None:
    wish = registered(ground)
    reader = ground.person("coordinator")
    assert not reveal_wish(wish=wish, purpose="核对", actor=reader).is_newer_elsewhere
    other = register_wish(registration=form(ground.elsewhere, content=refusal()), actor=ground.person("stranger"))
    assert reveal_wish(wish=wish, purpose="核对", actor=reader).is_newer_elsewhere
    assert not reveal_wish(wish=other, purpose="核对", actor=ground.person("stranger")).is_newer_elsewhere
    withdraw_wish(wish_id=other.pk, channel="online")
    assert not reveal_wish(wish=wish, purpose="核对", actor=reader).is_newer_elsewhere


def test_without_consent_to_be_contacted_or_after_a_withdrawal_nobody_is_to_call(ground: Ground) -> None:
    clerk = ground.person("clerk")
    wish = registered(ground)
    shown = reveal_identity(wish=wish, purpose="核对", actor=clerk)
    assert (shown.may_contact, len(shown.consents)) == (True, 4)
    needed = frozenset({ConsentSubject.REGISTRATION, ConsentSubject.SENSITIVE})
    assert not reveal_identity(wish=registered(ground, 1, consents=needed), purpose="核对", actor=clerk).may_contact
    withdraw_wish(wish_id=wish.pk, channel="online")
    wish.refresh_from_db()
    shown = reveal_identity(wish=wish, purpose="核对", actor=clerk)
    assert (shown.may_contact, shown.consents) == (False, [])


def test_another_name_with_the_same_document_is_refused(ground: Ground) -> None:
    withdraw_wish(wish_id=registered(ground).pk, channel="counter", actor=ground.person("clerk"))
    with pytest.raises(RegistryError, match="另一个姓名"):
        registered(ground, person=somebody(name="别人"))


def test_a_change_is_a_new_row_and_the_old_one_stays_as_it_was(ground: Ground) -> None:
    old = registered(ground)
    key = uuid.uuid4()
    said = {
        "wish_id": old.pk, "content": gift(items=(Item.CORNEA,)), "channel": "home", "signed_on": today(), "key": key,
    }  # fmt: skip
    new = change_wish(**said, actor=ground.person("clerk"))
    assert change_wish(**said, actor=ground.person("clerk")).pk == new.pk
    old.refresh_from_db()
    assert (old.status, new.status, new.replaces_id) == (WishStatus.REPLACED, WishStatus.IN_FORCE, old.pk)
    reader = ground.person("coordinator")
    assert reveal_wish(wish=old, purpose="核对", actor=reader).content == gift()
    assert reveal_wish(wish=new, purpose="核对", actor=reader).content.items == (Item.CORNEA,)
    with pytest.raises(WrongState):
        withdraw_wish(wish_id=old.pk, channel="counter", actor=ground.person("clerk"))


def test_a_withdrawal_ends_the_wish_and_the_consents_at_once(ground: Ground) -> None:
    wish = registered(ground)
    withdraw_wish(wish_id=wish.pk, channel="counter", actor=ground.person("clerk"))
    registrant = registrant_of(wish)
    assert wish_in_force(registrant) is None
    assert consents_in_force(registrant) == {}
    with pytest.raises(WrongState, match="已撤回"):
        withdraw_wish(wish_id=wish.pk, channel="counter", actor=ground.person("clerk"))


def test_the_person_withdraws_online_without_anybody_of_the_staff(ground: Ground) -> None:
    wish = registered(ground)
    withdraw_wish(wish_id=wish.pk, channel="online")
    event = WishEvent.objects.get(wish=wish, verb="withdrawn")
    assert (event.actor_id, event.channel) == (None, "online")
    with pytest.raises(ValueError, match="online"):
        withdraw_wish(wish_id=registered(ground, 1).pk, channel="counter")


def test_it_is_handed_over_once_with_consent_and_not_before_it_was_signed(ground: Ground) -> None:
    clerk = ground.person("clerk")
    wish = registered(ground, signed_on=days_ago(5))
    for reference, on in (("123", today()), ("ORG 123", days_ago(-1)), ("ORG 123", days_ago(6))):
        with pytest.raises(RegistryError):
            hand_over_wish(wish_id=wish.pk, reference=reference, on=on, actor=clerk)
    hand_over_wish(wish_id=wish.pk, reference="ORG 123 456", on=today(), actor=clerk)
    with pytest.raises(WrongState):
        hand_over_wish(wish_id=wish.pk, reference="ORG 123 457", on=today(), actor=clerk)
    wish.refresh_from_db()
    assert reveal_wish(wish=wish, purpose="核对", actor=ground.person("coordinator")).reference == "ORG123456"
    needed = frozenset({ConsentSubject.REGISTRATION, ConsentSubject.SENSITIVE})
    other = registered(ground, 1, consents=needed)
    with pytest.raises(RegistryError, match="没有同意"):
        hand_over_wish(wish_id=other.pk, reference="ORG 9999", on=today(), actor=clerk)


def test_every_pair_of_states_is_in_the_table_and_the_mover_goes_by_it(ground: Ground) -> None:
    for at, from_status in enumerate(WishStatus.values):
        for to_status in WishStatus.values:
            wish = registered(ground, at * 10 + WishStatus.values.index(to_status))
            wish.status = from_status
            allowed = to_status in WISH_TRANSITIONS[from_status]
            with transaction.atomic():
                if allowed:
                    wishes.move_wish(wish, to_status, verb="test", channel="counter", actor=ground.person("clerk"))
                else:
                    with pytest.raises(WrongState):
                        wishes.move_wish(wish, to_status, verb="test", channel="counter", actor=ground.person("clerk"))
                transaction.set_rollback(True)


def test_a_coordinator_of_another_city_neither_finds_nor_reads_nor_writes(ground: Ground) -> None:
    wish = registered(ground)
    stranger = ground.person("stranger")
    assert find_by_document(document_kind="", document=somebody().document, actor=stranger) == []
    for read in (reveal_identity, reveal_wish):
        with pytest.raises(NotFound):
            read(wish=wish, purpose="好奇", actor=stranger)
    with pytest.raises(NotFound):
        withdraw_wish(wish_id=wish.pk, channel="counter", actor=stranger)
    with pytest.raises(NotFound):
        register_wish(registration=form(ground.branch, 5), actor=stranger)
    # Written down there by itself: neither branch learns of the other.
    register_wish(registration=form(ground.elsewhere), actor=stranger)
    assert [one.branch_id for one in find_by_document(document_kind="", document=somebody().document, actor=stranger)] \
        == [ground.elsewhere.pk]  # fmt: skip


def test_who_takes_the_form_down_does_not_open_wishes_and_who_reads_below_opens_nobody(ground: Ground) -> None:
    wish = registered(ground)
    with pytest.raises(NotAllowed):
        reveal_wish(wish=wish, purpose="核对", actor=ground.person("clerk"))
    for read in (reveal_identity, reveal_wish):
        with pytest.raises(NotAllowed):
            read(wish=wish, purpose="核对", actor=ground.person("province"))
        with pytest.raises(NotAllowed):
            read(wish=wish, purpose="核对", actor=ground.person("supervisor"))


def test_the_search_for_a_document_finds_by_its_digest_and_is_audited_without_the_number(ground: Ground) -> None:
    wish, _other = registered(ground), registered(ground, 1)
    spaced = " ".join(somebody().document)
    assert find_by_document(document_kind="", document=spaced, actor=ground.person("coordinator")) == [wish]
    event = AuditEvent.objects.get(verb="registries.registrant.looked_up")
    assert somebody().document not in str(vars(event))
    assert event.branch_code == ground.branch.code


STANDS = [
    ("registries_wish", "signed_on = signed_on - 1"),
    ("registries_wish", "channel = 'home'"),
    ("registries_wish", "content = registrant"),
    ("registries_wish", "registrant = content"),
    ("registries_registrant", "document_kind = 'passport'"),
    ("registries_registrant", "number = 'x'"),
    ("registries_registrant", "document = name"),
    ("registries_consent", "text_version = 'x'"),
    ("registries_wishevent", "verb = 'x'"),
    ("registries_registrantevent", "verb = 'x'"),
]


@pytest.mark.parametrize(("table", "change"), STANDS)
def test_what_was_declared_stands_whoever_writes(ground: Ground, table: str, change: str) -> None:
    registered(ground)
    for statement in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):  # noqa: S608 -- a literal table
        with (
            pytest.raises(DatabaseError, match=r"append-only|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_withdrawal_of_consent_names_one_of_the_same_person(ground: Ground) -> None:
    registrant, other = registrant_of(registered(ground)), registrant_of(registered(ground, 1))
    theirs = consents_in_force(other)["contact"]
    with pytest.raises(IntegrityError, match="withdrawal names a consent"), transaction.atomic():
        Consent.objects.create(
            registrant=registrant, subject="contact", act="withdrawn", text_version="x", channel="counter",
            withdraws=theirs, recorded_by=ground.person("clerk"), at=theirs.at,
        )  # fmt: skip
