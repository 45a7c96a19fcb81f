"""A province's registrations, made up and sealed as the services seal them, written past them: only for measuring."""

from __future__ import annotations

import datetime
import json
import os
import random
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from bench.data import DIVISIONS
from core.clock import now, today
from core.identifiers import id_check_digit
from core.sealed import seal_into_many
from organizations.choices import BranchKind, Role
from organizations.models import Branch
from organizations.services import create_associations
from registries.choices import ConsentAct, ConsentSubject
from registries.choices.cases import CaseStatus, ExitReason, GiftKind, Notifier
from registries.choices.donors import DonorStatus
from registries.models import Case, CaseCoordinator, Consent, Donor, Registrant, Wish
from registries.services.consents import TEXT_VERSIONS
from tests.factories.people import make_person

BATCH_ROWS = 5_000
_CONTENT = json.dumps(
    {"stance": "donate", "items": ["all_organs", "cornea"], "purposes": ["transplant"], "executor_name": "示例执行人"},
    ensure_ascii=False,
)
SURNAMES = "赵钱孙李周吴郑王冯陈"


def make_associations() -> dict[str, User]:
    """The 102 associations; a coordinator of 杭州, one of the province with all below."""
    with open(os.devnull, "w") as nowhere:
        call_command("load_divisions", str(DIVISIONS), stdout=nowhere)
    create_associations(actor=None, on=today(), province_code="33")
    city, province = Branch.objects.get(code="3301"), Branch.objects.get(code="33")
    return {
        "city": make_person("bench.city", Role.REGISTRY_COORDINATOR, city),
        "province": make_person("bench.province", Role.REGISTRY_COORDINATOR, province, with_below=True),
    }


def make_seekers(count: int) -> list[User]:
    """So many coordinators of the province, each with all below."""
    province = Branch.objects.get(code="33")
    return [
        make_person(f"bench.seeker{at}", Role.REGISTRY_COORDINATOR, province, with_below=True) for at in range(count)
    ]


def document_at(at: int) -> str:
    """The made-up identity number of somebody: another for each number under 30,000,000."""
    born = datetime.date(1950, 1, 1) + datetime.timedelta(days=at // 1_000 % 18_000)
    first = f"3301{at // 18_000_000:02d}{born:%Y%m%d}{at % 1_000:03d}"
    return first + id_check_digit(first)


def phone_at(at: int) -> str:
    """The made-up telephone of somebody."""
    return f"1{3_000_000_000 + at}"


def number_at(at: int) -> str:
    """The number of somebody's wish."""
    return f"33-2026-Y{at:08d}"


def in_the_city(count: int) -> list[int]:
    """Which of so many people stand in 杭州's own association."""
    branches = _branches()
    return [at for at in range(count) if branches[at % len(branches)].code == "3301"]


def fill_people(count: int, *, first: int, maker: User) -> None:
    """So many registrants from a number on, with their consents; each tenth in 杭州's own association."""
    branches = _branches()
    for start in range(first, first + count, BATCH_ROWS):
        numbers = range(start, min(start + BATCH_ROWS, first + count))
        rows = [
            Registrant(
                **Registrant.lineage_of(branches[at % len(branches)]),
                number=f"33-2026-N{at:08d}",
                key=uuid.uuid4(),
                document_kind="id_card",
                created_by=maker,
                created_at=now(),
            )
            for at in numbers
        ]
        with transaction.atomic():
            seal_into_many(rows, "document", [document_at(at) for at in numbers])
            seal_into_many(rows, "name", [f"{SURNAMES[at % 10]}示例" for at in numbers])
            seal_into_many(rows, "phone", [phone_at(at) for at in numbers])
            seal_into_many(rows, "details", ['{"sex": "female", "born_on": "1970-01-15"}'] * len(rows))
            made = Registrant.objects.bulk_create(rows)
            Consent.objects.bulk_create(
                Consent(
                    registrant=one,
                    subject=subject,
                    act=ConsentAct.GIVEN,
                    text_version=TEXT_VERSIONS[subject],
                    channel="counter",
                    recorded_by=maker,
                    at=now(),
                )
                for one in made
                for subject in (ConsentSubject.REGISTRATION, ConsentSubject.SENSITIVE, ConsentSubject.CONTACT)
            )


def fill_wishes(count: int, *, maker: User) -> None:
    """A wish in force of each of the first registrants."""
    for people in _people(0, count):
        rows = [
            Wish(
                **_lineage(one),
                number=one.number.replace("N", "Y"),
                key=uuid.uuid4(),
                status="in_force",
                channel="counter",
                signed_on=today(),
                # All but each hundredth: few among many is what a list finds worst.
                handed_over_on=None if one.pk % 100 == 0 else today(),
                is_known_there=one.pk % 100 != 0,
                registered_by=maker,
                registered_at=now(),
            )
            for one in people
        ]
        with transaction.atomic():
            seal_into_many(rows, "registrant", [str(one.row_key) for one in people])
            seal_into_many(rows, "content", [_CONTENT] * len(rows))
            Wish.objects.bulk_create(rows)


def fill_donors(count: int, *, after: int, maker: User) -> None:
    """A stem-cell donor of each registrant from a number on, in the states in which they stand in life."""
    drawn = random.Random(7)  # noqa: S311 -- a benchmark
    for people in _people(after, count):
        rows = [_donor(one, drawn, maker) for one in people]
        with transaction.atomic():
            seal_into_many(rows, "registrant", [str(one.row_key) for one in people])
            seal_into_many(rows, "answers", ['{"infection": "no", "medicine": "no"}'] * len(rows))
            seal_into_many(rows, "kin", ['[{"name": "示例", "relation": "父母", "phone": "13900000000"}]'] * len(rows))
            Donor.objects.bulk_create(rows)


def _donor(person: Registrant, drawn: random.Random, maker: User) -> Donor:
    day = today() - datetime.timedelta(days=drawn.randrange(3_000))
    status = drawn.choices(list(_STATES), list(_STATES.values()))[0]
    soon = today() + datetime.timedelta(days=drawn.randrange(-60, 300))
    return Donor(
        **_lineage(person),
        number=person.number.replace("N", "D"),
        key=uuid.uuid4(),
        status=status,
        channel="counter",
        enrolled_on=day,
        sample_from=day + datetime.timedelta(days=7),
        ages_out_month=day.replace(day=1, year=day.year + drawn.randrange(8, 37)),
        stepped_on=day,
        typed_on=None if status == DonorStatus.ENROLLED else day,
        deferred_until=soon if drawn.random() < 0.02 else None,
        unreached_on=day if status == DonorStatus.LOST else None,
        follow_up_on=soon if status == DonorStatus.FOLLOW_UP else None,
        enrolled_by=maker,
        enrolled_at=now(),
        is_known_there=status not in (DonorStatus.ENROLLED, DonorStatus.SAMPLED),
        ended_at=now() if status == DonorStatus.WISH else None,
    )


# Of a hundred donors of a province: most wait in the library, a few are on their way, some are lost or have left.
_STATES = {
    DonorStatus.ENROLLED: 6,
    DonorStatus.SAMPLED: 2,
    DonorStatus.SENT: 3,
    DonorStatus.TYPED: 70,
    DonorStatus.MATCHED: 2,
    DonorStatus.REMOBILISING: 1,
    DonorStatus.LOST: 10,
    DonorStatus.FOLLOW_UP: 2,
    DonorStatus.WISH: 4,
}
_CONTACTS = """
    INSERT INTO registries_contact (row_key, branch_id, province_id, city_id, county_id, donor_id, reason, means,
        outcome, by_id, at)
    SELECT gen_random_uuid(), d.branch_id, d.province_id, d.city_id, d.county_id, d.id, 'upkeep', 'phone',
           (ARRAY['reached', 'no_answer', 'call_later'])[1 + n %% 3], %(maker)s,
           TIMESTAMPTZ '2020-01-01 00:00+08' + n * INTERVAL '1 minute'
      FROM generate_series(1, %(contacts)s) n
      JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM registries_donor) d ON d.place = n %% %(donors)s
     ORDER BY n
"""
# One open contact of each wish and each donor, over a year to both sides; most of them somebody's.
_DUE = """
    INSERT INTO registries_duecontact (key, branch_id, province_id, city_id, county_id, {field}_id, reason, due_on,
        coordinator_id, status)
    SELECT gen_random_uuid(), branch_id, province_id, city_id, county_id, id, '{reason}',
           %(day)s::date - 30 + (id %% 395)::int, CASE WHEN id %% 10 = 0 THEN NULL WHEN id %% 10 < 3 THEN %(maker)s
           ELSE %(other)s END, 'open'
      FROM registries_{field} WHERE ended_at IS NULL
"""


# A case begins with its notification; all but two of twenty have ended.
_ENDED = f"""
    UPDATE registries_case SET status = '{CaseStatus.UNSUITABLE}', exit_reason = '{ExitReason.MEDICAL}',
        ended_on = %s
     WHERE id %% 20 >= 2
"""


def fill_contacts(count: int, *, maker: User, other: User) -> None:
    """So many records of contacts with donors, and an open contact of each wish and donor; by the owner."""
    values = {
        "contacts": count,
        "donors": Donor.objects.unscoped("bench").count(),
        "maker": maker.pk,
        "other": other.pk,
        # The day in Shanghai: the server's own is another for eight hours of each day.
        "day": today(),
    }
    with _without_triggers() as cursor:
        cursor.execute(_CONTACTS, values)
        for field, reason in (("wish", "visit"), ("donor", "upkeep")):
            cursor.execute(_DUE.format(field=field, reason=reason), values)


@contextmanager
def _without_triggers() -> Iterator[Any]:
    """A cursor of the owner, for rows as many steps would have left them."""
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_SUPERUSER_URL"])._replace(path=f"/{name}").geturl()
    with closing(psycopg2.connect(url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor


def fill_cases(count: int, *, maker: User) -> None:
    """So many cases, two in twenty still open, each tenth with its coordinator, and in 杭州's own association."""
    branches = _branches()
    for start in range(0, count, BATCH_ROWS):
        rows = [_case(at, branches[at % len(branches)], maker) for at in range(start, min(start + BATCH_ROWS, count))]
        with transaction.atomic():
            made = Case.objects.bulk_create(rows)
            CaseCoordinator.objects.bulk_create(
                CaseCoordinator(case=one, person=maker, assigned_on=today(), assigned_by=maker, assigned_at=now())
                for one in made[::10]
            )
    with _without_triggers() as cursor:
        cursor.execute(_ENDED, [today()])


def _case(at: int, branch: Branch, maker: User) -> Case:
    return Case(
        **Case.lineage_of(branch),
        number=f"33-2026-C{at:08d}",
        key=uuid.uuid4(),
        kinds=[GiftKind.CORNEA],
        status=CaseStatus.NOTIFIED,
        notifier=Notifier.HOSPITAL,
        notified_on=today(),
        notified_by=maker,
        notified_at=now(),
    )


def analyse(*tables: str) -> None:
    """What the planner knows after a night's autovacuum."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def _branches() -> list[Branch]:
    counties = list(Branch.objects.filter(kind__in=[BranchKind.COUNTY, BranchKind.CITY]).order_by("code"))
    city = Branch.objects.get(code="3301")
    return [one for start in range(0, len(counties), 9) for one in (city, *counties[start : start + 9])]


def _lineage(one: Registrant) -> dict[str, int | None]:
    return {f"{level}_id": getattr(one, f"{level}_id") for level in ("branch", "province", "city", "county")}


def _people(after: int, count: int) -> Iterator[list[Registrant]]:
    """So many registrants, without what is sealed of them, after the first ones."""
    rows = Registrant.objects.unscoped("bench").defer("document", "name", "phone", "details").order_by("pk")
    last = rows.values_list("pk", flat=True)[after] - 1
    for start in range(0, count, BATCH_ROWS):
        people = list(rows.filter(pk__gt=last)[: min(BATCH_ROWS, count - start)])
        yield people
        last = people[-1].pk
