"""A small ground for the tests of statements: that of spending, with bank and platform accounts."""

from __future__ import annotations

import datetime
import io
import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from core.progress import NoProgress
from donations.models import Batch, Donation, StagedGift
from donations.services.batches import approve_batch, open_counter_batch, submit_batch
from donations.services.posting import post_batch
from donations.services.rows import add_row
from ledger.models import Fund
from organizations.models import Branch
from reconciliation.models import DepositAccount, Statement, StatementLine
from reconciliation.services.accounts import AccountDraft, open_account
from reconciliation.services.reading import read_statement
from reconciliation.services.statements import open_statement
from tests.spending.ground import Ground as SpendingGround
from tests.spending.ground import make_ground as make_spending_ground
from tests.standing import Standing

CODE = "330182"
OPENED = datetime.date(2025, 12, 31)
STATEMENTS = Path(os.environ.get("SHARED_DATA", "../shared/data")) / "statements"
needs_statements = pytest.mark.skipif(
    not STATEMENTS.is_dir(), reason="the statements in SHARED_DATA are not on this machine"
)


@dataclass
class Ground:
    """Jiande with its people, its fund and an account at a bank."""

    base: SpendingGround
    account: DepositAccount

    @property
    def branch(self) -> Branch:
        """The county."""
        return self.base.branches[CODE]

    @property
    def fund(self) -> Fund:
        """Its default fund."""
        return self.base.fund(CODE)

    @property
    def clerk(self) -> User:
        """Who brings statements in."""
        return self.base.person(f"{CODE}.clerk")

    @property
    def approver(self) -> User:
        """Who approves batches and confirms sheets."""
        return self.base.person(f"{CODE}.approver")

    def open_account(self, **over: Any) -> DepositAccount:
        """Another account."""
        values: dict[str, Any] = {
            "kind": "bank", "name": "示例基本户", "institution": "示例工商银行", "number": "6222 0000 0000 9876",
            "opened_on": OPENED, "opening_balance": Decimal(0), **over,
        }  # fmt: skip
        return open_account(branch=self.branch, draft=AccountDraft(**values), actor=self.clerk)

    def bring(self, content: bytes, name: str = "流水.csv", account: DepositAccount | None = None) -> Statement:
        """Bring a statement in without reading it."""
        source = io.BytesIO(content)
        return open_statement(source=source, filename=name, account=account or self.account, actor=self.clerk)

    def read(self, content: bytes, name: str = "流水.csv", account: DepositAccount | None = None) -> Statement:
        """Bring a statement in and read it."""
        return self.again(self.bring(content, name, account))

    def again(self, statement: Statement) -> Statement:
        """Read a statement that is in READING."""
        return read_statement(statement_id=statement.pk, job=NoProgress())

    def lines(self, statement: Statement) -> list[StatementLine]:
        """Its lines as they stand."""
        return list(StatementLine.objects.filter(statement=statement).order_by("seq"))

    def fresh(self, statement: Statement) -> Statement:
        """A statement as it stands."""
        return Statement.objects.unscoped("test").get(pk=statement.pk)

    def post(self, batch: Batch) -> Batch:
        """Submit, approve and post a batch."""
        submit_batch(batch_id=batch.pk, actor=self.clerk)
        approve_batch(batch_id=batch.pk, actor=self.approver, queue=False)
        return post_batch(batch_id=batch.pk, job=NoProgress())

    def gifts(self, batch: Batch) -> list[Donation]:
        """The posted gifts of a batch."""
        return list(Donation.objects.unscoped("test").filter(batch=batch).order_by("row_number"))

    def rows(self, batch: Batch) -> list[StagedGift]:
        """The rows of a batch."""
        return list(StagedGift.objects.filter(batch=batch).order_by("row_number"))

    def posted(self, *gifts: tuple[str, str, str], reference: str = "") -> list[Donation]:
        """Gifts of (giver, amount, day) that stand in the books already."""
        rows = [
            {"donor": donor, "amount": amount, "received_on": day, "reference": reference}
            for donor, amount, day in gifts
        ]
        return post_rows(self, rows)


def post_rows(ground: Ground, rows: list[dict[str, str]]) -> list[Donation]:
    """Post gifts through the counter."""
    batch = open_counter_batch(branch=ground.branch, fund=ground.fund, actor=ground.clerk)
    for row in rows:
        add_row(batch_id=batch.pk, typed=row, actor=ground.clerk)
    StagedGift.objects.filter(batch=batch).exclude(duplicate_of="").update(duplicate_decision="keep")
    return ground.gifts(ground.post(batch))


def make_ground() -> Ground:
    """Make the ground of spending, its fund, and an account at a bank that began empty."""
    base = make_spending_ground()
    base.fund(CODE)
    ground = Ground(base, None)  # type: ignore[arg-type]
    ground.account = ground.open_account()
    return ground


STANDING = Standing("reconciliation", make_ground)
