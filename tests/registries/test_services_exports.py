"""Personal data leave by approval alone: another person's, watermarked, expiring, each person in it logged."""

from __future__ import annotations

import datetime
import itertools
import threading
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.clock import frozen_at, now, today
from core.errors import DomainError, NotAllowed, NotFound
from core.files import sealed_path_of
from core.models import Job, ReadLog, StoredFile
from organizations.models import RoleGrant
from organizations.services import end_grant, grant_role
from registries.choices.papers import EXPORT_TRANSITIONS, ExportStatus
from registries.errors import RegistryError, WrongState
from registries.models import Export, ExportEvent
from registries.selectors.exports import exports_for
from registries.services.exports import (
    approve_export,
    cancel_export,
    download_export,
    end_export,
    end_exports,
    refuse_export,
)
from registries.services.exports.moving import move_export
from registries.services.wishes import registrant_of
from tests.factories.people import FOUNDED
from tests.registries.exported import asked, made, worked
from tests.registries.ground import Ground, registered, somebody

REFUSED = (NotAllowed, NotFound)


def fetched(ground: Ground, export: Export) -> bytes:
    _stored, source = download_export(export_id=export.pk, actor=ground.person("coordinator"))
    with source:
        return source.read()


def test_nobody_approves_their_own(ground: Ground) -> None:
    coordinator = ground.person("coordinator")
    grant_role(person=coordinator, role="registry_head", branch=ground.branch, actor=None, valid_from=FOUNDED)
    export = asked(ground)
    with pytest.raises(NotAllowed):
        approve_export(export_id=export.pk, actor=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.unscoped("test").filter(pk=export.pk).update(
            status="approved", decided_by=coordinator, decided_at=now()
        )


@pytest.mark.parametrize("login", ["clerk", "second", "stranger", "province", "supervisor"])
def test_nobody_without_the_right_in_this_branch_decides(ground: Ground, login: str) -> None:
    export = asked(ground)
    for step in (
        lambda: approve_export(export_id=export.pk, actor=ground.person(login)),
        lambda: refuse_export(export_id=export.pk, reason="不需要", actor=ground.person(login)),
    ):
        with pytest.raises(REFUSED):
            step()
    export.refresh_from_db()
    assert export.status == "requested"
    assert not Job.objects.exists()


@pytest.mark.parametrize("login", ["clerk", "head", "stranger", "province", "supervisor"])
def test_nobody_without_the_right_in_this_branch_asks(ground: Ground, login: str) -> None:
    with pytest.raises(REFUSED):
        asked(ground, login)


def test_another_city_sees_nothing_and_fetches_nothing(ground: Ground) -> None:
    registered(ground)
    export, stranger = made(ground), ground.person("stranger")
    assert exports_for(stranger) == []
    assert exports_for(ground.person("province")) == []
    assert exports_for(ground.person("second")) == [export]
    for login in ("stranger", "province", "second", "head", "clerk"):
        with pytest.raises(REFUSED):
            download_export(export_id=export.pk, actor=ground.person(login))
    with pytest.raises(REFUSED):
        end_export(export_id=export.pk, actor=stranger)
    export.refresh_from_db()
    assert (export.download_count, export.status) == (0, "ready")


def test_each_person_in_it_has_a_row_who_when_and_what_for_that_cannot_be_deleted(ground: Ground) -> None:
    people = [registrant_of(registered(ground, at)).number for at in range(3)]
    export = made(ground, columns=("signed_on",))
    rows = ReadLog.objects.filter(object_label="registries.registrant", field="name", object_key__in=people)
    assert sorted(rows.values_list("object_key", flat=True)) == sorted(people)
    assert {row.reader_login for row in rows} == {"coordinator"}
    assert {row.purpose for row in rows} == {f"{export.number} 核对纸质档案"}
    assert {row.branch_code for row in rows} == {ground.branch.code}
    for attempt in (rows.delete, lambda: rows.update(purpose="另一个用途")):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert rows.count() == 3


def test_it_is_fetched_three_times_and_each_time_is_written_down(ground: Ground) -> None:
    registered(ground)
    export = made(ground)
    for _time in range(3):
        fetched(ground, export)
    with pytest.raises(WrongState):
        fetched(ground, export)
    assert ExportEvent.objects.filter(export=export, verb="downloaded").count() == 3
    assert ReadLog.objects.filter(object_label="core.storedfile", purpose__startswith=export.number).count() == 3
    for count in (0, 4):
        with pytest.raises(DatabaseError), transaction.atomic():
            Export.objects.unscoped("test").filter(pk=export.pk).update(download_count=count)


def test_its_time_ends_it_whatever_the_clock_of_beat_does(
    ground: Ground, django_capture_on_commit_callbacks: Any
) -> None:
    registered(ground)
    export = made(ground, keep_days=7)
    stored = export.file
    assert stored is not None
    assert export.expires_at is not None
    assert export.built_at is not None
    assert export.expires_at - export.built_at == datetime.timedelta(days=7)
    with frozen_at(export.expires_at - datetime.timedelta(minutes=1)):
        assert end_exports() == 0
    with frozen_at(export.expires_at):
        with pytest.raises(WrongState):
            fetched(ground, export)
        with django_capture_on_commit_callbacks(execute=True):
            assert (end_exports(), end_exports()) == (1, 0)
    export.refresh_from_db()
    assert export.status == "ended"
    assert not sealed_path_of(stored).exists()
    assert StoredFile.objects.get(pk=stored.pk).sealed_key is None
    with pytest.raises(DatabaseError), transaction.atomic():
        Export.objects.unscoped("test").filter(pk=export.pk).update(
            expires_at=export.expires_at + datetime.timedelta(days=1)
        )


def test_who_lost_the_right_meanwhile_gets_nothing(ground: Ground) -> None:
    registered(ground)
    export = asked(ground)
    approve_export(export_id=export.pk, actor=ground.person("head"))
    grant = RoleGrant.objects.get(person=ground.person("coordinator"))
    end_grant(grant=grant, on=today(), actor=None, reason="离岗")
    export = worked(export)
    assert (export.status, export.file_id) == ("approved", None)
    assert Job.objects.get().status == "failed"
    assert not ReadLog.objects.filter(purpose__contains=export.number).exists()


def test_a_request_is_refused_with_a_reason_or_taken_back_and_then_makes_nothing(ground: Ground) -> None:
    export, head = asked(ground), ground.person("head")
    with pytest.raises(RegistryError):
        refuse_export(export_id=export.pk, reason="", actor=head)
    assert refuse_export(export_id=export.pk, reason="用系统里的名单即可", actor=head).status == "refused"
    with pytest.raises(WrongState):
        approve_export(export_id=export.pk, actor=head)
    second = asked(ground)
    with pytest.raises(REFUSED):
        cancel_export(export_id=second.pk, actor=ground.person("second"))
    assert cancel_export(export_id=second.pk, actor=ground.person("coordinator")).status == "cancelled"
    assert not Job.objects.exists()


def test_cancelled_while_it_waits_it_is_not_made(ground: Ground) -> None:
    registered(ground)
    export = asked(ground)
    approve_export(export_id=export.pk, actor=ground.person("head"))
    cancel_export(export_id=export.pk, actor=ground.person("coordinator"))
    assert worked(export).status == "cancelled"
    assert not ReadLog.objects.filter(purpose__contains=export.number).exists()


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"listed": "everybody"}, "listed"),
        ({"columns": ()}, "columns"),
        ({"columns": ("name", "row_key")}, "columns"),
        ({"purpose": "用"}, "purpose"),
        ({"purpose": "联系 13800000001 的人"}, "purpose"),
        ({"keep_days": 8}, "keep_days"),
        ({"keep_days": 0}, "keep_days"),
        ({"format": "mdb"}, "format"),
    ],
)
def test_what_is_wrong_stands_at_its_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    with pytest.raises(RegistryError) as refused:
        asked(ground, **over)
    assert field in refused.value.fields


def test_what_was_asked_for_stands(ground: Ground) -> None:
    export = asked(ground)
    for change in ({"columns": ["name"]}, {"purpose": "另一个用途"}, {"keep_days": 7}, {"listed": "hand_over"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Export.objects.unscoped("test").filter(pk=export.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        export.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        ExportEvent.objects.filter(export=export).delete()


def test_a_form_sent_twice_asks_once(ground: Ground) -> None:
    key = uuid.uuid4()
    assert asked(ground, key=key) == asked(ground, key=key)
    assert Export.objects.unscoped("test").count() == 1
    with pytest.raises(NotAllowed):
        asked(ground, "second", key=key)


NO_STEPS = [
    pair for pair in itertools.product(ExportStatus.values, repeat=2) if pair[1] not in EXPORT_TRANSITIONS[pair[0]]
]


@pytest.mark.parametrize(("from_status", "to_status"), NO_STEPS)
def test_the_mover_takes_no_step_that_is_not_in_the_table(from_status: str, to_status: str) -> None:
    export = Export(status=from_status, number="330106-2026-X00000001")
    with pytest.raises(WrongState):
        move_export(export, to_status, verb="tried", actor=None)


def test_each_step_of_the_table_is_taken(ground: Ground) -> None:
    registered(ground)
    head, coordinator = ground.person("head"), ground.person("coordinator")
    refuse_export(export_id=asked(ground).pk, reason="不需要", actor=head)
    cancel_export(export_id=asked(ground).pk, actor=coordinator)
    approved = asked(ground)
    approve_export(export_id=approved.pk, actor=head)
    cancel_export(export_id=approved.pk, actor=coordinator)
    end_export(export_id=made(ground).pk, actor=head)
    taken = {(one.from_status, one.to_status) for one in ExportEvent.objects.exclude(from_status="")}
    assert taken == {(one, to) for one, ends in EXPORT_TRANSITIONS.items() for to in ends}


def test_a_refusal_says_nothing_of_anybody(ground: Ground) -> None:
    registered(ground)
    export = made(ground)
    with pytest.raises(DomainError) as refused:
        download_export(export_id=export.pk, actor=ground.person("second"))
    assert somebody().name not in refused.value.message


def test_two_clicks_at_once_on_the_last_download_give_one(committed_ground: Ground) -> None:
    registered(committed_ground)
    export = made(committed_ground)
    for _time in range(2):
        fetched(committed_ground, export)
    barrier, got = threading.Barrier(2), []

    def click() -> None:
        barrier.wait(timeout=20)
        try:
            got.append(len(fetched(committed_ground, export)) > 0)
        except WrongState:
            got.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _click in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=30)
    assert sorted(got) == [False, True]
    export.refresh_from_db()
    assert export.download_count == 3
