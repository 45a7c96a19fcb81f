"""Sealed values: in nobody's sight by accident, found exactly, read through a logged door."""

import json
import logging
import pickle
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, models, transaction
from django.forms import modelform_factory
from rest_framework.serializers import ModelSerializer

from accounts.models import User
from core.crypto import SealBroken, new_keyring, seal
from core.errors import DomainError
from core.fields import LookupDigestField, SealedModel, SealedTextField, unique_lookup
from core.models import LookupKeys, ReadLog
from core.sealed import (
    matching,
    open_for_work,
    open_many_for_work,
    reveal,
    reveal_many,
    seal_into,
    seal_into_many,
    sealed_places,
)
from tests import databases
from tests.core.payer import Payer, make_table

ACCOUNT, PHONE, NOTE = "6222 0000 1111 2222", "+86 138-0013-8000", "示例备注"
CLEAR = ("6222000011112222", ACCOUNT, "13800138000", PHONE, NOTE)


@pytest.fixture
def payers(django_db_setup: None, django_db_blocker: Any) -> None:
    """The made-up table, in the database that the tests share."""
    with django_db_blocker.unblock():
        make_table()


@pytest.fixture
def payer(payers: None, db: None) -> Payer:
    """One row with all three values."""
    obj = Payer(number="甲一")
    seal_into(obj, account=ACCOUNT, phone=PHONE, note=NOTE)
    obj.save()
    return Payer.objects.get()


@pytest.fixture
def person(db: None) -> Any:
    """A made-up reader."""
    return User.objects.create_user("jia.shili", None, name="示例甲")


def test_a_value_shows_in_no_way_that_a_program_goes_by_accident(payer: Payer, caplog: Any) -> None:
    class Shown(ModelSerializer):
        class Meta:
            model = Payer
            fields = ["number", "account", "note"]

    logging.getLogger("tests").warning("%s %r %s", payer, payer.account, payer.note)
    form = modelform_factory(Payer, fields="__all__")
    shown = [
        repr(payer.account),
        str(payer.account),
        f"{payer.account:>20}",
        repr(payer.__dict__),
        str(list(Payer.objects.values())),
        str(list(Payer.objects.values_list("account", "phone", "note"))),
        serializers.serialize("json", [payer]),
        json.dumps(Shown(payer).data, default=str),
        str(form(instance=payer)),
        repr(pickle.dumps(payer)),
        caplog.text,
    ]
    assert [clear for clear in CLEAR for text in shown if clear in text] == []
    assert set(form.base_fields) == {"number", "branch_code"}
    assert "account" not in json.loads(serializers.serialize("json", [payer]))[0]["fields"]


def test_the_table_holds_no_clear_value(payer: Payer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tests_payer::text, encode(account, 'escape'), encode(note, 'escape') FROM tests_payer")
        text = str(cursor.fetchone())
    assert [clear for clear in CLEAR if clear in text or clear.encode().hex() in text] == []


def test_a_clear_value_cannot_be_stored_by_mistake(payer: Payer) -> None:
    for clear in (ACCOUNT, ACCOUNT.encode()):
        payer.account = clear
        with pytest.raises(TypeError, match="sealed bytes only"):
            payer.save()


def test_nobody_filters_or_orders_by_what_is_sealed(payer: Payer) -> None:
    with pytest.raises(FieldError):
        Payer.objects.filter(account=b"x").exists()
    with pytest.raises(FieldError):
        Payer.objects.filter(account__startswith=b"x").exists()
    assert Payer.objects.filter(account__isnull=False).count() == 1


def test_a_person_reads_for_a_purpose_and_the_log_says_so(payer: Payer, person: Any) -> None:
    assert reveal(payer, "account", reader=person, purpose="核对退款账号") == ACCOUNT
    row = ReadLog.objects.get()
    assert (row.reader_id, row.reader_login, row.purpose, row.work) == (person.pk, "jia.shili", "核对退款账号", "")
    assert (row.object_label, row.object_key, row.row_key) == ("tests.payer", "甲一", payer.row_key)
    assert (row.field, row.branch_code) == ("account", "33")


def test_many_are_read_with_one_row_of_the_log_each(payers: None, db: None, person: Any) -> None:
    with transaction.atomic():
        rows = [Payer(number=str(number)) for number in range(3)]
        seal_into_many(rows, "note", ["a", None, "c"])
        Payer.objects.bulk_create(rows)
    assert reveal_many(rows, "note", reader=person, purpose="核对") == ["a", None, "c"]
    assert list(ReadLog.objects.order_by("id").values_list("object_key", flat=True)) == ["0", "1", "2"]


@pytest.mark.parametrize("purpose", ["", " ", "x"])
def test_without_a_purpose_nobody_reads(payer: Payer, person: Any, purpose: str) -> None:
    with pytest.raises(DomainError, match="写明用途"):
        reveal(payer, "account", reader=person, purpose=purpose)
    with pytest.raises(TypeError):
        reveal(payer, "account", reader=None, purpose="核对")
    assert not ReadLog.objects.exists()


def test_no_value_is_handed_over_in_a_transaction_that_could_take_the_log_back(
    committed_db: str, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        make_table()
        person = User.objects.create_user("jia.shili", None, name="示例甲")
        with transaction.atomic():
            obj = Payer(number="甲一")
            seal_into(obj, note=NOTE)
            obj.save()
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            reveal(obj, "note", reader=person, purpose="核对")
        assert reveal(obj, "note", reader=person, purpose="核对") == NOTE
        assert ReadLog.objects.count() == 1


def test_work_of_the_system_is_logged_once_however_much_it_opens(payer: Payer) -> None:
    rows = list(Payer.objects.all())
    for _time in range(3):
        assert open_many_for_work(rows, "account", work="tests.match:1") == [ACCOUNT]
        assert open_for_work(payer, "account", work="tests.match:1") == ACCOUNT
    open_for_work(payer, "phone", work="tests.match:1")
    open_for_work(payer, "account", work="tests.match:2")
    found = list(ReadLog.objects.order_by("id").values_list("work", "field", "reader_id"))
    assert found == [
        ("tests.match:1", "account", None),
        ("tests.match:1", "phone", None),
        ("tests.match:2", "account", None),
    ]
    with pytest.raises(TypeError):
        open_for_work(payer, "account", work=" ")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE core_readlog SET purpose = 'x'", "DELETE FROM core_readlog", "TRUNCATE core_readlog"],
)
def test_not_even_the_superuser_changes_the_read_log(committed_db: str, django_db_blocker: Any, statement: str) -> None:
    with django_db_blocker.unblock():
        make_table()
        ReadLog.objects.create(at="2026-01-01T00:00Z", object_label="x", field="y", work="z")
    with pytest.raises(Exception, match="append-only"):
        databases.as_superuser(statement, database=committed_db)


def test_a_row_of_the_read_log_may_go_after_three_years(db: None) -> None:
    ReadLog.objects.create(at="2020-01-01T00:00Z", object_label="x", field="y", work="old")
    assert ReadLog.objects.all().delete()[0] == 1


def test_a_value_is_found_however_it_is_written_and_nothing_is_found_by_nothing(payer: Payer) -> None:
    for written in ("6222000011112222", "６２２２ ００００ １１１１-2222"):
        assert Payer.objects.filter(matching(Payer, "account", written)).get() == payer
    for written in ("13800138000", "0086 138 0013 8000", "138-0013-8000"):
        assert Payer.objects.filter(matching(Payer, "phone", "1", written)).get() == payer
    assert not Payer.objects.filter(matching(Payer, "account")).exists()
    assert not Payer.objects.filter(matching(Payer, "account", "", " ")).exists()
    with pytest.raises(TypeError):
        matching(Payer, "note", "x")


def test_what_may_occur_once_occurs_once_however_it_is_written(payer: Payer) -> None:
    again = Payer(number="乙二")
    seal_into(again, account="6222-0000-1111-2222", phone=PHONE)
    with pytest.raises(IntegrityError, match="payer_account_once"), transaction.atomic():
        again.save()
    seal_into(again, account=None)
    again.save()
    assert (again.account, again.account_digest, again.account_digest_next) == (None, None, None)


def test_a_value_moved_to_another_row_does_not_open(payer: Payer, person: Any) -> None:
    other = Payer(number="乙二", note=payer.note)
    other.save()
    with pytest.raises(SealBroken):
        reveal(other, "note", reader=person, purpose="核对")
    assert not ReadLog.objects.exists()


def test_what_is_looked_up_is_written_in_a_transaction(committed_db: str, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        make_table()
        with pytest.raises(transaction.TransactionManagementError):
            seal_into(Payer(), account=ACCOUNT)


def test_between_two_keys_writers_write_both_and_either_finds(payer: Payer, settings: Any) -> None:
    old, fresh = settings.PORTAL_KEYS, new_keyring()
    lookup = {**old["lookup"]["keys"], "l2": fresh["lookup"]["keys"]["l1"]}
    settings.PORTAL_KEYS = {**old, "lookup": {"active": "l2", "keys": lookup}}
    LookupKeys.objects.update(following="l2")
    again = Payer(number="乙二")
    seal_into(again, account="6222-0000-1111-2222", phone="057188880000")
    assert again.account_digest == payer.account_digest != again.account_digest_next
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()
    seal_into(again, account="1")
    again.save()
    LookupKeys.objects.update(current="l2")
    assert Payer.objects.filter(matching(Payer, "account", "1", ACCOUNT)).count() == 2
    third = Payer(number="丙三")
    seal_into(third, account=" 1")
    assert third.account_digest == third.account_digest_next == again.account_digest_next
    with pytest.raises(IntegrityError, match="payer_account_once_next"), transaction.atomic():
        third.save()


def test_every_sealed_column_is_found_by_walking_the_models(payers: None) -> None:
    found = {str(place) for place in sealed_places()}
    assert {"tests.payer.account", "tests.payer.phone", "tests.payer.note"} <= found
    logical = [place.field.logical for place in sealed_places()]
    assert len(set(logical)) == len(logical)


def test_a_badly_declared_field_is_found_by_the_checks() -> None:
    class Wrong(models.Model):  # noqa: DJ008 -- never shown
        first = SealedTextField(null=True)
        second = SealedTextField(logical="tests.wrong.second", lookup=str.strip, null=True)

        class Meta:
            app_label = "tests_of_checks"
            managed = False

    class Half(SealedModel):
        account = SealedTextField(logical="tests.half.account", lookup=str.strip, null=True)
        account_digest = LookupDigestField()
        account_digest_next = LookupDigestField()

        class Meta:
            app_label = "tests_of_checks"
            managed = False
            constraints = [unique_lookup("account", name="half")[0]]

    assert {error.id for error in Wrong.check()} == {"core.E101", "core.E102", "core.E103"}
    assert [error.id for error in Half.check()] == ["core.E104"]
    assert Payer.check() == []


def test_migrations_of_sealed_columns_import_no_application_code() -> None:
    paths = [Payer._meta.get_field(name).deconstruct()[1] for name in ("account", "account_digest")]
    assert paths == ["django.db.models.BinaryField", "django.db.models.BinaryField"]


def test_the_logical_name_binds_and_not_the_column(payer: Payer) -> None:
    payer.note = seal(b"x", field="tests.payer.account", row=payer.row_key)
    with pytest.raises(SealBroken):
        open_for_work(payer, "note", work="tests:1")
