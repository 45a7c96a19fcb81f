"""A province's registrations, made up and sealed as the services seal them, written past them: only for measuring."""

from __future__ import annotations

import datetime
import json
import os
import uuid
from collections.abc import Iterator

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
from registries.models import Consent, Registrant, Wish
from registries.services.consents import TEXT_VERSIONS
from tests.factories.people import make_person

BATCH_ROWS = 5_000
_CONTENT = json.dumps(
    {"stance": "donate", "items": ["all_organs", "cornea"], "purposes": ["transplant"], "executor_name": "示例执行人"},
    ensure_ascii=False,
)
_SURNAMES = "赵钱孙李周吴郑王冯陈"


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


def document_at(at: int) -> str:
    """The made-up identity number of somebody: another for each number under 30,000,000."""
    born = datetime.date(1950, 1, 1) + datetime.timedelta(days=at // 1_000 % 18_000)
    first = f"3301{at // 18_000_000:02d}{born:%Y%m%d}{at % 1_000:03d}"
    return first + id_check_digit(first)


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
            seal_into_many(rows, "name", [f"{_SURNAMES[at % 10]}示例" for at in numbers])
            seal_into_many(rows, "phone", [f"1{3_000_000_000 + at}" for at in numbers])
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


def fill_wishes(*, maker: User) -> None:
    """A wish in force of each registrant."""
    for people in _all_people():
        rows = [
            Wish(
                branch_id=one.branch_id,
                province_id=one.province_id,
                city_id=one.city_id,
                county_id=one.county_id,
                number=one.number.replace("N", "Y"),
                key=uuid.uuid4(),
                status="in_force",
                channel="counter",
                signed_on=today(),
                registered_by=maker,
                registered_at=now(),
            )
            for one in people
        ]
        with transaction.atomic():
            seal_into_many(rows, "registrant", [str(one.row_key) for one in people])
            seal_into_many(rows, "content", [_CONTENT] * len(rows))
            Wish.objects.bulk_create(rows)


def analyse(*tables: str) -> None:
    """What the planner knows after a night's autovacuum."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ANALYZE {table}")


def _branches() -> list[Branch]:
    counties = list(Branch.objects.filter(kind__in=[BranchKind.COUNTY, BranchKind.CITY]).order_by("code"))
    city = Branch.objects.get(code="3301")
    return [one for start in range(0, len(counties), 9) for one in (city, *counties[start : start + 9])]


def _all_people() -> Iterator[list[Registrant]]:
    last = 0
    rows = Registrant.objects.unscoped("bench").defer("document", "name", "phone", "details")
    while people := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH_ROWS]):
        yield people
        last = people[-1].pk
