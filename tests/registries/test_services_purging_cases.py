"""Retention of cases: the people go, numbers, days and states stay; nothing goes before its time."""

from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, transaction

from core.clock import today
from core.retention import Asked, open_holds
from core.sealed import seal_into
from registries.choices.cases import CaseStatus
from registries.models import CaseKin, CasePerson, CaseWitness
from registries.services import wishes
from registries.services.cases.purging import EXIT_DAYS, GIVEN_DAYS, purge_cases
from registries.services.departed import died_among
from registries.services.purging import purge_registrants
from registries.services.registrants import registrant_of
from registries.services.wishes import withdraw_wish
from tests.registries.case_ground import case_in
from tests.registries.ground import Ground, id_number, registered


def asked(*, days: int, is_dry: bool = False) -> Asked:
    return Asked(today() + datetime.timedelta(days=days), is_dry, open_holds())


@pytest.mark.parametrize(("state", "days"), [("declined", EXIT_DAYS), ("closed", GIVEN_DAYS)])
def test_the_people_of_an_ended_case_are_emptied_in_time_and_its_numbers_stay(
    ground: Ground, state: str, days: int
) -> None:
    case = case_in(ground, state)
    kept = case_in(ground, CaseStatus.CONSENTED, document=id_number(705))
    assert purge_cases(asked(days=days - 1)).destroyed == 0
    assert purge_cases(asked(days=days + 1, is_dry=True)).due == 1
    assert purge_cases(asked(days=days + 1)).destroyed == 1
    assert purge_cases(asked(days=days + 1)).due == 0
    case.refresh_from_db()
    assert (case.status, case.note, case.destroyed_at is not None) == (state, None, True)
    person = CasePerson.objects.get(case=case)
    assert (person.name, person.document, person.document_digest, person.caller) == (None, None, None, None)
    assert [one.name for one in CaseKin.objects.filter(case=case) if one.name is not None] == []
    assert [one.content for one in CaseWitness.objects.filter(case=case) if one.content is not None] == []
    assert CasePerson.objects.get(case=kept).name is not None


def test_what_was_emptied_is_filled_by_nobody_again(ground: Ground) -> None:
    case = case_in(ground, "declined")
    other = CasePerson.objects.get(case=case_in(ground, CaseStatus.NOTIFIED, document=id_number(706)))
    purge_cases(asked(days=EXIT_DAYS + 1))
    with pytest.raises(DatabaseError), transaction.atomic():
        CasePerson.objects.filter(case=case).update(name=bytes(other.name))


def test_whoever_is_registered_still_is_not_called_again_once_their_case_is_emptied(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = registered(ground, 1)
    case = case_in(ground, "declined", document=id_number(1))
    purge_cases(asked(days=EXIT_DAYS + 1))
    person = CasePerson.objects.get(case=case)
    assert (person.name, person.caller, person.document is not None) == (None, None, True)
    assert died_among([registrant_of(wish)])
    # Nothing comes back.
    with pytest.raises(DatabaseError), transaction.atomic():
        person.save(update_fields=seal_into(person, name="示例姓名"))
    # Whoever died withdraws no more; here it was done before anybody here knew.
    monkeypatch.setattr(wishes, "died_among", lambda _people, **_how: frozenset())
    withdraw_wish(wish_id=wish.pk, channel="online")
    purge_registrants(asked(days=40))
    purge_cases(asked(days=EXIT_DAYS + 40))
    assert CasePerson.objects.get(case=case).document_digest is None
