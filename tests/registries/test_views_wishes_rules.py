"""What the desk of wishes shows and warns of, the national number put right, and who is not to stand there any more."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.clock import today
from registries.errors import RegistryError, WrongState
from registries.models import Wish, WishEvent
from registries.selectors.taken_back import unwanted_there
from registries.services.consenting import give_consent, take_back_consent
from registries.services.reading import reveal_wish
from registries.services.wishes import (
    change_wish,
    correct_reference,
    hand_over_wish,
    note_withdrawn_there,
    withdraw_wish,
)
from tests.registries.exported import csv_rows, made
from tests.registries.ground import Ground, days_ago, form, gift, registered, somebody
from tests.registries.test_services_exports_file import fetched
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post


def handed_over(ground: Ground, at: int = 0, **over: Any) -> Wish:
    """A wish that the national system has."""
    wish = registered(ground, at, signed_on=days_ago(5), **over)
    return hand_over_wish(wish_id=wish.pk, reference=f"ORG 000{at}", on=days_ago(1), actor=ground.person("clerk"))


def unwanted(ground: Ground, at: int = 0) -> Wish:
    """One whose person took the consent to that back."""
    wish = handed_over(ground, at)
    take_back_consent(wish_id=wish.pk, subject="transfer", channel="online")
    return wish


def test_who_took_the_consent_back_after_the_hand_over_stands_on_a_list_until_withdrawn_there(ground: Ground) -> None:
    wish, fine = unwanted(ground), handed_over(ground, 1)
    not_there = registered(ground, 2)
    take_back_consent(wish_id=not_there.pk, subject="transfer", channel="online")
    clerk = client_of(ground, "clerk")
    text = page(clerk, "desk_wishes", show="unwanted")
    assert wish.number in text
    assert fine.number not in text
    assert not_there.number not in text
    assert wish.number not in page(client_of(ground, "stranger"), "desk_wishes", show="unwanted")
    assert "本人已撤回报送的同意" in page(clerk, "desk_wish", wish.number)
    assert "两边都已撤回" in post(clerk, "desk_wish_there", wish.number, on=today().isoformat())
    assert unwanted_there(ground.person("clerk")) == []
    wish.refresh_from_db()
    assert (wish.status, wish.withdrawn_there_on) == ("in_force", today())
    # Withdrawn here later, there is nothing left to do there.
    withdraw_wish(wish_id=wish.pk, channel="online")
    wish.refresh_from_db()
    assert not wish.stands_there


def test_who_consents_again_is_on_that_list_no_more_and_nobody_withdraws_there_for_them(ground: Ground) -> None:
    wish = unwanted(ground)
    give_consent(wish_id=wish.pk, subject="transfer", channel="online")
    assert unwanted_there(ground.person("clerk")) == []
    with pytest.raises(WrongState):
        note_withdrawn_there(wish_id=wish.pk, on=today(), actor=ground.person("clerk"))


def test_what_was_withdrawn_there_is_not_taken_along_by_a_change(ground: Ground) -> None:
    wish = unwanted(ground)
    note_withdrawn_there(wish_id=wish.pk, on=today(), actor=ground.person("clerk"))
    new = change_wish(
        wish_id=wish.pk, content=gift(), channel="counter", signed_on=today(), key=form(ground.branch).key,
        actor=ground.person("clerk"),
    )  # fmt: skip
    assert not new.is_known_there


def test_a_mistyped_national_number_is_put_right_with_a_reason_and_an_event_that_says_neither(ground: Ground) -> None:
    wish, client = handed_over(ground), client_of(ground, "clerk")
    text = post(client, "desk_wish_reference", wish.number, reference="ORG 7777", reason="typed_wrong")
    assert "已更正" in text
    assert "ORG7777" not in text
    wish.refresh_from_db()
    assert reveal_wish(wish=wish, purpose="核对", actor=ground.person("coordinator")).reference == "ORG7777"
    event = WishEvent.objects.get(wish=wish, verb="reference_corrected")
    assert (event.reason, event.actor_id) == ("typed_wrong", ground.person("clerk").pk)
    assert "没有改动" in post(client, "desk_wish_reference", wish.number, reference="ORG 7777", reason="typed_wrong")
    assert WishEvent.objects.filter(verb="reference_corrected").count() == 1
    with pytest.raises(RegistryError) as said:
        correct_reference(wish_id=wish.pk, reference="1", reason="", actor=ground.person("clerk"))
    assert set(said.value.fields) == {"reference", "reason"}
    with pytest.raises(IntegrityError, match="wishevent_corrected_says_why"), transaction.atomic():
        WishEvent.objects.create(
            wish=wish, from_status="in_force", to_status="in_force", verb="reference_corrected", channel="counter",
            actor=ground.person("clerk"), at=event.at,
        )  # fmt: skip


def test_there_is_no_number_to_put_right_where_none_was_given_or_the_wish_ended(ground: Ground) -> None:
    ended = handed_over(ground)
    withdraw_wish(wish_id=ended.pk, channel="online")
    for wish in (ended, registered(ground, 1)):
        with pytest.raises(WrongState, match="不能更正"):
            correct_reference(wish_id=wish.pk, reference="ORG 7777", reason="typed_wrong", actor=ground.person("clerk"))


def test_sex_people_and_education_are_shown_with_the_identity_and_with_whom_to_speak(ground: Ground) -> None:
    wish = registered(ground, person=somebody(people="示例族", education="示例学历", occupation="示例职业"))
    text = post(client_of(ground, "clerk"), "desk_wish", wish.number, show="identity", purpose="核对登记表")
    for words in ("示例族", "示例学历", "示例职业", "<dd>女</dd>", "只和本人谈"):
        assert words in text.replace("\n", ""), words


def test_an_export_bears_what_is_not_given_the_wish_for_secrecy_and_the_particulars_of_the_form(ground: Ground) -> None:
    person = somebody(people="示例族", education="示例学历", occupation="示例职业")
    registered(ground, person=person, content=gift(items=("cornea",), refused=("body",), is_secret=True))
    registered(ground, 1)
    export = made(ground, columns=("people", "education", "occupation", "items", "refused", "secrecy"))
    rows = csv_rows(fetched(ground, export))
    assert rows[1][1:7] == ["示例族", "示例学历", "示例职业", "眼角膜", "遗体", "本人要求保密"]
    assert rows[2][5:7] == ["", ""]
