"""`registry_*`: finding somebody and the lists of the desk, on 300,000 wishes, 120,000 donors, 3,000,000 contacts.

Database time is what the client waits for the statements. What sealing costs is a list of fifty with its masked names,
each reading logged, less the same list without them, in one process.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import connection

from bench.context import Context, figure
from bench.donations_list import Statements
from bench.registries_data import (
    analyse,
    document_at,
    fill_cases,
    fill_contacts,
    fill_donors,
    fill_people,
    fill_wishes,
    in_the_city,
    make_associations,
    make_seekers,
    number_at,
    phone_at,
)
from organizations.models.grant import remember_grants
from registries.selectors.cases import CASE_TABS, case_counts, case_tabs, cases_for
from registries.selectors.contacts import contact_tabs, contacts_about, due_page
from registries.selectors.counts import registry_counts
from registries.selectors.donors import WORK_LISTS, Place, all_donors, work_counts, work_list
from registries.selectors.wishes import DEPARTED, PAGE_SIZE, WISH_TABS, wish_counts, wishes_for
from registries.services.counting import take_counts
from registries.services.departed import all_departed_wishes, departed_donors, departed_wishes
from registries.services.finding import find_people
from registries.services.reading import find_by_document, masked_names

if TYPE_CHECKING:
    from accounts.models import User

WISHES, DONORS, CONTACTS, CASES = 300_000, 120_000, 3_000_000, 20_000
# Fewer than somebody of the staff may look up within an hour, by so many of them: the slowest of a hundred is a figure
# of few only.
LOOK_UPS, SEEKERS, PAGES = 50, 8, 50
# By each of a document, a telephone and a number.
FINDS = 15
TABLES = ("registrant", "wish", "consent", "donor", "contact", "duecontact", "case", "casecoordinator")
LOOK_UP_GOAL_MS, LIST_GOAL_MS, SEALING_GOAL_MS = 5, 50, 20


def run(context: Context) -> list[dict[str, Any]]:
    """Fill, find, list."""
    with context.database("registries"):
        people, seekers = make_associations(), make_seekers(SEEKERS)
        fill_people(WISHES + DONORS, first=0, maker=people["city"])
        fill_wishes(WISHES, maker=people["city"])
        fill_donors(DONORS, after=WISHES, maker=people["city"])
        fill_contacts(CONTACTS, maker=people["city"], other=people["province"])
        fill_cases(CASES, maker=people["city"])
        analyse(*(f"registries_{one}" for one in TABLES))
        for one in (*people.values(), *seekers):
            # As in a request.
            remember_grants(one)
        return [
            *_look_ups(seekers), *_finds(people["city"]), *_lists(people), *_work_lists(people),
            *_counts_and_cases(people),
        ]  # fmt: skip


def _look_ups(seekers: list[User]) -> list[dict[str, Any]]:
    drawn = random.Random(7)  # noqa: S311 -- a benchmark
    times = []
    for at, whose in enumerate(drawn.sample(range(WISHES), LOOK_UPS * len(seekers))):
        document, reader = document_at(whose), seekers[at % len(seekers)]
        found, took = _timed(partial(find_by_document, document_kind="", document=document, actor=reader))
        assert len(found) == 1
        times.append(took)
    value = _p99(times)
    return [
        figure("registry_look_up", round(value, 2), "ms database time (p99)", rows=WISHES,
               goal=f"<= {LOOK_UP_GOAL_MS}", met=value <= LOOK_UP_GOAL_MS),
    ]  # fmt: skip


def _finds(reader: Any) -> list[dict[str, Any]]:
    """The box of whoever calls: by document, by telephone, by number; each with all that the person registered."""
    drawn = random.Random(11)  # noqa: S311 -- a benchmark
    forms = {"document": document_at, "phone": phone_at, "number": number_at}
    found, own = [], in_the_city(WISHES)
    for name, form in forms.items():
        times = []
        for at in drawn.sample(own, FINDS):
            call = partial(find_people, written=form(at), purpose="来电核对", actor=reader)
            answer, took = _timed(call)
            assert not answer.is_empty, name
            times.append(took)
        value = max(times)
        found.append(
            figure(f"registry_find_{name}", round(value, 2), "ms database time, the slowest", rows=WISHES + DONORS,
                   goal=f"<= {LIST_GOAL_MS}", met=value <= LIST_GOAL_MS)
        )  # fmt: skip
    return found


def _counts_and_cases(people: dict[str, Any]) -> list[dict[str, Any]]:
    """The page of counts, counting what it shows, and every list of cases with how much lies in each."""
    _counted, took = _timed(take_counts)
    found = [
        figure("registry_take_counts", round(took), "ms database time, every ten minutes in a worker",
               rows=WISHES + CONTACTS),
    ]  # fmt: skip
    for place, reader in people.items():
        slowest = {"counts_page": _timed(partial(registry_counts, reader))[1]}
        slowest |= {f"cases_{tab}": _timed(partial(cases_for, reader, tab))[1] for tab in CASE_TABS}
        slowest["cases_tabs"] = _timed(partial(case_tabs, reader))[1]
        slowest["cases_counts"] = _timed(partial(case_counts, reader))[1]
        for name, took in slowest.items():
            found.append(
                figure(f"registry_{name}_{place}", round(took, 2), "ms database time",
                       rows=CASES if name.startswith("cases") else WISHES + CONTACTS,
                       goal=f"<= {LIST_GOAL_MS}", met=took <= LIST_GOAL_MS)
            )  # fmt: skip
    return found


def _tab(reader: Any, tab: str) -> list[Any]:
    """A list as its page reads it."""
    return wishes_for(reader, tab, among=all_departed_wishes() if tab == DEPARTED else None)


def _lists(people: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for place, reader in people.items():
        first = wishes_for(reader, "in_force")
        pages: list[float] = []
        sealed: list[float] = []
        before = first[0].pk + 1
        for _page in range(PAGES):
            shown, took = _timed(lambda: wishes_for(reader, "in_force", before=before)[:PAGE_SIZE])  # noqa: B023
            _marked, marking = _timed(partial(departed_wishes, shown))
            began = time.perf_counter()
            assert all(masked_names(shown, reader=reader).values())
            sealed.append((time.perf_counter() - began) * 1000)
            pages.append(took + marking)
            before = shown[-1].pk
        slowest = max(_timed(partial(_tab, reader, tab))[1] for tab in WISH_TABS)
        _counts, counted = _timed(lambda: wish_counts(reader))  # noqa: B023
        page, names = _p99(pages), sorted(sealed)[len(sealed) // 2]
        found += [
            figure(f"registry_list_{place}", round(page, 2), "ms database time (p99)", rows=WISHES,
                   goal=f"<= {LIST_GOAL_MS}", met=page <= LIST_GOAL_MS),
            figure(f"registry_tabs_{place}", round(slowest, 2), "ms database time, the slowest list", rows=WISHES,
                   goal=f"<= {LIST_GOAL_MS}", met=slowest <= LIST_GOAL_MS),
            figure(f"registry_counts_{place}", round(counted, 2), "ms database time", rows=WISHES,
                   goal=f"<= {LIST_GOAL_MS}", met=counted <= LIST_GOAL_MS),
            figure(f"registry_sealing_{place}", round(names, 2), f"ms more for {PAGE_SIZE} names opened and logged",
                   rows=WISHES, goal=f"<= {SEALING_GOAL_MS}", met=names <= SEALING_GOAL_MS),
        ]  # fmt: skip
    return found


def _work_lists(people: dict[str, Any]) -> list[dict[str, Any]]:
    """Every list of work of donors and of contacts: its first page, its second, and how much lies in each."""
    found = []
    for place, reader in people.items():
        slowest = {}
        for name, kept in WORK_LISTS.items():
            rows, first = _timed(partial(_work_page, reader, name))
            after = Place(getattr(rows[-2], kept.day), rows[-2].pk) if len(rows) > PAGE_SIZE else None
            slowest[f"donors_{name}"] = max(first, _timed(partial(_work_page, reader, name, after))[1])
        slowest["donors_counts"] = _timed(partial(work_counts, reader))[1]
        for tab in contact_tabs(reader):
            slowest[f"contacts_{tab}"] = _timed(partial(due_page, reader, tab))[1]
        donor = all_donors(reader)[0]
        slowest["donor_contacts"] = _timed(partial(contacts_about, donor, "donor"))[1]
        for name, took in slowest.items():
            rows_of = CONTACTS if "contacts" in name else DONORS
            found.append(
                figure(f"registry_{name}_{place}", round(took, 2), "ms database time", rows=rows_of,
                       goal=f"<= {LIST_GOAL_MS}", met=took <= LIST_GOAL_MS)
            )  # fmt: skip
    return found


def _work_page(reader: Any, name: str, after: Place | None = None) -> list[Any]:
    """A page of a list of donors as it is shown, with the mark of who died."""
    rows = work_list(reader, name, after=after)
    departed_donors(rows[:PAGE_SIZE])
    return rows


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    seen = Statements()
    with connection.execute_wrapper(seen):
        answer = call()
    return answer, seen.milliseconds


def _p99(times: list[float]) -> float:
    return sorted(times)[max(0, int(len(times) * 0.99) - 1)]
