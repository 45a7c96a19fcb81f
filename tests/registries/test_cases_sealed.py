"""A dump of a case without the keys tells nobody's name; keys turn under a case that stands."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from core.clock import today
from core.crypto import key_id_of, new_keyring
from core.keys import record_keys, retire_old_keys, rotate_keys
from registries.choices.cases import CaseStatus
from registries.models import Case, CaseKin, CasePerson, CaseUse, CaseWitness
from registries.services.cases.caring import write_use
from registries.services.cases.reading import reveal_people, reveal_record, reveal_uses
from tests.registries.case_ground import (
    CALLER,
    CALLER_PHONE,
    DOCUMENT,
    KIN,
    KIN_PHONE,
    NAME,
    NOTE,
    PLACE,
    TEXT,
    case_in,
)
from tests.registries.ground import Ground, make_ground
from tests.registries.test_nothing_in_clear import _dump

USED = "示例教学说明"


def given(ground: Ground) -> Case:
    """A body that was given and used, its people read."""
    case = case_in(ground, CaseStatus.HANDED_OVER, kinds=("body",))
    coordinator = ground.person("coordinator")
    write_use(case_id=case.pk, use="teaching", on=today(), note=USED, actor=coordinator)
    asked: dict[str, Any] = {"case": case, "purpose": "核对案例", "actor": coordinator}
    people, record = reveal_people(**asked), reveal_record(**asked)
    assert (people.name, people.document, people.caller_phone) == (NAME, DOCUMENT, CALLER_PHONE)
    assert [(one.name, one.phone) for one in people.kin] == [(KIN["spouse"], KIN_PHONE)]
    assert (record.note, record.place, record.text) == (NOTE, PLACE, TEXT)
    assert [note for _row, note in reveal_uses(**asked)] == [USED]
    return case


def test_the_dump_and_the_log_hold_nobody_of_a_case_and_no_word_of_it(committed_ground: Ground, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    case = given(committed_ground)
    dump = _dump()
    assert case.number in dump
    values = (NAME, DOCUMENT, CALLER, CALLER_PHONE, KIN["spouse"], KIN_PHONE, NOTE, PLACE, TEXT, USED)
    shapes = {shape for value in values for shape in (value, value.encode().hex())}
    assert [shape for shape in shapes if shape in dump] == []
    assert [shape for shape in shapes if shape in caplog.text] == []


def test_keys_turn_under_what_stands(committed_db: str, tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(json.dumps(new_keyring()), encoding="utf-8")
    path.chmod(0o600)
    settings.PORTAL_KEYS = path
    record_keys()
    ground = make_ground()
    case = given(ground)
    assert rotate_keys(lambda _line: None) == 0
    retire_old_keys(lambda _line: None)
    asked: dict[str, Any] = {
        "case": Case.objects.unscoped("test").get(pk=case.pk), "purpose": "核对案例",
        "actor": ground.person("coordinator"),
    }  # fmt: skip
    assert reveal_people(**asked).name == NAME
    assert reveal_record(**asked).text == TEXT
    assert [note for _row, note in reveal_uses(**asked)] == [USED]
    person, kin = CasePerson.objects.get(case=case), CaseKin.objects.get(case=case)
    witness, use = CaseWitness.objects.get(case=case), CaseUse.objects.get(case=case)
    assert {key_id_of(one) for one in (person.name, person.caller, kin.name, kin.phone)} == {"i2"}
    assert {key_id_of(one) for one in (witness.content, use.note)} == {"w2"}
