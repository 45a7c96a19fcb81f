"""A dump of the database with the program, without the keys, shows no name, number or wish."""

from __future__ import annotations

import logging
import subprocess
from pathlib import Path
from typing import Any

from core.audit import record_audit
from core.backup.programs import connection_arguments, program
from core.models import AuditEvent
from registries.models import Registrant, Wish
from registries.services.reading import find_by_document, reveal_identity, reveal_wish
from registries.services.wishes import hand_over_wish, withdraw_wish
from tests.registries.ground import Ground, days_ago, gift, registered, somebody

EXECUTOR, UNIT, REFERENCE = "示例执行人甲", "示例医学院接受站", "ORG2026SECRET"


def _dump(*options: str) -> str:
    arguments, environment = connection_arguments()
    argv = [program("pg_dump"), *arguments, "--format", "plain", *options]
    done = subprocess.run(argv, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def _travelled(ground: Ground) -> Wish:
    """A wish that was registered, found, read, handed over and withdrawn."""
    coordinator = ground.person("coordinator")
    content = gift(executor_name=EXECUTOR, receiving_unit=UNIT)
    wish = registered(ground, content=content, signed_on=days_ago(3))
    find_by_document(document_kind="", document=somebody().document, actor=coordinator)
    reveal_identity(wish=wish, purpose="核对登记表", actor=coordinator)
    reveal_wish(wish=wish, purpose="核对登记表", actor=coordinator)
    hand_over_wish(wish_id=wish.pk, reference=REFERENCE, on=days_ago(1), actor=coordinator)
    withdraw_wish(wish_id=wish.pk, channel="online")
    return wish


def test_the_dump_and_the_log_hold_neither_name_nor_number_nor_wish(committed_ground: Ground, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    wish = _travelled(committed_ground)
    dump = _dump()
    assert wish.number in dump
    person = somebody()
    values = (person.name, person.document, person.phone, person.address, EXECUTOR, UNIT, REFERENCE)
    words = ("all_organs", "cornea", '"stance"', "眼角膜")
    shapes = {shape for value in values for shape in (value, value.encode().hex())}
    assert [shape for shape in shapes if shape in dump] == []
    # The literal lists of the constraints name what may be given; no row does.
    rows = _dump("--data-only")
    said = {shape for word in words for shape in (word, word.encode().hex())}
    assert [shape for shape in said if shape in rows] == []
    assert [shape for shape in (*shapes, *said) if shape in caplog.text] == []


def test_the_search_of_the_dump_would_find_a_value_in_clear(committed_ground: Ground) -> None:
    registered(committed_ground)
    record_audit("registries.test.written", actor=None, object_label="x", object_key=somebody().name)
    assert AuditEvent.objects.filter(object_key=somebody().name).exists()
    assert somebody().name in _dump()


def test_the_tables_do_not_join_without_the_look_up_key(committed_ground: Ground) -> None:
    wish = registered(committed_ground)
    registrant = Registrant.objects.unscoped("test").get()
    row = Wish.objects.unscoped("test").filter(pk=wish.pk).values().get()
    known = {registrant.pk, str(registrant.row_key), registrant.number, registrant.row_key.bytes}
    kept = {
        value for name, value in row.items() if name not in ("id", "branch_id", "city_id", "county_id", "province_id")
    }
    assert not {str(one) for one in kept} & {str(one) for one in known - {registrant.pk}}
    assert registrant.row_key.bytes not in bytes(row["registrant"])


def test_no_file_is_left_behind(committed_ground: Ground, settings: Any) -> None:
    _travelled(committed_ground)
    folder = Path(settings.PRIVATE_FILES_DIR)
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []
    assert [path.name for path in files if somebody().document.encode() in path.read_bytes()] == []
