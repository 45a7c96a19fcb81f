"""Figures of the registries: counted under seal, published once, right whatever is destroyed, in the public log."""

from __future__ import annotations

import datetime
import json
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from core.clock import SHANGHAI, frozen_at, today
from core.models import PublicRecord
from core.retention import Asked, open_holds
from registries.choices import Item
from registries.choices.figures import GIFT_ITEMS, Figure, Gift
from registries.models import CountedStep, RegistryFigures, RegistryTally, Wish
from registries.services.figures.measures import MEASURES
from registries.services.figures.publishing import publish_years
from registries.services.figures.reading import true_figures
from registries.services.figures.records import figures_today
from registries.services.figures.tallying import count_steps, gifts_of, read_tallies
from registries.services.purging import purge_registrants
from registries.services.wishes import change_wish, register_wish, withdraw_wish
from tests.factories.people import branch_at
from tests.registries.case_ground import case_in, handed, units
from tests.registries.donor_ground import brought, joined
from tests.registries.ground import BODY_USES, Ground, form, gift, refusal, registered

LAST = 2025


@contextmanager
def on(day: str) -> Iterator[None]:
    with frozen_at(datetime.datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=SHANGHAI)):
        yield


def many(ground: Ground, count: int, *, first: int = 0, **over: Any) -> list[Wish]:
    return [registered(ground, first + at, **over) for at in range(count)]


def changed(ground: Ground, wish: Wish, content: Any) -> Wish:
    return change_wish(
        wish_id=wish.pk, content=content, channel="counter", signed_on=today(), key=uuid.uuid4(),
        actor=ground.person("clerk"),
    )  # fmt: skip


def tallied(year: int = LAST) -> Counter[str]:
    """All tallies of a year together, without zeros."""
    rows = RegistryTally.objects.unscoped("test").filter(year=year)
    whole: Counter[str] = Counter()
    for sums in read_tallies(rows).values():
        whole.update(sums)
    return +whole


def shown(code: str = "33", year: int = LAST) -> dict[str, Any]:
    return RegistryFigures.objects.get(branch__code=code, year=year).figures


def test_what_is_given_is_told_apart_as_organs_cornea_tissue_and_body() -> None:
    covered = {item for items in GIFT_ITEMS.values() for item in items}
    assert covered == set(Item)
    assert gifts_of(json.dumps({"stance": "donate", "items": ["kidney", "body"]})) == {Gift.ORGANS, Gift.BODY}
    assert gifts_of(json.dumps({"stance": "refuse", "items": ["kidney"]})) == frozenset()
    assert [one.figure for one in MEASURES] == [*dict.fromkeys(one.figure for one in MEASURES)]
    assert {one.figure for one in MEASURES} == set(Figure)


def test_registering_changing_and_withdrawing_count_by_what_they_change(ground: Ground) -> None:
    with on("2025-03-01"):
        first, second, _third = many(ground, 3)
        changed(ground, first, gift(items=(Item.CORNEA, Item.BODY), purposes=BODY_USES))
        changed(ground, second, refusal())
        register_wish(registration=form(ground.branch, 9, content=refusal()), actor=ground.person("clerk"))
        count_steps()
    assert tallied() == {
        "organs_joined": 3, "cornea_joined": 3, "body_joined": 1, "organs_left": 2, "cornea_left": 1, "refused": 2,
    }  # fmt: skip
    with on("2025-04-01"):
        withdraw_wish(wish_id=Wish.objects.unscoped("test").get(replaces=first).pk, channel="online")
        assert count_steps() == 1
        assert count_steps() == 0
    assert (tallied()["cornea_left"], tallied()["body_left"], tallied()["organs_left"]) == (2, 1, 2)


def test_a_tally_is_sealed_and_its_length_tells_nothing(ground: Ground) -> None:
    with on("2025-03-01"):
        many(ground, 1)
        register_wish(
            registration=form(ground.elsewhere, 1, content=gift(items=(Item.BODY,), purposes=BODY_USES)),
            actor=ground.person("stranger"),
        )
        count_steps()
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(content), content FROM registries_registrytally")
        rows = cursor.fetchall()
    assert len({length for length, _content in rows}) == 1
    assert len(rows) == 2
    assert not any(b"joined" in bytes(content) for _length, content in rows)


def test_a_year_is_published_when_it_is_over_and_never_again(ground: Ground) -> None:
    with on("2025-03-01"):
        many(ground, 7)
    with on("2025-12-31"):
        assert publish_years() == []
        assert not RegistryFigures.objects.exists()
    with on("2026-01-01"):
        assert publish_years() == [LAST]
        assert publish_years() == []
    assert shown()["organs_joined"] == {"whole": 7, "own": None}
    assert shown("330106")["organs_joined"] == {"whole": None}
    assert shown()["body_joined"]["whole"] is None
    assert "organs_left" not in shown("330106")
    before = list(RegistryFigures.objects.values_list("branch_id", "figures"))
    with on("2026-02-01"):
        withdraw_wish(wish_id=Wish.objects.unscoped("test").first().pk, channel="online")  # type: ignore[union-attr]
        publish_years()
    assert list(RegistryFigures.objects.values_list("branch_id", "figures")) == before


def test_a_step_of_a_published_year_that_was_late_counts_in_the_year_after(ground: Ground) -> None:
    with on("2025-03-01"):
        many(ground, 6)
    with on("2026-01-02"):
        publish_years()
    with on("2025-12-31"):
        # Written in the old year by a transaction that ended after the figures were published.
        many(ground, 6, first=10)
    with on("2027-01-02"):
        assert publish_years() == [2026]
    assert shown(year=2026)["organs_joined"]["whole"] == 6
    assert shown(year=2026)["organs_standing"]["whole"] is None


def test_destroying_who_withdrew_leaves_the_figures_right_even_if_nobody_had_counted(ground: Ground) -> None:
    with on("2025-03-01"):
        wishes = many(ground, 12)
    with on("2025-04-01"):
        for wish in wishes[:5]:
            withdraw_wish(wish_id=wish.pk, channel="online")
    with on("2025-06-01"):
        assert purge_registrants(Asked(today(), False, open_holds())).destroyed == 5
        assert Wish.objects.unscoped("test").filter(content__isnull=True).count() == 5
    with on("2026-01-02"):
        publish_years()
    figures = shown()
    assert figures["organs_joined"]["whole"] == 12
    assert figures["organs_left"] == {"whole": 5, "since": LAST}
    assert figures["organs_standing"]["whole"] == 7


def test_a_dry_run_of_retention_counts_nothing(ground: Ground) -> None:
    many(ground, 1)
    purge_registrants(Asked(today(), True, open_holds()))
    assert not CountedStep.objects.exists()


def test_who_left_and_who_stands_wait_until_those_who_left_are_five(ground: Ground) -> None:
    with on("2023-03-01"):
        wishes = many(ground, 20)
        withdraw_wish(wish_id=wishes[0].pk, channel="online")
    with on("2024-03-01"):
        many(ground, 6, first=30)
        for wish in wishes[1:5]:
            withdraw_wish(wish_id=wish.pk, channel="online")
    with on("2025-03-01"):
        many(ground, 8, first=40)
    with on("2026-01-02"):
        assert publish_years() == [2023, 2024, 2025]
    lines = [
        tuple(shown(year=year)[figure]["whole"] for figure in ("organs_joined", "organs_left", "organs_standing"))
        for year in (2023, 2024, 2025)
    ]
    assert lines == [(20, None, None), (6, 5, 21), (8, None, None)]
    assert shown(year=2024)["organs_left"]["since"] == 2023


def test_refusals_are_published_of_the_province_alone_from_five_on(ground: Ground) -> None:
    with on("2025-03-01"):
        for at in range(4):
            register_wish(registration=form(ground.branch, at, content=refusal()), actor=ground.person("clerk"))
    with on("2026-01-02"):
        publish_years()
    assert shown()["refused"] == {"whole": None}
    with on("2026-03-01"):
        for at in range(10, 15):
            register_wish(registration=form(ground.branch, at, content=refusal()), actor=ground.person("clerk"))
    with on("2027-01-02"):
        publish_years()
    assert shown(year=2026)["refused"] == {"whole": 5}
    assert all("refused" not in row.figures for row in RegistryFigures.objects.exclude(branch__code="33"))


def test_published_figures_and_counted_steps_cannot_be_changed(ground: Ground) -> None:
    with on("2025-03-01"):
        many(ground, 7)
    with on("2026-01-02"):
        publish_years()
    for statement in (
        "UPDATE registries_registryfigures SET year = 2024",
        "DELETE FROM registries_registryfigures",
        "DELETE FROM registries_countedstep",
        "UPDATE registries_registrytally SET year = 2024",
        "DELETE FROM registries_registrytally",
    ):
        with (
            pytest.raises(DatabaseError, match=r"append-only|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_what_is_published_is_a_public_record_that_the_log_holds_the_row_to(ground: Ground) -> None:
    with on("2025-03-01"):
        many(ground, 7)
    with on("2026-01-02"):
        publish_years()
    row = RegistryFigures.objects.get(branch__code="33")
    record = PublicRecord.objects.get(kind="registry_figures", object_id=row.pk)
    said = json.loads(record.record)
    assert said["figures"] == row.figures
    assert (said["branch"], said["year"]) == ("33", LAST)
    assert figures_today({row.pk: said}, "")[row.pk].body == said


def test_records_of_figures_hold_no_number_of_a_registration_and_nobody(ground: Ground) -> None:
    with on("2025-03-01"):
        wishes = many(ground, 7)
    with on("2026-01-02"):
        publish_years()
    texts = "".join(PublicRecord.objects.filter(kind="registry_figures").values_list("record", flat=True))
    assert not any(wish.number in texts for wish in wishes)
    assert "登记" not in texts


def test_true_numbers_are_seen_by_who_may_see_registrations_there_and_by_nobody_else(ground: Ground) -> None:
    many(ground, 2)
    register_wish(registration=form(ground.elsewhere, 5), actor=ground.person("stranger"))
    count_steps()
    year = today().year
    mine = true_figures(ground.person("head"), year)
    assert [(one.branch, one.figures["organs_joined"]["whole"]) for one in mine] == [(ground.branch, 2)]
    assert mine[0].figures["organs_standing"]["whole"] == 2
    assert [one.branch for one in true_figures(ground.person("province"), year)] == [ground.branch, ground.elsewhere]
    assert true_figures(ground.person("supervisor"), year) == []


def test_stem_cell_donors_are_counted_by_the_year_of_each_step_and_once_whatever_comes_after(ground: Ground) -> None:
    with on("2025-03-01"):
        for at in range(5):
            joined(ground, 50 + at)
    with on("2025-05-01"):
        brought(ground, "typed", 60)
    with on("2026-01-02"):
        publish_years()
    figures = shown()
    assert figures["marrow_enrolled"] == {"whole": 6, "own": None}
    assert figures["marrow_typed"]["whole"] is None
    assert figures["marrow_collected"]["whole"] is None


def test_gifts_are_counted_by_kind_in_the_year_in_which_a_unit_took_them_and_few_are_not_told(ground: Ground) -> None:
    with on("2024-12-31"):
        waiting = case_in(ground, "witnessed", kinds=("organ", "cornea"))
    with on("2025-03-01"):
        handed(ground, waiting)
        for _at in range(4):
            case_in(ground, "handed_over", kinds=("organ", "cornea"))
        not_taken = case_in(ground, "witnessed", kinds=("organ", "body"))
        handed(ground, not_taken, units={"organ": units(ground)["organ"].pk})
        case_in(ground, "unsuitable", kinds=("organ",))
    with on("2026-01-02"):
        publish_years()
    figures = shown()
    assert figures["organs_given"] == {"whole": 6, "own": None}
    assert figures["cornea_given"]["whole"] == 5
    assert figures["body_given"]["whole"] is None
    assert shown(year=2024)["organs_given"]["whole"] is None


def test_what_a_basic_unit_registers_counts_for_the_association_that_it_stands_under(ground: Ground) -> None:
    unit = branch_at("330106")
    assert unit.county_id == unit.pk
    many(ground, 1)
    count_steps()
    assert RegistryTally.objects.unscoped("test").get().branch == unit
