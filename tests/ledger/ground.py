"""A small ground for the ledger's tests: branches, funds and people that can post."""

import datetime
import itertools
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection, transaction

from accounts.models import User
from ledger.choices import EntryKind, WorldParty
from ledger.models import CNY, Account, Fund, Unit
from ledger.services import PostedBlock, money_holding, post_prepared, world_account
from organizations.models import Branch
from tests.factories.people import make_person, make_province

POSTED_AT = datetime.datetime(2026, 3, 1, 4, 0, tzinfo=datetime.UTC)
DAY = datetime.date(2026, 3, 1)


@dataclass
class Ground:
    """What the tests stand on."""

    branches: dict[str, Branch]
    clerk: User
    approver: User
    cny: Unit
    keys: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def fund(self, branch_code: str = "330182", **over: object) -> Fund:
        """A fund of a branch, unrestricted unless `over` says otherwise."""
        branch = self.branches[branch_code]
        code = f"{branch_code}-F{Fund.objects.filter(branch=branch).count() + 1}"
        fields: dict[str, object] = {"code": code, "name": f"示例资金池{code}", "opened_on": DAY, **over}
        return Fund.objects.create(branch=branch, **fields)  # type: ignore[misc]

    def key(self) -> str:
        """A key not used before."""
        return f"test:{next(self.keys)}"

    def give(self, fund: Fund, *amounts: str, key: str = "") -> PostedBlock:
        """Post money gifts into a fund as one block."""
        with transaction.atomic():
            prepare(
                [(world_account(WorldParty.GIVERS, self.cny), money_holding(fund), Decimal(a), self.key()) for a in amounts]
            )
            return post_prepared(
                relation="prepared",
                key=key or self.key(),
                branch=fund.branch,
                kind=EntryKind.GIFT,
                maker_id=self.clerk.pk,
                approver_id=self.approver.pk,
                posted_at=POSTED_AT,
            )


def make_ground() -> Ground:
    """Make the small province with a clerk and an approver in Jiande."""
    branches = make_province()
    jiande = branches["330182"]
    return Ground(
        branches=branches,
        clerk=make_person("jia.clerk", "clerk", jiande),
        approver=make_person("yi.approver", "approver", jiande),
        cny=Unit.objects.get(code=CNY),
    )


def prepare(rows: list[tuple[Account, Account, Decimal, str]], relation: str = "prepared") -> None:
    """Make the temporary table that `post_prepared` reads."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {relation}")
        cursor.execute(
            f"CREATE TEMP TABLE {relation} (seq bigint, entry_id bigint, source_id bigint, destination_id bigint,"
            " unit_id bigint, quantity numeric, occurred_on date, document text, idempotency_key text) ON COMMIT DROP"
        )
        cursor.executemany(
            f"INSERT INTO {relation} VALUES (%s, nextval('ledger_entry_id_seq'), %s, %s, %s, %s, %s, '示例名单', %s)",
            [
                (seq, source.pk, target.pk, target.unit_id, quantity, DAY, key)
                for seq, (source, target, quantity, key) in enumerate(rows, start=1)
            ],
        )
