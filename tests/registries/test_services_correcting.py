"""Particulars are put right with a reason that is on a list; events name fields, never values."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.clock import now
from core.errors import NotAllowed, NotFound
from core.models import AuditEvent
from core.sealed import holds
from registries.errors import RegistryError
from registries.models import Registrant, RegistrantEvent
from registries.services.correcting import Correction, correct_registrant
from registries.services.mine import knows_phone
from registries.services.reading import reveal_identity
from registries.services.registrants import registrant_of
from tests.registries.ground import Ground, registered, somebody

NEW_NAME, NEW_PHONE, NEW_ADDRESS = "赵更正", "13700000077", "示例新村 9 号"


def correct(ground: Ground, registrant: Registrant, login: str = "clerk", **said: Any) -> list[str]:
    correction = Correction(**{"reason": "typed_wrong", **said})
    return correct_registrant(registrant_id=registrant.pk, correction=correction, actor=ground.person(login))


def test_name_telephone_and_address_are_put_right_and_only_fields_and_reason_are_written_down(ground: Ground) -> None:
    wish = registered(ground)
    registrant = registrant_of(wish)
    changed = correct(
        ground, registrant, name=NEW_NAME, has_seen_paper=True, phone="137 0000 0077", address=NEW_ADDRESS
    )
    assert changed == ["details", "name", "phone"]
    shown = reveal_identity(wish=wish, purpose="核对", actor=ground.person("coordinator"))
    assert (shown.name, shown.phone, shown.details["address"]) == (NEW_NAME, NEW_PHONE, NEW_ADDRESS)
    assert (shown.document, shown.details["sex"]) == (somebody().document, "female")
    event = RegistrantEvent.objects.get(verb="corrected")
    assert (event.fields, event.reason, event.has_seen_paper) == (changed, "typed_wrong", True)
    written = [str(list(rows.values())) for rows in (RegistrantEvent.objects.all(), AuditEvent.objects.all())]
    values = (NEW_NAME, NEW_PHONE, NEW_ADDRESS, somebody().name)
    assert [value for value in values for text in written if value in text] == []


def test_a_corrected_telephone_is_found_and_the_old_one_is_not(ground: Ground) -> None:
    registrant = registrant_of(registered(ground))
    correct(ground, registrant, phone=NEW_PHONE)
    assert (knows_phone(NEW_PHONE), knows_phone(somebody().phone)) == (True, False)


def test_a_name_is_put_right_only_by_who_saw_the_document(ground: Ground) -> None:
    registrant = registrant_of(registered(ground))
    with pytest.raises(RegistryError) as refused:
        correct(ground, registrant, name=NEW_NAME)
    assert "has_seen_paper" in refused.value.fields
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrantEvent.objects.create(
            registrant=registrant, verb="corrected", fields=["name"], reason="typed_wrong", at=now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrantEvent.objects.create(registrant=registrant, verb="corrected", fields=["phone"], at=now())
    assert holds(Registrant.objects.unscoped("test").get(), "name", somebody().name)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reason": "because"}, "reason"),
        ({}, "name"),
        ({"phone": "1"}, "phone"),
        ({"name": "赵", "has_seen_paper": True}, "name"),
        ({"has_no_phone": True}, "contact_name"),
        ({"has_no_phone": True, "phone": NEW_PHONE}, "phone"),
        ({"address": "长" * 201}, "address"),
    ],
)
def test_what_is_wrong_stands_at_its_field(ground: Ground, said: dict[str, Any], field: str) -> None:
    registrant = registrant_of(registered(ground))
    with pytest.raises(RegistryError) as refused:
        correct(ground, registrant, **said)
    assert field in refused.value.fields
    assert not RegistrantEvent.objects.filter(verb="corrected").exists()


def test_said_twice_it_is_written_down_once(ground: Ground) -> None:
    registrant = registrant_of(registered(ground))
    assert correct(ground, registrant, phone=NEW_PHONE) == ["phone"]
    assert correct(ground, registrant, phone=NEW_PHONE) == []
    assert RegistrantEvent.objects.filter(verb="corrected").count() == 1


def test_a_blank_too_many_in_a_name_can_be_put_right(ground: Ground) -> None:
    registrant = registrant_of(registered(ground, person=somebody(name="赵 登记")))
    assert correct(ground, registrant, name="赵登记", has_seen_paper=True) == ["name"]


def test_who_has_no_telephone_any_more_is_reached_by_somebody_named(ground: Ground) -> None:
    wish = registered(ground)
    correct(
        ground, registrant_of(wish), reason="contact_changed", has_no_phone=True, contact_name="示例邻居",
        contact_phone="0571-88880000",
    )  # fmt: skip
    shown = reveal_identity(wish=wish, purpose="核对", actor=ground.person("coordinator"))
    assert (shown.phone, shown.details["contact_name"]) == ("", "示例邻居")
    assert shown.details["contact_phone"] == "057188880000"
    assert not knows_phone(somebody().phone)


@pytest.mark.parametrize("login", ["stranger", "province", "supervisor", "head"])
def test_nobody_corrects_in_another_branch_or_without_the_right(ground: Ground, login: str) -> None:
    registrant = registrant_of(registered(ground))
    with pytest.raises((NotAllowed, NotFound)):
        correct(ground, registrant, login, phone=NEW_PHONE)


@pytest.mark.parametrize("phone", ["0571-88880001", "+852 9123 4567", "+1 212 555 0100"])
def test_who_has_another_telephone_registers_and_is_found_by_it(ground: Ground, phone: str) -> None:
    wish = registered(ground, person=somebody(phone=phone))
    shown = reveal_identity(wish=wish, purpose="核对", actor=ground.person("coordinator"))
    assert shown.phone.endswith(phone[-4:])
    assert Registrant.objects.unscoped("test").filter(phone__isnull=False).count() == 1


def test_who_has_none_registers_with_somebody_to_ask_for(ground: Ground) -> None:
    with pytest.raises(RegistryError) as refused:
        registered(ground, person=somebody(phone=""))
    assert "phone" in refused.value.fields
    wish = registered(ground, person=somebody(phone="", contact_name="示例侄女", contact_phone="13600000002"))
    shown = reveal_identity(wish=wish, purpose="核对", actor=ground.person("coordinator"))
    assert (shown.phone, shown.details["contact_name"], shown.details["contact_phone"]) == (
        "", "示例侄女", "13600000002",
    )  # fmt: skip
