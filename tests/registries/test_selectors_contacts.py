"""Work lists read by their indexes; counts of people that give nobody away."""

from __future__ import annotations

import datetime
import itertools
import uuid
from typing import Any

import pytest
from django.db import connection, transaction

from core.clock import today
from organizations.models.grant import remember_grants
from registries.choices.cases import CaseStatus
from registries.choices.figures import DeskMeasure
from registries.models import Contact, DueContact
from registries.selectors.cases import case_counts
from registries.selectors.contacts import (
    contacts_about,
    due_now_count,
    due_page,
    due_parts,
    earliest,
    open_by_coordinator,
)
from registries.selectors.counts import CountTable
from registries.selectors.my_day import day_sections
from registries.services.contacts import correct_contact, write_contact
from registries.services.wishes import register_wish
from tests import databases
from tests.factories.people import branch_at, make_person
from tests.registries.case_ground import notified
from tests.registries.ground import Ground, counts_for, form, id_number, registered
from tests.registries.test_services_contacts import due, logged
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page

# Nobody's contacts of the same branch, a hundred on each day around today, so that each list of the branch is long.
# All are about one person, which only this copy of the database is made to bear.
MANY = """
    DROP INDEX duecontact_wish_once_open;
    INSERT INTO registries_duecontact (key, branch_id, province_id, city_id, county_id, wish_id, reason, due_on, status)
    SELECT gen_random_uuid(), branch_id, province_id, city_id, county_id, wish_id, reason, due_on + (n % 7 - 3), status
      FROM registries_duecontact, generate_series(1, 700) n
"""


def plan(rows: Any) -> str:
    """How the database reads a list where a table is too large to be read as a whole."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        return str(rows.explain())


@pytest.mark.parametrize(
    ("tab", "login", "index"),
    [
        ("overdue", "coordinator", "duecontact_mine"),
        ("today", "coordinator", "duecontact_mine"),
        ("coming", "coordinator", "duecontact_mine"),
        ("free", "coordinator", "duecontact_"),
        ("branch", "head", "duecontact_branch"),
    ],
)
def test_each_work_list_is_read_in_the_order_of_its_index(
    committed_ground: Ground, committed_db: str, tab: str, login: str, index: str
) -> None:
    """One's own among hundreds of the branch, as the database knows them after a night."""
    due(committed_ground, registered(committed_ground))
    databases.as_superuser(MANY, "ANALYZE registries_duecontact", database=committed_db)
    parts = due_parts(committed_ground.person(login), tab)
    first, *of_cases = [plan(earliest([one], 51)) for one in parts]
    assert index in first
    assert "Sort" not in first
    for text in (first, *of_cases, plan(earliest(parts, 51))):
        assert "Seq Scan on registries_duecontact" not in text


def test_what_came_of_one_thing_and_what_is_open_about_it_are_read_by_its_index(ground: Ground) -> None:
    wish = registered(ground)
    logged(ground, due(ground, wish))
    rows = Contact.objects.unscoped("test").filter(wish=wish).order_by("-pk")[:50]
    text = plan(rows)
    assert "contact_of_wish" in text
    assert "Sort" not in text
    assert "duecontact_" in plan(DueContact.objects.unscoped("test").filter(wish=wish, status="open"))
    assert len(contacts_about(wish, "wish")) == 1


def test_the_pages_take_as_many_queries_for_many_rows_as_for_one(
    ground: Ground, django_assert_num_queries: Any
) -> None:
    person = ground.person("coordinator")
    for at in range(3):
        due(ground, registered(ground, at))
    # Each list: the grants, and the rows.
    with django_assert_num_queries(2):
        assert [one.about.number for one in due_page(person, "today")]
    with django_assert_num_queries(2):
        assert due_now_count(person) == 3
    # As in a request: each part of the day is one query.
    remember_grants(person)
    with django_assert_num_queries(9):
        assert len(day_sections(person)[0].rows) == 3


def test_who_hands_over_sees_how_much_lies_with_whom(ground: Ground) -> None:
    due(ground, registered(ground), due_on=today() - datetime.timedelta(days=1))
    due(ground, registered(ground, 1)), due(ground, registered(ground, 2), "")
    counted = [(one.login, one.open, one.late) for one in open_by_coordinator([ground.branch])]
    assert counted == [("coordinator", 2, 1), (None, 1, 0)]


def figures(table: CountTable) -> dict[tuple[str, bool], dict[str, int | None]]:
    return {
        (row.branch.code, row.is_sum): dict(zip(DeskMeasure.values, row.figures, strict=True)) for row in table.rows
    }


def _filled(ground: Ground) -> None:
    """Six wishes in one county, seven in another city's, one at the city itself."""
    clerk = make_person("city", "registry_clerk", branch_at("3301"))
    for at in range(6):
        registered(ground, at)
    for at in range(6, 13):
        register_wish(registration=form(ground.elsewhere, at), actor=ground.person("stranger"))
    register_wish(registration=form(branch_at("3301"), 20), actor=clerk)


def test_who_sees_people_gets_every_figure_and_who_does_not_gets_none_below_five(ground: Ground) -> None:
    _filled(ground)
    whole = counts_for(ground.person("province"))
    assert not whole.is_hiding
    exact = figures(whole)
    assert exact["330106", False]["wishes"] == 6
    assert exact["3301", True]["wishes"] == 7
    assert exact["33", True]["wishes"] == 14
    partial = counts_for(ground.person("supervisor"))
    assert partial.is_hiding
    seen = figures(partial)
    assert set(seen) == set(exact)
    assert not [one for each in seen.values() for one in each.values() if one is not None and 0 < one < 5]
    assert (seen["33", True]["wishes"], seen["3301", True]["wishes"]) == (14, 7)
    assert seen["3301", False]["wishes"] is seen["330106", False]["wishes"] is None


def test_no_figure_of_few_people_follows_from_those_that_are_shown(ground: Ground) -> None:
    """Solve all sums of all that any reader sees: whatever has one solution must be nought, or five and more."""
    _filled(ground)
    readers = [
        ground.person("supervisor"),
        make_person("city.overseer", "supervisor", branch_at("3301"), with_below=True),
    ]
    known = {key: each["wishes"] for one in readers for key, each in figures(counts_for(one)).items()}
    shown = {key: value for key, value in known.items() if value is not None}
    leaves = ["33", "3301", "330106", "330182", "3303", "330302"]
    sums = {("33", True): leaves, ("3301", True): ["3301", "330106", "330182"], ("3303", True): ["3303", "330302"]}
    dark = [code for code in leaves if (code, False) not in shown]
    assert dark
    possible: dict[str, set[int]] = {code: set() for code in dark}
    for guess in itertools.product(range(10), repeat=len(dark)):
        value = {
            **{code: shown[code, False] for code in leaves if code not in dark},
            **dict(zip(dark, guess, strict=True)),
        }
        if all(sum(value[one] for one in parts) == shown[key] for key, parts in sums.items() if key in shown):
            for code in dark:
                possible[code].add(value[code])
    assert [code for code, values in possible.items() if len(values) == 1] == []


def test_two_readers_of_overlapping_places_get_the_same_figures(ground: Ground) -> None:
    _filled(ground)
    one = figures(counts_for(ground.person("supervisor")))
    city = make_person("city.overseer", "supervisor", branch_at("3301"), with_below=True)
    two = figures(counts_for(city))
    assert two
    assert {key: one[key] for key in two} == two


def test_outcomes_are_those_of_this_year_as_they_were_put_right(ground: Ground) -> None:
    wish, actor = registered(ground), ground.person("coordinator")
    first = logged(ground, due(ground, wish))
    correct_contact(contact_id=first.pk, means="phone", outcome="declined", note="", key=uuid.uuid4(), actor=actor)
    write_contact(about=wish, reason="step", means="met", outcome="call_later", note="", actor=actor)
    due(ground, wish, due_on=today() - datetime.timedelta(days=1), reason="upkeep")
    row = figures(counts_for(actor))["330106", False]
    assert row == {"wishes": 1, "departed": 0, "late": 1, "coming": 0, "reached": 0, "missed": 1, "declined": 1}


def test_only_places_where_somebody_sees_counts_are_counted(ground: Ground) -> None:
    _filled(ground)
    assert set(figures(counts_for(ground.person("stranger")))) == {("330302", False)}


def test_few_cases_of_a_state_are_told_to_nobody_who_does_not_see_the_people(ground: Ground) -> None:
    notified(ground)
    label = str(CaseStatus.NOTIFIED.label)
    assert dict(case_counts(ground.person("head")))[label] == 1
    hidden = dict(case_counts(ground.person("supervisor")))
    assert hidden[label] is None
    assert {count for name, count in hidden.items() if name != label} == {0}
    text = page(client_of(ground, "supervisor"), "desk_cases")
    assert ">少<" in text
    assert ">1<" not in text
    for at in range(4):
        notified(ground, document=id_number(710 + at))
    assert dict(case_counts(ground.person("supervisor")))[label] == 5
