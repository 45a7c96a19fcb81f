"""The copy of the log off the machine: complete after each signature, never overwritten, and the way back from it."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from core.clock import frozen_at, now
from core.errors import DomainError
from core.models import LostNumber, NumberCounter, PublicRecord, RestoreMark
from core.models.outbox import LOST_KIND
from core.outbox import write_record
from ledger.services.verifying import verify_books
from tests import databases
from tests.factories.people import make_person, make_province
from tests.transparency.ground import moment, place_all
from tests.transparency.log_ground import grow, place
from tests.transparency.merkle.trees import slow_root
from tests.transparency.use_ground import make_use_ground
from tests.workers import wait_for
from transparency import tasks
from transparency.models import LogCheckpoint, LogHead, LogLeaf, LogMirror, LogTile
from transparency.notes import parse_checkpoint, parse_note
from transparency.services import mirroring, resuming, signing, tiling
from transparency.services.mirror_files import ANNOUNCED, MirrorFiles
from transparency.services.mirroring import copy_log
from transparency.services.restored import statements
from transparency.services.resuming import resume_log
from transparency.services.sequencing import sequence_records
from transparency.services.signing import WouldFork, sign_checkpoint
from transparency.services.tiling import tile_leaves
from transparency.services.verifying_log import verify_log
from transparency.services.verifying_mirror import verify_mirror
from transparency.services.verifying_rows import verify_rows

REPLICA = "SET session_replication_role = replica"


@pytest.fixture
def mirror(tmp_path: Path, settings: Any) -> MirrorFiles:
    """A directory for the copy, as the settings name it."""
    settings.LOG_MIRROR_DIR = tmp_path / "mirror"
    return MirrorFiles(settings.LOG_MIRROR_DIR)


def names_in(mirror: MirrorFiles) -> set[str]:
    return {path.relative_to(mirror.root).as_posix() for path in mirror.root.rglob("*") if path.is_file()}


def size_of(mirror: MirrorFiles) -> int:
    return parse_checkpoint(parse_note((mirror.read("checkpoint") or b"").decode()).text).size


@pytest.mark.django_db
def test_without_a_directory_nothing_is_copied() -> None:
    grow(5)
    assert copy_log() is False
    assert not LogMirror.objects.exists()


@pytest.mark.django_db
def test_the_copy_has_every_file_of_the_signed_head_and_partial_ones_go_when_the_whole_is_there(
    mirror: MirrorFiles,
) -> None:
    grow(5)
    assert copy_log()
    assert names_in(mirror) == {"checkpoint", "tile/0/000.p/5", "tile/entries/000.p/5"}
    grow(3)
    assert copy_log()
    assert {"tile/0/000.p/5", "tile/0/000.p/8"} <= names_in(mirror)
    grow(300)
    assert copy_log()
    assert names_in(mirror) == {
        "checkpoint", "tile/0/000", "tile/0/001.p/52", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/52",
    }  # fmt: skip
    assert verify_mirror(mirror.root).problems == []
    assert verify_mirror(mirror.root).checked == 308
    row = LogMirror.objects.get()
    assert (row.size, row.problem) == (308, "")


@pytest.mark.django_db
def test_it_catches_up_by_itself_in_steps(mirror: MirrorFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(1300)
    monkeypatch.setattr(mirroring, "LONGEST_RUN_SECONDS", -1.0)
    steps = 0
    while not copy_log():
        steps += 1
        assert mirror.read("checkpoint") is None
        assert steps < 10
    assert steps == 5
    assert verify_mirror(mirror.root).problems == []
    assert ANNOUNCED not in names_in(mirror)


@pytest.mark.django_db
def test_a_file_that_differs_is_not_overwritten_and_stops_the_copy(mirror: MirrorFiles) -> None:
    grow(10)
    copy_log()
    target = mirror.root / "tile/0/000.p/20"
    target.write_bytes(b"other")
    grow(10)
    assert copy_log() is False
    assert target.read_bytes() == b"other"
    assert LogMirror.objects.get().problem.startswith("mirror_differs")
    assert size_of(mirror) == 10
    target.unlink()
    assert copy_log()
    assert LogMirror.objects.get().problem == ""


@pytest.mark.django_db
def test_a_directory_with_another_log_is_left_alone(mirror: MirrorFiles) -> None:
    grow(3)
    mirror.root.mkdir()
    (mirror.root / "checkpoint").write_text("other.example/log\n9\n" + "A" * 43 + "=\n\n— other.example/log AAAAAAAA\n")
    assert copy_log() is False
    assert LogMirror.objects.get().problem.startswith("mirror_not_ours")
    grow(3)
    assert LogCheckpoint.objects.count() == 2


def test_a_record_that_other_hands_changed_does_not_reach_the_copy(committed_db: str, mirror: MirrorFiles) -> None:
    grow(5)
    databases.as_superuser(
        REPLICA, "UPDATE core_publicrecord SET record = '{\"n\":7}' WHERE object_id = 3", database=committed_db
    )
    assert copy_log() is False
    assert LogMirror.objects.get().problem.startswith("record_changed")


def test_what_other_hands_changed_here_or_there_is_found_by_comparing(committed_db: str, mirror: MirrorFiles) -> None:
    grow(600)
    copy_log()
    assert verify_mirror(mirror.root).problems == []
    tile = mirror.root / "tile/1/000.p/2"
    tile.write_bytes(bytes(64))
    leaves = mirror.root / "tile/0/001"
    kept = leaves.read_bytes()
    leaves.write_bytes(bytes(32) + kept[32:])
    (mirror.root / "tile/entries/002.p/88").unlink()
    databases.as_superuser(
        REPLICA, "UPDATE core_publicrecord SET record = '{\"n\":7}' WHERE object_id = 3", database=committed_db
    )
    assert verify_mirror(mirror.root).problems == [
        {"check": "mirror_differs", "index": 3},
        {"check": "mirror_differs", "level": 0, "tile": 1, "index": 256},
        {"check": "mirror_missing", "level": 0, "tile": 2},
        {"check": "mirror_differs", "level": 1, "tile": 0},
    ]
    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_log", mirror=str(mirror.root), log_only=True, stdout=said)
    assert "mirror_missing" in said.getvalue()


# When something goes wrong ------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("left", range(12))
def test_a_disk_that_is_full_leaves_whole_files_and_the_copy_goes_on_when_there_is_room(
    left: int, mirror: MirrorFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(300)
    room = [left]

    def fsync(descriptor: int, real: Callable[[int], None] = os.fsync) -> None:
        if room[0] == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        room[0] -= 1
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    assert copy_log() is False
    assert "OSError" in LogMirror.objects.get().problem
    assert not [name for name in names_in(mirror) if ".tmp-" in name]
    if mirror.read("checkpoint") is not None:
        assert verify_mirror(mirror.root).problems == []
    # The log itself goes on meanwhile.
    grow(5)
    room[0] = 10_000
    assert copy_log()
    assert verify_mirror(mirror.root).problems == []
    assert size_of(mirror) == 305


class Crash(Exception):
    """A process that ends here."""


@pytest.mark.parametrize("broken", ["tile_leaves", "sign_checkpoint", "copy_log", "checkpoint", "announced", "tile/0"])
def test_a_crash_between_any_two_steps_leaves_no_gap_and_no_fork(
    broken: str, committed_db: str, mirror: MirrorFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads = []
    for number in range(3):
        for record in range(40):
            _write_record(number * 1000 + record)
        with monkeypatch.context() as patched:
            _break(broken, patched)
            for _again in range(3):
                with suppress(Crash):
                    tasks.sequence_records()
        _until_placed()
        heads.append(LogCheckpoint.objects.order_by("-size")[0].size)
    assert heads == [40, 80, 120]
    leaves = [bytes(leaf) for leaf in LogLeaf.objects.order_by("index").values_list("record__leaf_hash", flat=True)]
    for head in LogCheckpoint.objects.all():
        assert bytes(head.root) == slow_root(leaves[: head.size])
    assert verify_log().problems == []
    assert verify_mirror(mirror.root).problems == []
    assert size_of(mirror) == 120


def _break(step: str, patched: pytest.MonkeyPatch) -> None:
    def crash(*_arguments: Any, **_more: Any) -> None:
        raise Crash

    modules = {"tile_leaves": tiling, "sign_checkpoint": signing, "copy_log": mirroring}
    if step in modules:
        patched.setattr(modules[step], step, crash)
        return
    real = MirrorFiles.replace

    def replace(self: MirrorFiles, name: str, data: bytes) -> None:
        if name.startswith({"announced": ANNOUNCED}.get(step, step)) and (step != "checkpoint" or name == step):
            raise Crash
        real(self, name, data)

    patched.setattr(MirrorFiles, "replace", replace)


def _write_record(number: int) -> None:
    write_record(kind="test", subject=f"T{number}", object_id=number, branch_code="33", body={"n": number})


def _until_placed() -> None:
    wait_for(
        lambda: (tasks.sequence_records(), LogHead.objects.get().size == PublicRecord.objects.count())[1],
        what="the place of every record",
    )
    tasks.sequence_records()


def test_several_workers_that_sequence_sign_and_copy_at_once_make_one_log_and_one_copy(
    committed_db: str, mirror: MirrorFiles
) -> None:
    for number in range(700):
        _write_record(number)
    gate, failures = threading.Barrier(4), []

    def work() -> None:
        try:
            gate.wait(10)
            for _again in range(3):
                tasks.sequence_records()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failures == []
    _until_placed()
    indexes = list(LogLeaf.objects.order_by("index").values_list("index", flat=True))
    assert indexes == list(range(700))
    assert verify_log().problems == []
    assert verify_mirror(mirror.root).problems == []


@pytest.mark.django_db
def test_a_clock_that_was_set_back_changes_nothing(mirror: MirrorFiles) -> None:
    with frozen_at(moment("2026-10-05")):
        grow(5)
        copy_log()
    with frozen_at(moment("2026-10-01")):
        grow(5)
        assert copy_log()
    assert [one.size for one in LogCheckpoint.objects.order_by("size")] == [5, 10]
    assert verify_log().problems == []
    assert verify_mirror(mirror.root).problems == []


# After a restore ----------------------------------------------------------------------------------------------------


@contextmanager
def restored_later(database: str) -> Iterator[Callable[[], None]]:
    """Keep the database as it is now; what is yielded puts it back in its place, as `restore` does."""
    kept = f"{database}_kept"
    connection.close()
    databases.drop(kept)
    databases.as_superuser(f'CREATE DATABASE "{kept}" TEMPLATE "{database}"')

    def restore() -> None:
        connection.close()
        databases.drop(database)
        databases.as_superuser(f'CREATE DATABASE "{database}" TEMPLATE "{kept}"')
        databases.as_superuser("; ".join(statements()), database=database)
        RestoreMark.objects.create(
            backup_id="00000000-0000-0000-0000-000000000001", backup_made_at=now(), restored_at=now()
        )

    try:
        yield restore
    finally:
        connection.close()
        databases.drop(kept)


def test_an_older_backup_goes_on_exactly_as_signed_from_the_copy(committed_db: str, mirror: MirrorFiles) -> None:
    ground = make_use_ground()
    ground.gifts.give("330182", "100.00", on="2026-10-03", posted="2026-10-04", donor="虚构甲乙")
    _signed()
    # In the backup, without a place yet.
    ground.gifts.give("330182", "7.00", on="2026-10-03", posted="2026-10-04", donor="虚构甲丙")
    with restored_later(committed_db) as restore:
        ground.gifts.give("330182", "200.00", on="2026-10-05", posted="2026-10-05", donor="虚构丙丁")
        ground.pay("330182", "20.00", on="2026-10-07")
        _signed()
        before = LogCheckpoint.objects.latest("size")
        subjects = list(LogLeaf.objects.order_by("index").values_list("record__subject", flat=True))
        counters = dict(NumberCounter.objects.values_list("series", "last"))
        restore()
        assert LogCheckpoint.objects.latest("size").size < before.size
        tasks.sequence_records()
        assert LogHead.objects.get().size < before.size
        by = make_person("sys", "system_admin", ground.branches["33"]).login
        said = StringIO()
        call_command("resume_log", by=by, stdout=said)
    for subject in subjects[2:]:
        assert subject in said.getvalue()
    assert "账目没有完全恢复" in said.getvalue()
    after = LogCheckpoint.objects.latest("size")
    assert (after.size, after.note) == (before.size, before.note)
    assert list(LogLeaf.objects.order_by("index").values_list("record__subject", flat=True)) == subjects
    assert (
        list(PublicRecord.objects.filter(kind=LOST_KIND).order_by("object_id").values_list("subject", flat=True))
        == (subjects[2:])
    )
    now_counted = dict(NumberCounter.objects.values_list("series", "last"))
    posted = [series for series in counters if series.endswith(("-", "-E", "-P"))]
    assert {series: now_counted[series] for series in posted} == {series: counters[series] for series in posted}
    # It goes on: a new gift has a number of its own and the next place.
    gift = ground.gifts.give("330182", "9.00", on="2026-10-09", posted="2026-10-09", donor="虚构戊己")
    assert gift.number not in subjects
    assert not LostNumber.objects.filter(number=gift.number).exists()
    _signed()
    assert LogLeaf.objects.get(record__subject=gift.number).index == before.size
    assert verify_log([before.note]).problems == []
    assert verify_mirror(mirror.root).problems == []
    rows = verify_rows()
    assert (rows.problems, rows.skipped) == ([], {"lost": len(subjects) - 2})
    assert {name: rows for name, rows in verify_books().items() if rows} == {}


def test_without_the_copy_an_older_backup_is_refused_and_nothing_is_signed(committed_db: str, tmp_path: Path) -> None:
    by = make_person("sys", "system_admin", make_province()["33"]).login
    grow(10)
    with restored_later(committed_db) as restore:
        grow(10)
        kept = tmp_path / "kept.txt"
        kept.write_text(LogCheckpoint.objects.latest("size").note)
        restore()
    for given in ({"known_size": 20}, {"checkpoint": [str(kept)]}):
        said = StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("resume_log", by=by, stderr=said, **given)
        assert ended.value.code == 1
        assert "继续写会与已公开的内容分叉" in said.getvalue()
        place(3)
        tile_leaves()
        assert sign_checkpoint() is None
        assert RestoreMark.objects.get().cleared_at is None
        databases.as_superuser(
            REPLICA,
            "DELETE FROM transparency_logleaf WHERE index >= 10",
            "DELETE FROM transparency_logtile",
            "UPDATE transparency_loghead SET size = 10, tiled = 0",
            "DELETE FROM core_publicrecord WHERE object_id >= 10",
            database=committed_db,
        )


@pytest.mark.parametrize("what", ["record", "record.gone", "checkpoint"])
def test_a_copy_that_does_not_lead_to_its_signed_root_is_not_taken(
    what: str, committed_db: str, mirror: MirrorFiles
) -> None:
    grow(10)
    with restored_later(committed_db) as restore:
        grow(10)
        copy_log()
        restore()
    bundle = mirror.root / "tile/entries/000.p/20"
    if what == "record":
        bundle.write_bytes(bundle.read_bytes().replace(b'"n": 15', b'"n": 16'))
    elif what == "record.gone":
        bundle.unlink()
    else:
        (mirror.root / "checkpoint").write_bytes(b"x")
    with pytest.raises(DomainError) as caught:
        resume_log(known_size=0, by="test", mirror=mirror)
    assert caught.value.code == {
        "record": "log_would_fork", "record.gone": "mirror_incomplete", "checkpoint": "mirror_not_ours",
    }[what]  # fmt: skip
    assert (LogHead.objects.get().size, PublicRecord.objects.count()) == (10, 10)
    assert RestoreMark.objects.get().cleared_at is None


def test_a_restored_log_of_another_history_is_refused(committed_db: str, mirror: MirrorFiles) -> None:
    grow(10)
    copy_log()
    databases.as_superuser(
        REPLICA,
        "UPDATE core_publicrecord SET record = '{\"n\":1}', leaf_hash = sha256('\\x007b226e223a317d')"
        " WHERE object_id = 9",
        "DELETE FROM transparency_logtile",
        "DELETE FROM transparency_logcheckpoint",
        "UPDATE transparency_loghead SET tiled = 0",
        database=committed_db,
    )
    RestoreMark.objects.create(
        backup_id="00000000-0000-0000-0000-000000000001", backup_made_at=now(), restored_at=now()
    )
    with pytest.raises(DomainError) as caught:
        resume_log(known_size=0, by="test", mirror=mirror)
    assert caught.value.code == "log_would_fork"
    assert RestoreMark.objects.get().cleared_at is None


@pytest.mark.parametrize("step", ["tile_leaves", "_take_head_over"])
def test_a_resumption_that_was_broken_off_is_run_again(
    step: str, committed_db: str, mirror: MirrorFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves = grow(10)
    with restored_later(committed_db) as restore:
        leaves += grow(300)
        copy_log()
        restore()
    with monkeypatch.context() as patched:

        def crash(*_arguments: Any) -> None:
            raise Crash

        patched.setattr(resuming, step, crash)
        with pytest.raises(Crash):
            resume_log(known_size=0, by="test", mirror=mirror)
    assert RestoreMark.objects.get().cleared_at is None
    assert resume_log(known_size=310, by="test", mirror=mirror).size == 310
    assert bytes(LogCheckpoint.objects.latest("size").root) == slow_root(leaves)
    assert LogTile.objects.filter(level=0).count() == 2
    assert verify_log().problems == []


def test_a_copy_that_broke_off_while_a_longer_head_was_signed_is_known_to_be_short(
    committed_db: str, mirror: MirrorFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(10)
    copy_log()
    with restored_later(committed_db) as restore:
        grow(10)
        with monkeypatch.context() as patched:
            _break("tile", patched)
            with pytest.raises(Crash):
                copy_log()
        restore()
    assert ANNOUNCED in names_in(mirror)
    with pytest.raises(DomainError) as caught:
        resume_log(known_size=0, by="test", mirror=mirror)
    assert caught.value.code == "mirror_incomplete"


def test_a_backup_put_back_by_other_means_is_noticed_by_the_copy_and_stops_the_log(
    committed_db: str, mirror: MirrorFiles
) -> None:
    leaves = grow(10)
    with restored_later(committed_db) as restore:
        leaves += grow(10)
        copy_log()
        restore()
        RestoreMark.objects.update(cleared_at=now(), cleared_by="nobody")
    _write_record(5000)
    assert sequence_records() == 0
    databases.as_superuser("UPDATE transparency_loghead SET tiled = 0", database=committed_db)
    with pytest.raises(WouldFork) as caught:
        sign_checkpoint()
    assert caught.value.code == "log_behind_mirror"
    databases.as_superuser("UPDATE transparency_loghead SET tiled = 10", database=committed_db)
    assert resume_log(known_size=0, by="test", mirror=mirror).size == 20
    _until_placed()
    assert LogHead.objects.get().size == 21
    assert verify_log().problems == []
    assert verify_mirror(mirror.root).problems == []
    shutil.rmtree(mirror.root)


def _signed() -> None:
    place_all()
    tile_leaves()
    sign_checkpoint()
    copy_log()
