"""verify_rows finds whatever was changed in a posted row since its record was written, and says where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models

from core.canonical import canonical_bytes, commitment, leaf_hash
from core.crypto import seal
from core.models import PublicRecord
from core.models.outbox import LONGEST_RECORD_BYTES, SALT_FIELD
from core.outbox import RecordTooLong, write_record
from donations.choices import NameChoice
from donations.models import Donation
from donations.services.names import choose_own_name
from ledger.models import Entry, Movement
from spending.models import Payment
from tests import databases
from tests.transparency.ground import place_all
from tests.transparency.other_hands import REPLICA, columns_of, drop_checks, other_value
from tests.transparency.use_ground import UseGround, make_use_ground
from transparency.models import LogLeaf
from transparency.services import verifying_rows
from transparency.services.verifying_rows import verify_rows

# Columns that are no part of what was posted: the key of the row, and what the giver may change at any time. A display
# that does not follow from the choice is found; a choice with a display that follows from it is the giver's right.
FREE = {"id"}
# Changed by a step that the row may still take (`reversed`), held by spending.checks.
FREE_OF_PAYMENT = FREE | {"status"}


@pytest.fixture(scope="module")
def posted(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Gifts, payments, a transfer, a refund and a reversal, all in the log; CHECKs dropped, as a superuser can."""
    with django_db_blocker.unblock(), databases.copy_of_template(f"{databases.PREFIX}_rows") as name:
        _post(make_use_ground())
        place_all()
        drop_checks(name, Donation, Entry, Movement, Payment, PublicRecord)
        yield name


def _post(ground: UseGround) -> None:
    gifts = ground.gifts
    gifts.give("330182", "100.00", on="2026-10-03", posted="2026-10-04", donor="虚构甲乙")
    gifts.give("330182", "250.50", on="2026-10-03", posted="2026-10-04", donor="虚构示例有限公司")
    gifts.give("330182", "9.00", on="2026-10-03", posted="2026-10-04", donor="虚构丙丁", choice=NameChoice.ANONYMOUS)
    taken = gifts.give("330182", "60.00", on="2026-10-05", posted="2026-10-05", donor="虚构戊己")
    gifts.reverse(taken, on="2026-10-06")
    ground.pay("330182", "20.00", on="2026-10-07")
    ground.pay(
        "330182", "5.00", on="2026-10-08", kind="aid", payee_kind="person", payee_name="", payee_person="示例甲乙",
        payee_account="虚构9", helped_count=1,
    )  # fmt: skip


def _row_of(table: str, kind: str) -> str:
    where = {
        "donations_donation": "donations_donation WHERE donor_name = '虚构甲乙'",
        "ledger_entry": f"ledger_entry WHERE kind = '{kind}'",
        "ledger_movement": f"ledger_movement WHERE entry_id IN (SELECT id FROM ledger_entry WHERE kind = '{kind}')",  # noqa: S608 -- literals
        "spending_payment": f"spending_payment WHERE kind = '{kind}'",
    }[table]
    return f"SELECT id FROM {where} ORDER BY id LIMIT 1"  # noqa: S608 -- literals above


CASES = [
    *((Donation, column, "") for column in columns_of(Donation, FREE)),
    *((Entry, column, kind) for kind in ("gift", "reversal") for column in columns_of(Entry, FREE)),
    *((Movement, column, kind) for kind in ("gift", "reversal", "aid") for column in columns_of(Movement, FREE)),
    *((Payment, column, "aid") for column in columns_of(Payment, FREE_OF_PAYMENT)),
]


@pytest.mark.parametrize(("model", "column", "kind"), CASES, ids=lambda value: getattr(value, "__name__", value))
def test_each_column_of_a_posted_row_changed_by_other_hands_is_found_and_named(
    model: type[models.Model], column: str, kind: str, posted: str, django_db_blocker: Any
) -> None:
    table = model._meta.db_table
    field = next(one for one in model._meta.local_concrete_fields if one.column == column)
    with django_db_blocker.unblock():
        row, old = _first(f"SELECT id, {column}::text FROM {table} WHERE id = ({_row_of(table, kind)})")  # noqa: S608
        cast = _first(f"SELECT pg_typeof({column})::text FROM {table} WHERE id = {row}")[0]  # noqa: S608
        subject, index = _subject(table, row)
        update = f"UPDATE {table} SET {column} = {{}} WHERE id = {row}"  # noqa: S608
        databases.as_superuser(REPLICA, update.format(other_value(field, column)), database=posted)
        try:
            problems = [one for one in verify_rows().problems if one["check"] != "record_misfiled"]
        finally:
            back = "NULL" if old is None else "'" + old.replace("'", "''") + "'::" + cast
            databases.as_superuser(REPLICA, update.format(back), database=posted)
        assert problems, f"{table}.{column} was changed and nobody saw it"
        assert {one["index"] for one in problems} >= {index}
        assert subject in {one["subject"] for one in problems}
        assert {one["check"] for one in problems} <= {"row_public_differs", "row_private_differs", "row_missing"}


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_wrong_before_and_after(posted: str, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        assert verify_rows().problems == []
    yield
    with django_db_blocker.unblock():
        assert verify_rows().problems == []


def _first(statement: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return tuple(cursor.fetchone())


def _subject(table: str, row: int) -> tuple[str, int]:
    """The record that speaks of a row: its subject and its place."""
    if table == "spending_payment":
        record = PublicRecord.objects.get(kind="payment", object_id=row)
    else:
        entry_id = row
        if table == "donations_donation":
            entry_id = Donation.objects.unscoped("test").get(pk=row).entry_id
        if table == "ledger_movement":
            entry_id = Movement.objects.get(pk=row).entry_id
        record = PublicRecord.objects.get(kind__in=["gift", "entry"], object_id=entry_id)
    return record.subject, LogLeaf.objects.get(record=record).index


@pytest.mark.parametrize(
    ("column", "value"),
    [("kind", "'entry'"), ("subject", "'330182-2026-00009999'"), ("branch_code", "'33'"),
     ("created_at", "created_at + interval '1 day'"), ("object_id", "object_id + 100000"),
     ("sealed_salt", "sealed_salt || '\\x00'::bytea")],
)  # fmt: skip
def test_a_column_of_the_outbox_changed_by_other_hands_is_found(
    column: str, value: str, posted: str, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        record = PublicRecord.objects.filter(kind="gift").earliest("pk")
        index = LogLeaf.objects.get(record=record).index
        keep = f"CREATE TABLE kept AS SELECT id, {column} AS v FROM core_publicrecord WHERE id = {record.pk}"  # noqa: S608
        change = f"UPDATE core_publicrecord SET {column} = {value} WHERE id = {record.pk}"  # noqa: S608
        back = f"UPDATE core_publicrecord r SET {column} = kept.v FROM kept WHERE kept.id = r.id"  # noqa: S608
        databases.as_superuser(REPLICA, keep, change, database=posted)
        try:
            problems = verify_rows().problems
        finally:
            databases.as_superuser(REPLICA, back, "DROP TABLE kept", database=posted)
        assert index in {one["index"] for one in problems}


def test_hiding_a_name_later_breaks_no_proof(posted: str, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        company = Donation.objects.unscoped("test").get(donor_name="虚构示例有限公司")
        person = Donation.objects.unscoped("test").get(donor_name="虚构甲乙")
        for gift, choice in ((company, "anonymous"), (person, "real"), (person, "anonymous")):
            before = gift.name_choice
            choose_own_name(donation=gift, choice=choice)
            assert verify_rows().problems == []
            choose_own_name(donation=gift, choice=before)
        assert verify_rows().problems == []


def test_whose_salt_was_destroyed_is_skipped_and_said_to_be(posted: str, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        record = PublicRecord.objects.filter(kind="gift").earliest("pk")
        salt = record.sealed_salt
        assert verify_rows().skipped == {}
        PublicRecord.objects.filter(pk=record.pk).update(sealed_salt=None)
        found = verify_rows()
        assert (found.problems, found.skipped) == ([], {"forgotten": 1})
        hexed = bytes(salt or b"").hex()
        databases.as_superuser(
            REPLICA,
            f"UPDATE core_publicrecord SET sealed_salt = '\\x{hexed}' WHERE id = {record.pk}",  # noqa: S608
            database=posted,
        )


def test_a_payee_who_was_taken_away_is_found(posted: str, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        payment = Payment.objects.unscoped("test").get(kind="aid")
        sealed = bytes(payment.payee_person or b"").hex()
        change = f"UPDATE spending_payment SET payee_person = {{}} WHERE id = {payment.pk}"  # noqa: S608
        databases.as_superuser(REPLICA, change.format("NULL"), database=posted)
        problems = verify_rows().problems
        databases.as_superuser(REPLICA, change.format(f"'\\x{sealed}'"), database=posted)
        assert [(one["subject"], one["fields"]) for one in problems] == [(payment.number, ["payee_commitment"])]


@pytest.mark.parametrize("chunk", [1, 3])
def test_records_are_compared_in_chunks(
    chunk: int, posted: str, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying_rows, "CHUNK", chunk)
    with django_db_blocker.unblock():
        found = verify_rows()
        assert (found.checked, found.problems) == (LogLeaf.objects.count(), [])


def test_the_command_names_record_gift_and_part(posted: str, django_db_blocker: Any) -> None:
    change = "UPDATE donations_donation SET {} WHERE donor_name = '虚构甲乙'"
    with django_db_blocker.unblock():
        gift = Donation.objects.unscoped("test").get(donor_name="虚构甲乙")
        for statement, back, check, fields in (
            ("amount = 1000", "amount = 100", "row_public_differs", ["amount", "movement.quantity"]),
            ("remark = '改'", "remark = ''", "row_private_differs", ["private_digest"]),
        ):
            databases.as_superuser(REPLICA, change.format(statement), database=posted)
            said = StringIO()
            with pytest.raises(SystemExit) as ended:
                call_command("verify_log", json=True, stdout=said)
            databases.as_superuser(REPLICA, change.format(back), database=posted)
            assert ended.value.code == 1
            answer = json.loads(said.getvalue())
            assert answer["skipped"] == {}
            own = [one for one in answer["problems"] if one["check"] == check]
            assert [(one["subject"], one["kind"], one["fields"]) for one in own] == [(gift.number, "gift", fields)]


def test_a_record_of_a_first_schema_stays_valid(posted: str, django_db_blocker: Any) -> None:
    """Records written before the private digests covered the whole row: what they cover is still compared."""
    with django_db_blocker.unblock():
        gift = Donation.objects.unscoped("test").get(donor_name="虚构丙丁")
        record = PublicRecord.objects.get(kind="gift", object_id=gift.entry_id)
        salt = bytes(16)
        said = json.loads(record.record)
        private = {
            "channel": gift.channel,
            "donor": gift.donor_name,
            "reference": gift.reference,
            "remark": gift.remark,
        }
        said |= {
            "schema": "gift/1",
            "donor_commitment": commitment(salt, gift.donor_name),
            "private_digest": commitment(salt, canonical_bytes(private).decode()),
        }
        text = canonical_bytes(said).decode()
        sealed = seal(salt, field=SALT_FIELD, row=record.uuid, purpose="salts")
        write = "UPDATE core_publicrecord SET record = '{}', leaf_hash = '\\x{}', sealed_salt = '\\x{}' WHERE id = {}"
        old = (record.record, bytes(record.leaf_hash).hex(), bytes(record.sealed_salt or b"").hex(), record.pk)
        new = (text, leaf_hash(text.encode()).hex(), sealed.hex(), record.pk)
        databases.as_superuser(REPLICA, write.format(*new), database=posted)
        try:
            assert verify_rows().problems == []
            change = f"UPDATE donations_donation SET remark = {{}} WHERE id = {gift.pk}"  # noqa: S608
            databases.as_superuser(REPLICA, change.format("'改'"), database=posted)
            assert [one["check"] for one in verify_rows().problems] == ["row_private_differs"]
            databases.as_superuser(REPLICA, change.format("''"), database=posted)
        finally:
            databases.as_superuser(REPLICA, write.format(*old), database=posted)


@pytest.mark.django_db
def test_a_record_that_fits_no_bundle_is_refused_with_its_size() -> None:
    def write(length: int) -> PublicRecord:
        return write_record(
            kind="test", subject="T1", object_id=length, branch_code="33", body={"n": "x" * (length - len('{"n":""}'))}
        )

    assert len(write(LONGEST_RECORD_BYTES).record) == LONGEST_RECORD_BYTES
    with pytest.raises(RecordTooLong) as caught:
        write(LONGEST_RECORD_BYTES + 1)
    assert str(LONGEST_RECORD_BYTES + 1) in caught.value.message
    assert "T1" in caught.value.message


def test_the_database_refuses_a_record_that_fits_no_bundle(committed_db: str) -> None:
    with pytest.raises(Exception, match="publicrecord_fits_a_bundle"):
        databases.as_superuser(
            "INSERT INTO core_publicrecord (uuid, kind, subject, object_id, branch_code, record, leaf_hash, created_at)"
            " VALUES (gen_random_uuid(), 'test', 'T', 1, '33', repeat('示', 21846), sha256('x'), now())",
            database=committed_db,
        )
