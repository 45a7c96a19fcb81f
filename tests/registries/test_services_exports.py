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
from registries.models import Export, ExportEvent, Wish
from registries.selectors.exports import exports_for, left_since
from registries.services.consenting import take_back_consent
from registries.services.exports import (
    approve_export,
    building,
    cancel_export,
    download_export,
    end_export,
    end_exports,
    refuse_export,
)
from registries.services.exports.moving import move_export
from registries.services.wishes import hand_over_wish, register_wish, registrant_of, withdraw_wish
from tests.factories.people import FOUNDED
from tests.registries.exported import asked, csv_rows, made, sheets, worked
from tests.registries.ground import Ground, form, gift, registered, somebody

REFUSED = (NotAllowed, NotFound)


def fetched(ground: Ground, export: Export) -> bytes:
    _stored, source = download_export(export_id=export.pk, actor=ground.person("coordinator"))
    with source:
        return source.read()


def test_what_was_asked_is_made_with_a_mark_on_each_row(ground: Ground) -> None:
    wishes = [registered(ground, at) for at in range(3)]
    export = made(ground)
    assert (export.status, export.row_count) == ("ready", 3)
    header, *rows = csv_rows(fetched(ground, export))
    assert header == ["登记编号", "姓名", "证件号码", "电话", "住址", "捐献项目", "执行人", "水印"]
    assert [row[:3] for row in rows] == [
        [wish.number, somebody(at).name, somebody(at).document] for at, wish in enumerate(wishes)
    ]
    assert {row[-1] for row in rows} == {building.watermark(export)}
    for part in ("coordinator", export.number, f"{now():%Y}"):
        assert part in rows[0][-1]


def test_a_workbook_says_first_whose_it_is_and_what_for(ground: Ground) -> None:
    registered(ground)
    book = sheets(fetched(ground, made(ground, format="xlsx")))
    assert list(book) == ["说明", "名单"]
    said = dict(row for row in book["说明"])
    assert (said["用途"], said["红十字会"]) == ("核对纸质档案", ground.branch.name)
    assert "coordinator" in said["申请人"]
    assert [row[2] for row in book["名单"][1:]] == [somebody().document]
    assert book["名单"][0][-1] == "水印"


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


def test_nobody_who_withdrew_between_approval_and_making_is_in_it(ground: Ground) -> None:
    stays, leaves = registered(ground), registered(ground, 1)
    export = asked(ground)
    approve_export(export_id=export.pk, actor=ground.person("head"))
    withdraw_wish(wish_id=leaves.pk, channel="online")
    export = worked(export)
    assert [row[0] for row in csv_rows(fetched(ground, export))[1:]] == [stays.number]
    gone = ReadLog.objects.filter(object_key=registrant_of(leaves).number, purpose__contains=export.number)
    assert not gone.exists()


def test_who_withdraws_while_it_is_made_is_not_in_it_either(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, leaves = registered(committed_ground), registered(committed_ground, 1)
    written = building._written

    def and_meanwhile(*arguments: Any) -> Any:
        done = written(*arguments)
        if Wish.objects.unscoped("test").get(pk=leaves.pk).status == "in_force":
            withdraw_wish(wish_id=leaves.pk, channel="online")
        return done

    monkeypatch.setattr(building, "_written", and_meanwhile)
    export = made(committed_ground)
    assert [row[0] for row in csv_rows(fetched(committed_ground, export))[1:]] == [stays.number]
    files = StoredFile.objects.filter(name__contains=".csv")
    assert [one.pk for one in files] == [export.file_id]


def test_who_left_after_it_was_made_is_named_by_number_to_be_struck_out(ground: Ground) -> None:
    first, second = registered(ground), registered(ground, 1)
    export = made(ground)
    assert left_since(export) == []
    withdraw_wish(wish_id=second.pk, channel="online")
    registered(ground, 2)
    assert left_since(export) == [second.number]
    assert first.number not in left_since(export)


def test_a_list_for_the_hand_over_holds_those_who_consent_to_it(ground: Ground) -> None:
    agrees, refuses, done = registered(ground), registered(ground, 1), registered(ground, 2)
    take_back_consent(wish_id=refuses.pk, subject="transfer", channel="counter", actor=ground.person("clerk"))
    hand_over_wish(wish_id=done.pk, reference="ORG0001", on=done.signed_on, actor=ground.person("clerk"))
    export = made(ground, listed="hand_over")
    assert [row[0] for row in csv_rows(fetched(ground, export))[1:]] == [agrees.number]


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


def test_the_file_lies_sealed(ground: Ground) -> None:
    registered(ground)
    export = made(ground)
    assert export.file is not None
    kept = sealed_path_of(export.file).read_bytes()
    assert somebody().document.encode() not in kept
    assert somebody().name.encode() not in kept
    assert export.file.data_class == "P3"


def test_the_job_holds_the_id_alone(ground: Ground) -> None:
    registered(ground)
    export = made(ground)
    job = Job.objects.get()
    assert job.params == {"export": export.pk}
    assert job.result["count"] == 1
    texts = [job.label, job.error, str(job.result), str(job.params), job.idempotency_key]
    assert [text for text in texts if somebody().name in text or somebody().document in text] == []


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_no_cell_is_run_as_a_formula(ground: Ground, format_: str) -> None:
    person = somebody(name="=HYPERLINK(1)", phone="+852 9123 4567", address="@SUM(A1) 示例路")
    registered(ground, person=person, content=gift(executor_name="-1+cmd|示例"))
    content = fetched(ground, made(ground, format=format_))
    row = (csv_rows(content) if format_ == "csv" else sheets(content)["名单"])[1]
    texts = [str(value) for value in row if value]
    assert [text for text in texts if text[0] in "=+-@"] == []
    assert {"'=HYPERLINK(1)", "'+85291234567", "'@SUM(A1) 示例路", "'-1+cmd|示例"} <= set(texts)


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


def test_batches_follow_each_other_and_memory_stays_flat(
    committed_ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "BATCH_ROWS", 2)
    numbers = [registered(committed_ground, at).number for at in range(5)]
    largest: list[int] = []
    reveal_many = building.reveal_many

    def counted(rows: Any, *arguments: Any, **said: Any) -> Any:
        rows = list(rows)
        largest.append(len(rows))
        return reveal_many(rows, *arguments, **said)

    monkeypatch.setattr(building, "reveal_many", counted)
    export = made(committed_ground)
    assert [row[0] for row in csv_rows(fetched(committed_ground, export))[1:]] == numbers
    assert max(largest) == 2


def test_an_export_of_one_branch_holds_nobody_of_another(ground: Ground) -> None:
    own = registered(ground)
    register_wish(registration=form(ground.elsewhere, 5), actor=ground.person("stranger"))
    assert [row[0] for row in csv_rows(fetched(ground, made(ground)))[1:]] == [own.number]


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
