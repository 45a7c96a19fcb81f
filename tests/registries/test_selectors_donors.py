"""Each list of work is one query by its own partial index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from registries.models import Donor
from registries.selectors.donors import WORK_LISTS, Place, work_counts, work_list
from registries.services.donors.states import last_birthday
from tests.factories.people import branch_at, make_person
from tests.registries.donor_ground import born
from tests.registries.ground import Ground, days_ago, make_ground

INDEX = {
    "sample": "donor_to_sample",
    "send": "donor_to_send",
    "ask": "donor_to_ask",
    "schedule": "donor_to_schedule",
    "recover": "donor_to_recover",
    "follow_up": "donor_to_follow_up",
    "deferral": "donor_deferral",
    "ageing": "donor_ageing",
    "standing": "donor_standing",
}
# Before the first page of those to be found stand those who are matched.
MATCHED_AND_LOST = "donor_matched_lost"
LEVELS = ("branch", "city", "province")
ROWS = 4_000


def fill(ground: Ground) -> None:
    """Rows as they lie in a library: most of them typed and waiting, a few in each list. Nobody is behind them."""
    columns = {
        "row_key": "gen_random_uuid()", "number": "'330106-2026-D9' || n", "key": "gen_random_uuid()",
        "status": "CASE n % 100 WHEN 1 THEN 'enrolled' WHEN 2 THEN 'sampled' WHEN 3 THEN 'matched' WHEN 4 THEN"
        " 'medical' WHEN 5 THEN 'lost' WHEN 6 THEN 'follow_up' WHEN 9 THEN 'wish'"
        " ELSE 'typed' END",
        "ended_at": "CASE n % 100 WHEN 9 THEN now() END", "is_known_there": "true",
        "registrant": "'\\x00'", "channel": "'counter'", "enrolled_on": "%(day)s", "sample_from": "%(day)s",
        "stepped_on": "%(day)s", "ages_out_month": "CASE n % 100 WHEN 7 THEN %(day)s ELSE %(later)s END",
        "unreached_on": "CASE n % 100 WHEN 5 THEN %(day)s::date END",
        "fit_on": "CASE n % 100 WHEN 4 THEN %(day)s::date END",
        "follow_up_on": "CASE n % 100 WHEN 6 THEN %(day)s::date END",
        "deferred_until": "CASE n % 100 WHEN 8 THEN %(day)s::date END", "enrolled_by_id": "%(who)s",
        "enrolled_at": "now()", "branch_id": "%(branch)s", "city_id": "%(city)s", "province_id": "%(province)s",
    }  # fmt: skip
    branch = ground.branch
    values = {
        "day": days_ago(40).replace(day=1), "later": last_birthday(born(30)).replace(day=1), "branch": branch.pk,
        "who": ground.person("clerk").pk, "city": branch.city_id, "province": branch.province_id, "rows": ROWS,
    }  # fmt: skip
    names, said = ", ".join(columns), ", ".join(one.replace("n % ", "n %% ") for one in columns.values())
    with connection.cursor() as cursor:
        statement = f"INSERT INTO registries_donor ({names}) SELECT {said} FROM generate_series(1, %(rows)s) n"  # noqa: S608 -- literals
        cursor.execute(statement, values)
        cursor.execute("ANALYZE registries_donor")


@pytest.fixture
def filled(db: None) -> Ground:
    """A ground with a library; its rows have no events, which the checks of the ground would miss."""
    ground = make_ground()
    fill(ground)
    return ground


def reader_at(ground: Ground, level: str) -> User:
    """Who sees one branch, a city with all below, the province with all below."""
    if level == "city":
        return make_person("city.reader", "registry_coordinator", branch_at("3301"), with_below=True)
    return ground.person("coordinator" if level == "branch" else "province")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", list(WORK_LISTS))
def test_a_list_is_read_by_its_partial_index_of_each_level_in_one_query(filled: Ground, name: str, level: str) -> None:
    reader = reader_at(filled, level)
    work_list(reader, name)
    with CaptureQueriesContext(
        connection,
    ) as done:
        found = work_list(reader, name, after=Place(days_ago(4000), 0))
    assert len(found) == ROWS // 100
    (query,) = [one["sql"] for one in done if "registries_donor" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + query)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"{INDEX[name]}_{level}" in plan, plan


def test_all_counts_are_one_query(filled: Ground) -> None:
    reader = filled.person("coordinator")
    work_counts(reader)
    with CaptureQueriesContext(connection) as done:
        counts = work_counts(reader)
    assert counts == dict.fromkeys(WORK_LISTS, ROWS // 100)
    assert len([one for one in done if "registries_donor" in one["sql"]]) == 1


def test_no_list_without_an_index_of_its_own() -> None:
    there = {one.name for one in Donor._meta.indexes}
    assert set(INDEX) == set(WORK_LISTS)
    assert {f"{name}_{level}" for name in (*INDEX.values(), MATCHED_AND_LOST) for level in LEVELS} <= there
