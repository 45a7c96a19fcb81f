"""A small ground for the ledger's tests: branches, funds and people that can post."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction

from accounts.models import User
from core.clock import today
from core.outbox import write_record
from ledger.choices import EntryKind, UnitKind, WorldParty
from ledger.models import CNY, Account, AccountBalance, Entry, Fund, Movement, Unit
from ledger.services import (
    EntryDraft,
    MovementDraft,
    PostedBlock,
    money_holding,
    open_holding,
    open_transit,
    post_entry,
    post_prepared,
    reverse_entry,
    world_account,
)
from organizations.choices import SiteKind
from organizations.models import Branch, Site
from tests.factories.people import make_person, make_province
from tests.standing import Standing

POSTED_AT = datetime.datetime(2026, 3, 1, 4, 0, tzinfo=datetime.UTC)
DAY = datetime.date(2026, 3, 1)


@dataclass
class Ground:
    """What the tests stand on."""

    branches: dict[str, Branch]
    clerk: User
    approver: User
    cny: Unit
    # Whether all checks must hold at the end (tests that break the books on purpose say no).
    ends_in_order: bool = True
    used_keys: int = 0

    def fund(self, branch_code: str = "330182", **over: object) -> Fund:
        """A fund of a branch, unrestricted unless `over` says otherwise."""
        branch = self.branches[branch_code]
        code = f"{branch_code}-F{Fund.objects.filter(branch=branch).count() + 1}"
        fields: dict[str, object] = {"code": code, "name": f"示例资金池{code}", "opened_on": DAY, **over}
        return Fund.objects.create(branch=branch, **fields)  # type: ignore[misc]

    def key(self) -> str:
        """A key not used before."""
        self.used_keys += 1
        return f"test:{self.used_keys}"

    def give(self, fund: Fund, *amounts: str, key: str = "") -> PostedBlock:
        """Post money gifts into a fund as one block."""
        with transaction.atomic():
            prepare(
                [
                    (world_account(WorldParty.GIVERS, self.cny), money_holding(fund), Decimal(a), self.key())
                    for a in amounts
                ]
            )
            block = post_prepared(
                relation="prepared",
                key=key or self.key(),
                branch=fund.branch,
                kind=EntryKind.GIFT,
                maker_id=self.clerk.pk,
                approver_id=self.approver.pk,
                posted_at=POSTED_AT,
            )
            write_records(block)
            return block

    def post(self, kind: str, *movements: MovementDraft, branch: Branch | None = None, **over: object) -> Entry:
        """Post one entry by the clerk and the approver."""
        fields: dict[str, object] = {
            "branch": branch or next(m.branch for d in movements for m in (d.source, d.destination) if m.branch),
            "kind": kind,
            "occurred_on": min(DAY, today()),
            "made_by": self.clerk,
            "approved_by": self.approver,
            "document": "示例凭证",
            "key": self.key(),
            "movements": movements,
            **over,
        }
        return post_entry(draft=EntryDraft(**fields))  # type: ignore[arg-type]

    def gift(self, fund: Fund, amount: str, **over: object) -> Entry:
        """Post one money gift."""
        return self.post(EntryKind.GIFT, self.move(self.world("givers"), money_holding(fund), amount), **over)

    def spend(self, fund: Fund, amount: str, **over: object) -> Entry:
        """Post an aid payment out of a fund."""
        return self.post(EntryKind.AID, self.move(money_holding(fund), self.world("beneficiaries"), amount), **over)

    def send(self, fund: Fund, amount: str, key: str = "") -> Movement:
        """Send money out of a fund into a transit account of its own; returns the movement."""
        transit = open_transit(transfer_key=key or self.key(), fund=fund, unit=self.cny)
        return self.only(self.post(EntryKind.TRANSFER_OUT, self.move(money_holding(fund), transit, amount)))

    def accept(self, sent: Movement, fund: Fund, amount: str) -> Movement:
        """Accept what was sent, wholly or in part, into a fund."""
        return self.only(
            self.post(
                EntryKind.TRANSFER_IN,
                self.move(sent.destination, money_holding(fund), amount, answers=sent),
                branch=fund.branch,
            )
        )

    def send_back(self, sent: Movement, amount: str, fund: Fund | None = None) -> Movement:
        """Send back what was sent, wholly or in part."""
        home = money_holding(fund or sent.source.fund)
        return self.only(
            self.post(
                EntryKind.TRANSFER_BACK, self.move(sent.destination, home, amount, answers=sent), branch=home.branch
            )
        )

    def reverse(self, entry: Entry, **over: object) -> Entry:
        """Reverse an entry by the clerk and the approver."""
        fields: dict[str, object] = {
            "made_by": self.clerk,
            "approved_by": self.approver,
            "occurred_on": min(DAY, today()),
            "document": "示例更正单",
            "key": self.key(),
            **over,
        }
        return reverse_entry(entry=entry, **fields)  # type: ignore[arg-type]

    def move(self, source: Account, destination: Account, quantity: str, **over: object) -> MovementDraft:
        """A movement to post."""
        return MovementDraft(source, destination, Decimal(quantity), **over)  # type: ignore[arg-type]

    def only(self, entry: Entry) -> Movement:
        """The one movement of an entry."""
        return Movement.objects.select_related("source__fund", "destination__fund").get(entry=entry)

    def world(self, party: str, unit: Unit | None = None) -> Account:
        """A world account."""
        return world_account(party, unit or self.cny)

    def goods(self, name: str = "示例棉被", places: int = 0) -> Unit:
        """A unit of goods."""
        return Unit.objects.create(
            code=f"G{Unit.objects.count()}", kind=UnitKind.GOODS, name=name, measure="床", decimal_places=places
        )

    def stock(self, fund: Fund, unit: Unit) -> Account:
        """The account that holds goods of a fund in the branch's warehouse."""
        site, _made = Site.objects.get_or_create(
            branch=fund.branch, name="示例仓库", defaults={"kind": SiteKind.WAREHOUSE, "valid_from": DAY}
        )
        return open_holding(branch=fund.branch, fund=fund, unit=unit, site=site)

    def balance(self, account: Account) -> Decimal:
        """What an account holds."""
        row = AccountBalance.objects.get(account=account)
        return row.inflow_tail - row.outflow_tail - row.removed_total

    def money(self, fund: Fund) -> Decimal:
        """The yuan of a fund."""
        return self.balance(money_holding(fund))


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


STANDING = Standing("ledger", make_ground)


def write_records(block: PostedBlock) -> None:
    """The public records of a block, which are the caller's to write."""
    for entry in Entry.objects.unscoped("test").filter(group_id=block.group_id):
        write_record(kind="gift", subject=entry.number, object_id=entry.pk, branch_code="330182", body={"kind": "gift"})


def prepare(rows: list[tuple[Account, Account, Decimal, str]], relation: str = "prepared") -> None:
    """Make the temporary table that `post_prepared` reads."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {relation}")
        cursor.execute(
            f"CREATE TEMP TABLE {relation} (seq bigint, entry_id bigint, source_id bigint, destination_id bigint,"
            " unit_id bigint, quantity numeric, occurred_on date, document text, idempotency_key text) ON COMMIT DROP"
        )
        cursor.executemany(
            f"INSERT INTO {relation} VALUES"  # noqa: S608 -- the test's own name
            " (%s, nextval('ledger_entry_id_seq'), %s, %s, %s, %s, %s, '示例名单', %s)",
            [
                (seq, source.pk, target.pk, target.unit_id, quantity, DAY, key)
                for seq, (source, target, quantity, key) in enumerate(rows, start=1)
            ],
        )
