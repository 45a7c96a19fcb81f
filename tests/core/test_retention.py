"""Personal data goes when its time is over, what is needed or disputed stays, and the night says what it did."""

import datetime
import json
import threading
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction
from django.urls import reverse

from accounts.models import User
from core import clock
from core.errors import Conflict, DomainError, NotFound
from core.files import open_stored, open_stored_for_work, path_of, sealed_path_of, store_file
from core.models import AuditEvent, ReadLog, RetentionHold, RetentionRun, StoredFile
from core.retention import all_terms, carry_out, lift_hold, open_holds, place_hold
from core.tasks import carry_out_retention
from donations.models import Batch, StagedGift
from donations.services.batches import cancel_batch
from organizations.choices import Role
from tests.donations.ground import Ground, make_ground
from tests.factories.people import make_person
from transparency.selectors.keeping import kept_files

TODAY = clock.today()
YESTERDAY = TODAY - datetime.timedelta(days=1)
FACTS = {"content_type": "text/csv", "actor": None}


@pytest.fixture
def ground(db: None) -> Ground:
    """A province with people and an open fund."""
    return make_ground()


def _store(content: bytes, purge_on: Any = YESTERDAY, data_class: str = "P2") -> StoredFile:
    return store_file([content], name="示例名单.csv", data_class=data_class, purge_on=purge_on, **FACTS)


def _result(run: RetentionRun, term: str) -> dict[str, int]:
    found: dict[str, int] = next(result for result in run.results if result["term"] == term)
    return {name: found[name] for name in ("due", "destroyed", "held", "failed")}


def test_each_row_of_the_table_says_how_long_and_by_which_law() -> None:
    terms = all_terms()
    assert len({term.key for term in terms}) == len(terms) >= 8
    for term in terms:
        assert term.data_class in {"P0", "P1", "P2", "P3", "P2/P3"}
        assert all(str(text).strip() for text in (term.data, term.purpose, term.kept, term.source))


def test_files_go_on_their_day_with_name_bytes_and_key_and_the_row_says_when(db: None) -> None:
    due, later = _store(b"due"), _store(b"later", TODAY + datetime.timedelta(days=1))
    sealed, forever = _store(b"sealed", TODAY, "P3"), _store(b"forever", None)
    run = carry_out(is_dry=False)
    assert _result(run, "core.stored_files") == {"due": 2, "destroyed": 2, "held": 0, "failed": 0}
    for gone, path in ((due, path_of(due.sha256)), (sealed, sealed_path_of(sealed))):
        gone.refresh_from_db()
        assert (gone.name, gone.sealed_key) == ("", None)
        assert gone.destroyed_at is not None
        assert not path.exists()
        with pytest.raises(NotFound, match="已按保存期限销毁"):
            open_stored(gone)
        with pytest.raises(NotFound):
            open_stored_for_work(gone, work="tests:1")
    for kept in (later, forever):
        with open_stored(kept) as file:
            assert file.read()
    assert _result(carry_out(is_dry=False), "core.stored_files")["due"] == 0


def test_bytes_that_another_row_shares_stay_for_that_row(db: None) -> None:
    due, shared = _store(b"same"), _store(b"same", None)
    carry_out(is_dry=False)
    due.refresh_from_db()
    assert due.destroyed_at is not None
    with open_stored(shared) as file:
        assert file.read() == b"same"


def test_a_dry_run_destroys_nothing_and_counts_the_same(db: None, capsys: Any) -> None:
    due = _store(b"due")
    call_command("carry_out_retention", dry_run=True, json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["dry_run"] is True
    assert next(result for result in said["results"] if result["term"] == "core.stored_files")["due"] == 1
    due.refresh_from_db()
    assert due.destroyed_at is None
    assert path_of(due.sha256).exists()
    assert not AuditEvent.objects.filter(verb="core.retention.carried_out").exists()
    call_command("carry_out_retention")
    assert "到期 1，销毁 1" in capsys.readouterr().out


def test_the_night_leaves_a_row_of_counts_and_one_in_the_audit_trail(db: None) -> None:
    _store(b"due")
    carry_out_retention()
    run = RetentionRun.objects.get()
    assert not run.is_dry
    event = AuditEvent.objects.get(verb="core.retention.carried_out")
    assert (event.object_key, event.reason) == (str(run.pk), "core.stored_files 1/1")
    assert "示例名单" not in json.dumps(run.results)
    with pytest.raises((IntegrityError, InternalError, ProgrammingError)), transaction.atomic():
        RetentionRun.objects.update(results=[])


def test_a_disk_that_refuses_is_told_and_the_file_is_due_again(db: None, settings: Any) -> None:
    due = _store(b"due")
    path = path_of(due.sha256)
    path.unlink()
    path.mkdir()
    run = carry_out(is_dry=False)
    assert _result(run, "core.stored_files") == {"due": 1, "destroyed": 0, "held": 0, "failed": 1}
    with pytest.raises(SystemExit) as left:
        call_command("carry_out_retention")
    assert left.value.code == 1
    path.rmdir()
    assert _result(carry_out(is_dry=False), "core.stored_files")["destroyed"] == 1


def test_a_rule_that_breaks_keeps_no_other_from_its_work(db: None, settings: Any) -> None:
    settings.RETENTION_KEEPERS = ["tests.core.test_retention.broken"]
    ended = clock.wall_clock() - datetime.timedelta(days=1)
    Session.objects.create(session_key="a", session_data="", expire_date=ended)
    due = _store(b"due")
    run = carry_out(is_dry=False)
    assert _result(run, "core.stored_files")["failed"] == 1
    assert _result(run, "core.sessions")["destroyed"] == 1
    due.refresh_from_db()
    assert due.destroyed_at is None


def broken(_due: Any, _holds: Any) -> list[str]:
    """A rule of an app that fails."""
    raise ValueError("示例甲")


def test_the_read_log_goes_after_five_years_and_never_before_three(db: None) -> None:
    def row(days: int) -> ReadLog:
        return ReadLog.objects.create(
            at=clock.now() - datetime.timedelta(days=days), object_label="x", field="y", work=f"tests:{days}"
        )

    old, young = row(5 * 366 + 5), row(4 * 365)
    assert _result(carry_out(is_dry=False), "core.read_log")["destroyed"] == 1
    assert list(ReadLog.objects.all()) == [young]
    assert old.pk != young.pk
    row(2 * 365)
    with pytest.raises((IntegrityError, InternalError, ProgrammingError), match="append-only"), transaction.atomic():
        ReadLog.objects.all().delete()


# --- what stays ------------------------------------------------------------------------------------------------------


def test_what_is_held_stays_until_the_hold_is_lifted(db: None) -> None:
    person = User.objects.create_user("jia.shili", None, name="示例甲")
    due = _store(b"due")
    facts = {"object_label": "core.storedfile", "object_key": str(due.pk), "actor": person}
    with pytest.raises(DomainError, match="理由"):
        place_hold(reason=" ", **facts)
    with pytest.raises(DomainError, match="没有找到"):
        place_hold(**{**facts, "object_key": "不存在"}, reason="争议")
    hold = place_hold(reason="争议处理中", **facts)
    with pytest.raises(Conflict):
        place_hold(reason="再一次", **facts)
    assert _result(carry_out(is_dry=True), "core.stored_files") == {"due": 1, "destroyed": 0, "held": 1, "failed": 0}
    assert _result(carry_out(is_dry=False), "core.stored_files") == {"due": 1, "destroyed": 0, "held": 1, "failed": 0}
    with open_stored(due) as file:
        assert file.read() == b"due"
    lift_hold(hold_id=hold.pk, actor=person)
    with pytest.raises(NotFound):
        lift_hold(hold_id=hold.pk, actor=person)
    assert open_holds().of("core.storedfile") == frozenset()
    assert RetentionHold.objects.get().lifted_by_login == "jia.shili"
    assert _result(carry_out(is_dry=False), "core.stored_files")["destroyed"] == 1
    verbs = AuditEvent.objects.filter(verb__startswith="core.hold").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["core.hold.placed", "core.hold.lifted"]


def test_the_file_of_a_report_and_the_voucher_of_a_gift_stay_whatever_their_day_is(ground: Ground) -> None:
    voucher = _store(b"voucher")
    batch = ground.counter(("示例甲", "100"))
    StagedGift.objects.filter(batch=batch).update(voucher=voucher)
    ground.post(ground.submit(batch))
    StoredFile.objects.filter(pk=voucher.pk).update(purge_on=YESTERDAY)
    assert _result(carry_out(is_dry=False), "core.stored_files") == {"due": 1, "destroyed": 0, "held": 1, "failed": 0}
    report = StoredFile.objects.filter(pk=_store(b"report").pk)
    assert list(kept_files(report, open_holds())) == []


def test_rows_of_a_cancelled_batch_go_with_their_vouchers_after_ninety_days(ground: Ground) -> None:
    voucher = _store(b"voucher", None)
    batch = ground.counter(("示例甲", "100"), ("示例乙", "50"))
    StagedGift.objects.filter(batch=batch, row_number=1).update(voucher=voucher)
    moment = clock.now()
    cancel_batch(batch_id=batch.pk, actor=ground.clerk, reason="示例作废")
    with clock.frozen_at(moment + datetime.timedelta(days=89)):
        assert _result(carry_out(is_dry=False), "donations.cancelled_rows")["due"] == 0
    with clock.frozen_at(moment + datetime.timedelta(days=92)):
        run = carry_out(is_dry=False)
    assert _result(run, "donations.cancelled_rows") == {"due": 2, "destroyed": 2, "held": 0, "failed": 0}
    assert not StagedGift.objects.filter(batch=batch).exists()
    voucher.refresh_from_db()
    assert voucher.destroyed_at is not None
    assert ground.fresh(batch).number == batch.number


def test_rows_of_a_posted_batch_stand_still_for_two_years_also_for_the_night(ground: Ground) -> None:
    batch = ground.post(ground.submit(ground.counter(("示例甲", "100"))))
    moment = clock.now()
    with clock.frozen_at(moment + datetime.timedelta(days=700)):
        assert _result(carry_out(is_dry=False), "donations.posted_rows")["due"] == 0
    # The domain's clock alone opens nothing: the database asks its own.
    with clock.frozen_at(moment + datetime.timedelta(days=735)):
        run = carry_out(is_dry=False)
    assert _result(run, "donations.posted_rows")["failed"] == 1
    assert StagedGift.objects.filter(batch=batch).count() == 1


def test_rows_of_a_batch_posted_two_years_ago_go_and_its_gifts_stay(ground: Ground) -> None:
    batch = ground.post(ground.submit(ground.counter(("示例甲", "100"), ("示例乙", "1"))))
    held = ground.post(ground.submit(ground.counter(("示例丙", "7"))))
    old = clock.now() - datetime.timedelta(days=740)
    for one in (batch, held):
        Batch.objects.unscoped("test").filter(pk=one.pk).update(posted_at=old)
    place_hold(object_label="donations.batch", object_key=held.number, reason="对账争议", actor=ground.approver)
    run = carry_out(is_dry=False)
    assert _result(run, "donations.posted_rows") == {"due": 3, "destroyed": 2, "held": 1, "failed": 0}
    assert not StagedGift.objects.filter(batch=batch).exists()
    assert StagedGift.objects.filter(batch=held).count() == 1
    assert ground.gifts(batch).count() == 2


def test_a_draft_that_nobody_touched_for_a_year_is_cancelled(ground: Ground) -> None:
    batch = ground.counter(("示例甲", "100"))
    with clock.frozen_at(clock.now() + datetime.timedelta(days=364)):
        assert _result(carry_out(is_dry=False), "donations.idle_drafts")["due"] == 0
    with clock.frozen_at(clock.now() + datetime.timedelta(days=367)):
        run = carry_out(is_dry=False)
    assert _result(run, "donations.idle_drafts")["destroyed"] == 1
    assert ground.fresh(batch).status == "cancelled"


def test_only_one_run_destroys_at_a_time(committed_db: str, django_db_blocker: Any) -> None:
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(7301004)")
            held.set()
            go.wait(30)
        connection.close()

    with django_db_blocker.unblock():
        holder = threading.Thread(target=hold)
        holder.start()
        held.wait(10)
        try:
            with pytest.raises(Conflict, match="正在进行"):
                carry_out(is_dry=False)
        finally:
            go.set()
            holder.join()


def test_the_page_shows_the_table_the_nights_and_the_holds(ground: Ground) -> None:
    due = _store(b"due")
    carry_out(is_dry=False)
    kept = _store(b"kept")
    keeper = make_person("bao.guan", Role.SECURITY_ADMIN, ground.branches["33"])
    client, url = ground.client(keeper), reverse("desk_retention")
    page = client.get(url).content.decode()
    for text in ("期限表", "会计档案管理办法", "每晚的销毁", "现在没有暂缓销毁的内容"):
        assert text in page
    assert str(due.pk) not in page
    wrong = client.post(url, {"object_label": "core.storedfile", "object_key": "x", "reason": "争议处理"})
    assert "请核对编号" in wrong.content.decode()
    client.post(url, {"object_label": "core.storedfile", "object_key": str(kept.pk), "reason": "争议处理"})
    hold = RetentionHold.objects.get()
    page = client.get(url).content.decode()
    assert str(kept.pk) in page
    assert "争议处理" in page
    lift = reverse("desk_hold_lift", args=[hold.pk])
    assert "不能恢复" in client.get(lift).content.decode()
    client.post(lift)
    assert client.get(lift).status_code == 404
    assert ground.client(ground.clerk).get(url).status_code == 403
