"""The literal tables of donors, walked in full; and what no table of theirs may hold."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from core.sealed import sealed_places
from registries.choices.donors import DONOR_TRANSITIONS, ENDED, HEALTH_QUESTIONS, IN_FORCE, DonorStatus
from registries.errors import WrongState
from registries.models import Collection, Donor, DonorEvent
from registries.selectors.donor import VERB_LABELS
from registries.services.donors.states import Step, move_donor
from registries.views.donors.steps import STEPS
from tests.registries.donor_ground import S, brought, joined
from tests.registries.ground import Ground, days_ago

# Words of typing and of the other side, in names of columns, tables and choices.
TYPING = re.compile(r"hla|allele|locus|haplo|drb1|dqb1|genotype|分型值|配型值", re.IGNORECASE)
OTHER_SIDE = re.compile(r"patient|recipient|receiver|患者|受者|接受人", re.IGNORECASE)
DONOR_TABLES = (Donor, Collection)


@pytest.mark.parametrize("old", [one for one in DonorStatus.values if one != S.AGED])
def test_a_donor_moves_where_the_table_says_and_nowhere_else(ground: Ground, old: str) -> None:
    donor = brought(ground, old)
    for new in DonorStatus.values:
        before = DonorEvent.objects.count()
        step = Step("test", days_ago(0), ground.person("coordinator"))
        with transaction.atomic():
            row = Donor.objects.unscoped("test").select_related("branch").select_for_update(of=("self",)).get()
            if new in DONOR_TRANSITIONS[old]:
                move_donor(row, new, step)
                assert (row.status, DonorEvent.objects.count()) == (new, before + 1)
            else:
                with pytest.raises(WrongState):
                    move_donor(row, new, step)
                assert (row.status, DonorEvent.objects.count()) == (old, before)
            transaction.set_rollback(True)
    assert donor.status == old


def test_who_left_stays_gone_and_everybody_in_force_may_leave() -> None:
    assert set(DONOR_TRANSITIONS) == set(DonorStatus.values)
    for one in ENDED:
        assert DONOR_TRANSITIONS[one] == frozenset()
    for one in IN_FORCE:
        assert DONOR_TRANSITIONS[one] >= ENDED


def test_every_state_is_reached_from_joining() -> None:
    reached, waiting = set(), [S.ENROLLED.value]
    while waiting:
        one = waiting.pop()
        reached.add(one)
        waiting += [str(each) for each in DONOR_TRANSITIONS[one] if each not in reached]
    assert reached == set(DonorStatus.values)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'typed'", "ended_at = NULL", "enrolled_on = enrolled_on - 9", "sample_from = enrolled_on",
        "number = 'x'", "ages_out_month = '2090-01-01'",
    ],
)  # fmt: skip
def test_the_database_lets_nobody_bring_back_who_left_or_change_when_they_joined(ground: Ground, change: str) -> None:
    donor = brought(ground, S.WISH)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE registries_donor SET {change} WHERE id = %s", [donor.pk])  # noqa: S608 -- literals


def test_the_database_takes_no_sample_within_the_reflection(ground: Ground) -> None:
    donor = joined(ground, signed_on=days_ago(6))
    insert = (
        "INSERT INTO registries_sample (donor_id, bag, taken_on, verdict, written_by_id, written_at)"
        " VALUES (%s, %s, %s, 'waiting', %s, now())"
    )
    who = ground.person("clerk").pk
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, [donor.pk, "BAG1", days_ago(0), who])
    early = joined(ground, 1, signed_on=days_ago(7))
    with connection.cursor() as cursor:
        cursor.execute(insert, [early.pk, "BAG2", days_ago(0), who])


def test_no_column_and_no_choice_is_about_typing_or_the_other_side() -> None:
    models = list(apps.get_app_config("registries").get_models())
    words = {one.__name__: _words(one) for one in models}
    assert {name for name, each in words.items() if any(TYPING.search(one) for one in each)} == set()
    theirs = {Donor, *(one for one in models if _leads_to_donor(one))}
    assert len(theirs) >= 9
    assert {one.__name__ for one in theirs if any(OTHER_SIDE.search(word) for word in words[one.__name__])} == set()


def _words(model: type[Model]) -> list[str]:
    fields = model._meta.get_fields()
    said = [str(word) for one in fields for pair in getattr(one, "choices", None) or () for word in pair]
    return [model.__name__, *(one.name for one in fields), *said]


def _leads_to_donor(model: type[Model]) -> bool:
    near = {one.related_model for one in model._meta.get_fields() if one.many_to_one}
    return Donor in near or any(one is not model and _leads_to_donor(one) for one in near if one in DONOR_TABLES)


def test_the_search_for_such_words_would_find_one() -> None:
    assert TYPING.search("hla_a")
    assert OTHER_SIDE.search("patient_name")


def test_health_and_people_lie_sealed_under_their_keys() -> None:
    found = {f"{one.field.model.__name__}.{one.field.name}": one.field.purpose for one in sealed_places()}
    for name in ("registrant", "answers", "deferral_reason"):
        assert found[f"Donor.{name}"] == "wishes"
    assert found["Donor.kin"] == "identity"


def test_every_step_that_is_written_down_has_its_words(ground: Ground) -> None:
    brought(ground, S.FOLLOW_UP)
    verbs = set(DonorEvent.objects.values_list("verb", flat=True))
    assert verbs <= set(VERB_LABELS)
    assert len({one.code for one in HEALTH_QUESTIONS}) == len(HEALTH_QUESTIONS)
    assert set().union(*(one.states for one in STEPS.values())) == set(DonorStatus.values)
