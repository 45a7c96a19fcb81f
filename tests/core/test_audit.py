"""The audit trail."""

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from accounts.models import User
from core.audit import record_audit, request_address
from core.models import AuditEvent
from tests import databases


def test_a_row_says_who_did_what_to_which_object_when_and_from_where(db):
    person = User.objects.create_user("jia.shili", None, name="示例甲")
    token = request_address.set("192.0.2.7")
    try:
        row = record_audit(
            "tests.thing.changed", actor=person, obj=person, branch_code="33", changed_fields={"b", "a"}, reason="示例"
        )
    finally:
        request_address.reset(token)
    row.refresh_from_db()
    assert (row.actor_id, row.actor_login, row.object_label, row.object_key) == (
        person.pk,
        "jia.shili",
        "accounts.user",
        str(person.pk),
    )
    assert (row.branch_code, row.changed_fields, row.reason, row.address) == ("33", ["a", "b"], "示例", "192.0.2.7")


def test_the_system_acts_without_a_person(db):
    row = record_audit("tests.thing.made", actor=None)
    assert (row.actor_id, row.actor_login, row.address) == (None, "", None)


def test_a_row_disappears_with_the_change_it_tells_of(db):
    with transaction.atomic():
        record_audit("tests.thing.made", actor=None)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


def test_a_long_reason_is_cut_and_not_refused(db):
    assert len(record_audit("tests.thing.made", actor=None, reason="长" * 900).reason) == 500


@pytest.mark.parametrize(
    "statement",
    ["UPDATE core_auditevent SET verb = 'x'", "DELETE FROM core_auditevent", "TRUNCATE core_auditevent"],
)
def test_the_application_cannot_change_the_trail(db, statement):
    record_audit("tests.thing.made", actor=None)
    refused = (ProgrammingError, IntegrityError, InternalError)
    with pytest.raises(refused), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEvent.objects.filter(verb="tests.thing.made").count() == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE core_auditevent SET verb = 'x'", "DELETE FROM core_auditevent", "TRUNCATE core_auditevent"],
)
def test_not_even_the_superuser_changes_it_by_an_ordinary_statement(committed_db, statement):

    record_audit("tests.thing.made", actor=None)
    with pytest.raises(Exception, match="append-only"):
        databases.as_superuser(statement, database=committed_db)


def test_each_request_leaves_its_address_and_none_after_it(db, client):
    client.post("/accounts/login/", {"login": "x", "password": "y"}, REMOTE_ADDR="192.0.2.9")
    assert AuditEvent.objects.get().address == "192.0.2.9"
    assert request_address.get() is None


def test_a_forwarded_address_that_anybody_can_write_is_not_believed(db, client):
    client.post(
        "/accounts/login/",
        {"login": "x", "password": "y"},
        REMOTE_ADDR="192.0.2.9",
        headers={"X-Forwarded-For": "203.0.113.1"},
    )
    assert AuditEvent.objects.get().address == "192.0.2.9"
