"""The database itself refuses what would break the books: to the application, and to the superuser as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

import ledger
from ledger.checks import all_checks
from ledger.choices import EntryKind
from ledger.models import Draw, Entry, Movement, PostingGroup
from ledger.services import money_holding, open_transit
from tests.ledger.ground import DAY, POSTED_AT, Ground
from tests.ledger.superuser import superuser

# Foreign keys of other tables would wait for the end.
AT_ONCE = "{}; SET CONSTRAINTS ALL IMMEDIATE"
FACTS = ("ledger_entry", "ledger_movement", "ledger_postinggroup", "ledger_account", "ledger_unit", "ledger_draw")
# Named columns, so that the refusal is about the change and not about the name.
CHANGES = [
    *(f"UPDATE {table} SET id = id" for table in FACTS),  # noqa: S608 -- the names above
    *(f"DELETE FROM {table}" for table in FACTS),  # noqa: S608 -- the names above
    *(f"TRUNCATE {table} CASCADE" for table in FACTS),
    "UPDATE ledger_accountbalance SET inflow_tail = inflow_tail + 1",
    "UPDATE ledger_accountbalance SET account_id = account_id",
    "DELETE FROM ledger_accountbalance",
    "TRUNCATE ledger_accountbalance",
    "INSERT INTO ledger_accountbalance SELECT id, 5, 0, 0 FROM ledger_account WHERE kind = 'world' LIMIT 1",
    "INSERT INTO ledger_draw (movement_id, account_id, in_from, out_from, quantity, destination_id)"
    " SELECT movement_id, account_id, 90, 90, 1, destination_id FROM ledger_draw LIMIT 1",
    "DELETE FROM ledger_fund",
    "UPDATE ledger_fund SET purpose = 'x', is_restricted = true",
    "DELETE FROM organizations_branch WHERE code = '330182'",
    "DELETE FROM accounts_user WHERE login = 'jia.clerk'",
]


def fill(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "100")
    ground.spend(fund, "40")


@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_changes_nothing_that_stands(ground: Ground, statement: str) -> None:
    fill(ground)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(AT_ONCE.format(statement))


def test_the_application_owns_nothing_and_may_not_change_the_ledger(ground: Ground) -> None:
    """PostgreSQL itself is asked: no power to go past triggers, no table of its own, no right to what stands."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,) * 5
        cursor.execute("SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole")
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT (SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole),"
            "       (SELECT count(*) FROM pg_proc WHERE proowner = current_user::regrole),"
            "       has_database_privilege(current_database(), 'CREATE'), has_schema_privilege('public', 'CREATE')"
        )
        assert cursor.fetchone() == (0, 0, False, False)
        for table in (*FACTS, "ledger_accountbalance"):
            for right in ("DELETE", "TRUNCATE", "TRIGGER", "REFERENCES", "UPDATE"):
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
                assert cursor.fetchone() == (False,), (table, right)
        for table in ("ledger_accountbalance", "ledger_draw"):
            cursor.execute("SELECT has_table_privilege(%s, 'INSERT')", [table])
            assert cursor.fetchone() == (False,), table


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "ALTER TABLE ledger_movement DISABLE TRIGGER ALL",
        "DROP TRIGGER append_only_row ON ledger_movement",
        "ALTER TABLE ledger_accountbalance DROP CONSTRAINT accountbalance_never_negative",
        "CREATE OR REPLACE FUNCTION ledger_movements_carry() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    ],
)
def test_the_application_cannot_switch_off_what_holds_it(ground: Ground, statement: str) -> None:
    refused = pytest.raises(DatabaseError, match=r"permission denied|must be owner")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nor_does_the_superuser(committed_ground: Ground) -> None:
    fill(committed_ground)
    for statement in CHANGES:
        with superuser() as cursor, pytest.raises(Exception, match=r"refused|referenced") as refused:
            cursor.execute(AT_ONCE.format(statement))
        assert refused.value.pgcode in ("23001", "23503"), statement  # restrict_violation, foreign_key_violation


def raw(ground: Ground, kind: str = EntryKind.AID, reverses_entry: Entry | None = None, **columns: Any) -> None:
    """Insert an entry with one movement, past every service."""
    serial = Entry.objects.unscoped("test").count() + 1
    group = PostingGroup.objects.create(
        idempotency_key=ground.key(), branch=ground.branches["330182"], entry_count=1, posted_at=POSTED_AT
    )
    entry = Entry.objects.create(
        **Entry.lineage_of(ground.branches["330182"]), number=f"raw-{serial}", year=2026,
        serial=1000 + serial, kind=kind, occurred_on=DAY, posted_at=POSTED_AT,
        made_by=ground.clerk, approved_by=ground.approver, document="x",
        idempotency_key=ground.key(), group=group, reverses=reverses_entry,
    )  # fmt: skip
    Movement.objects.create(entry=entry, line=1, unit=columns.pop("unit", ground.cny), **columns)


@contextmanager
def refused_by(constraint: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        yield
    assert refused.value.__cause__.diag.constraint_name == constraint


def test_an_outflow_leaves_no_gap_and_overlaps_none(ground: Ground) -> None:
    fund = ground.fund()
    holding = money_holding(fund)
    ground.gift(fund, "100")
    ground.spend(fund, "40")
    for place in ("0", "39.99", "40.01", "60"):
        with refused_by("movement_out_axis" if place == "0" else "movement_outflow_is_contiguous"):
            raw(ground, source=holding, destination=ground.world("bodies"), quantity=1, out_from=Decimal(place))


def test_an_inflow_leaves_no_gap_and_overlaps_none(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "100")
    for place in ("0", "99.99", "100.01"):
        with refused_by("movement_in_axis" if place == "0" else "movement_inflow_is_contiguous"):
            raw(
                ground, EntryKind.GIFT, source=ground.world("givers"), destination=money_holding(fund), quantity=1,
                in_from=Decimal(place),
            )  # fmt: skip


def test_nothing_is_spent_that_is_not_there(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "100")
    with refused_by("accountbalance_never_negative"):
        raw(ground, source=money_holding(fund), destination=ground.world("bodies"), quantity=101, out_from=0)


def test_a_movement_fits_its_accounts(ground: Ground) -> None:
    fund, quilts = ground.fund(), ground.goods()
    ground.gift(fund, "100")
    holding, givers = money_holding(fund), ground.world("givers")
    wrong = [
        {"source": ground.world("givers", quilts), "destination": holding, "in_from": 100},
        {"source": givers, "destination": holding, "in_from": 100, "unit": quilts},
        {"source": givers, "destination": holding, "in_from": None},
        {"source": givers, "destination": holding, "in_from": 100, "quantity": Decimal("0.001")},
        {"source": givers, "destination": holding, "in_from": 100, "out_from": 0},
        {"source": holding, "destination": ground.world("bodies"), "in_from": 0, "out_from": 0},
        {"source": holding, "destination": ground.world("bodies"), "out_from": None},
    ]
    for columns in wrong:
        with refused_by("movement_fits_its_accounts"):
            raw(ground, EntryKind.GIFT, **{"quantity": 1, **columns})


def test_a_closed_fund_takes_nothing_in(ground: Ground) -> None:
    later = ground.fund()
    closed = ground.fund(closed_on=DAY, successor=later)
    with refused_by("movement_fund_is_open"):
        raw(
            ground, EntryKind.GIFT, source=ground.world("givers"), destination=money_holding(closed), quantity=1,
            in_from=0,
        )  # fmt: skip


def test_what_leaves_transit_answers(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "100")
    sent, other = ground.send(fund, "10"), ground.send(fund, "10")
    for answers in (None, other):
        with refused_by("movement_answers_its_transfer"):
            raw(
                ground, EntryKind.TRANSFER_IN, source=sent.destination, destination=ground.world("losses"), quantity=1,
                out_from=0, answers=answers,
            )  # fmt: skip


def test_restricted_value_does_not_come_out_in_a_wider_fund(ground: Ground) -> None:
    """By SQL past the services: at once, on its way through a transit account, or through a fund as narrow."""
    flood, narrower = (ground.fund(is_restricted=True, purpose="抗洪", project=name) for name in ("", "示例项目"))
    daily, other = ground.fund(), ground.fund(is_restricted=True, purpose="助学")
    ground.gift(flood, "100")
    sent = ground.send(flood, "30")
    ground.accept(ground.send(flood, "20"), narrower, "20")
    for fund in (daily, other):
        with refused_by("movement_stays_narrow"):
            raw(
                ground, EntryKind.TRANSFER_IN, source=sent.destination, destination=money_holding(fund), quantity=30,
                out_from=0, in_from=0, answers=sent,
            )  # fmt: skip
        for source, place in ((flood, 50), (narrower, 0)):
            with refused_by("movement_stays_narrow"):
                raw(
                    ground, EntryKind.TRANSFER_BACK, source=money_holding(source), destination=money_holding(fund),
                    quantity=10, out_from=place, in_from=0,
                )  # fmt: skip


def test_a_reversal_goes_back_where_it_came_from_and_says_from_which_place(ground: Ground) -> None:
    fund, other = ground.fund(), ground.fund()
    ground.gift(fund, "100")
    paid = ground.only(ground.spend(fund, "40"))
    holding, outside = money_holding(fund), paid.destination
    wrong = [
        {"source": outside, "destination": money_holding(other), "in_from": 0, "back_from": 0},
        {"source": ground.world("bodies"), "destination": holding, "in_from": 100, "back_from": 0},
        {"source": outside, "destination": holding, "in_from": 100},
        {"source": outside, "destination": holding, "in_from": 100, "back_from": 31},
    ]
    for columns in wrong:
        with refused_by("movement_reversal_goes_back"):
            raw(ground, EntryKind.REVERSAL, paid.entry, quantity=10, reverses=paid, **columns)


def test_nothing_is_reversed_twice(ground: Ground) -> None:
    fund = ground.fund()
    ground.gift(fund, "100")
    paid = ground.spend(fund, "40")
    ground.reverse(paid, quantity=Decimal(30))
    movement = ground.only(paid)
    # More than is left; and the same part again though some is left.
    for quantity, place in ((11, 29), (5, 10)):
        with refused_by("movement_reversed_at_most_once"):
            raw(
                ground, EntryKind.REVERSAL, paid, source=movement.destination, destination=movement.source,
                quantity=quantity, in_from=130, back_from=place, reverses=movement,
            )  # fmt: skip


@pytest.mark.parametrize(("place", "quantity"), [(0, 10), (19, 5), (55, 10), (30, 10)])
def test_only_the_unspent_part_of_its_own_inflow_is_taken_out(ground: Ground, place: int, quantity: int) -> None:
    fund = ground.fund()
    gift = ground.gift(fund, "60")
    ground.gift(fund, "40")
    ground.spend(fund, "20")
    ground.reverse(gift, quantity=Decimal(25))
    # Spent [0, 20), taken out [35, 60).
    movement = ground.only(gift)
    with refused_by("movement_hole_is_unspent"):
        raw(
            ground, EntryKind.REVERSAL, gift, source=movement.destination, destination=movement.source,
            quantity=quantity, hole_from=place, reverses=movement,
        )  # fmt: skip


def test_a_reference_to_a_row_that_is_not_there_is_refused_at_once(ground: Ground) -> None:
    fund = ground.fund()
    transit = open_transit(transfer_key="x", fund=fund, unit=ground.cny)
    with pytest.raises(IntegrityError, match="names a row that is not there"), transaction.atomic():
        Movement.objects.create(
            entry_id=10**9, unit=ground.cny, source=ground.world("givers"), destination=transit, quantity=1, in_from=0
        )


def test_the_reverse_of_the_migration_runs(committed_db: str) -> None:
    """Down to nothing and up again, as the owner."""
    with superuser() as cursor:
        sql = Path(ledger.__file__).parent / "sql"
        for name in ("narrow.reverse", "draws.reverse", "references.reverse", "movements.reverse"):
            cursor.execute((sql / f"{name}.sql").read_text(encoding="utf-8"))
        cursor.execute(
            "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE c.relname LIKE 'ledger_%' AND NOT t.tgisinternal"
        )
        assert cursor.fetchone() == (0,)


def test_what_stood_before_the_migration_is_drawn_as_if_it_had_been_there(committed_ground: Ground) -> None:
    ground = committed_ground
    fund = ground.fund()
    ground.gift(fund, "100")
    ground.reverse(ground.gift(fund, "100"), quantity=Decimal(30))
    ground.spend(fund, "110")
    ground.reverse(ground.spend(fund, "20"))
    ground.reverse(ground.gift(fund, "5"))
    ground.spend(fund, "60")
    drawn = list(Draw.objects.order_by("in_from").values_list("movement_id", "in_from", "out_from", "quantity"))
    assert [(row[1], row[3]) for row in drawn] == [(0, 110), (110, 20), (130, 40), (200, 20)]
    with superuser(commit=True) as cursor:
        sql = Path(ledger.__file__).parent / "sql"
        cursor.execute((sql / "draws.reverse.sql").read_text(encoding="utf-8"))
        cursor.execute("DELETE FROM ledger_draw")
        cursor.execute((sql / "draws.sql").read_text(encoding="utf-8"))
    assert list(Draw.objects.order_by("in_from").values_list("movement_id", "in_from", "out_from", "quantity")) == drawn
    assert not any(all_checks().values())
