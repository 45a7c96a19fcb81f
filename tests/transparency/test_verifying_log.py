"""verify_log finds whatever was changed in the log, and names it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from tests import databases
from tests.transparency.log_ground import grow, place
from tests.transparency.merkle.trees import leaf, slow_root
from transparency.merkle.running import RunningTree
from transparency.models import LogCheckpoint
from transparency.services import verifying_log
from transparency.services.signing import sign_checkpoint
from transparency.services.tiling import tile_leaves
from transparency.services.verifying_log import verify_log

REPLICA = "SET session_replication_role = replica"
# One record written anew, its leaf hash with it.
ANEW = (
    "UPDATE core_publicrecord SET record = '{\"n\":1}', leaf_hash = sha256('\\x007b226e223a317d') WHERE object_id = 9"
)
OVERLAID = "UPDATE transparency_logtile SET hashes = overlay(hashes PLACING '\\x00' FROM {at}) WHERE level = {level}"
# What a superuser who switches triggers off may change, and which checks must say so, with the place.
TAMPERED: dict[str, tuple[list[str], dict[str, dict[str, Any]]]] = {
    "a record": (
        ["UPDATE core_publicrecord SET record = '{\"n\":1}' WHERE object_id = 300"],
        {"record_changed": {"index": 300}, "tile_differs": {"index": 300}, "root_differs": {"size": 301}},
    ),
    "a record with its leaf hash": (
        [ANEW],
        {"tile_differs": {"index": 9}, "root_differs": {"size": 300}},
    ),
    "a leaf hash": (
        ["UPDATE core_publicrecord SET leaf_hash = sha256('x') WHERE object_id = 9"],
        {"record_changed": {"index": 9}},
    ),
    "a leaf that is gone": (
        ["DELETE FROM transparency_logleaf WHERE index = 299"],
        {"index_gap": {"index": 299}},
    ),
    "two leaves in each other's place": (
        [
            "UPDATE transparency_logleaf SET index = 999 WHERE index = 5",
            "UPDATE transparency_logleaf SET index = 5 WHERE index = 6",
            "UPDATE transparency_logleaf SET index = 6 WHERE index = 999",
        ],
        {"tile_differs": {"index": 5}, "root_differs": {"size": 300}},
    ),
    "a tile of leaves": (
        [OVERLAID.format(at=33, level=0) + " AND index = 1"],
        {"tile_differs": {"index": 257}},
    ),
    "a tile of nodes": (
        [OVERLAID.format(at=1, level=1)],
        {"node_differs": {"level": 1, "tile": 0}},
    ),
    "a tile that is gone": (
        ["DELETE FROM transparency_logtile WHERE level = 0 AND index = 1"],
        {"tile_missing": {"level": 0, "tile": 1}},
    ),
    "a tile too many": (
        ["INSERT INTO transparency_logtile (level, index, hashes) VALUES (0, 7, sha256('x'))"],
        {"tile_too_wide": {"level": 0, "tile": 7}},
    ),
    "a note": (
        ["UPDATE transparency_logcheckpoint SET note = replace(note, E'\\n300\\n', E'\\n299\\n') WHERE size = 300"],
        {"bad_checkpoint": {"size": 300}},
    ),
    "the root of a head": (
        ["UPDATE transparency_logcheckpoint SET root = sha256('x') WHERE size = 300"],
        {"bad_checkpoint": {"size": 300}},
    ),
}


@given(st.integers(min_value=0, max_value=300))
def test_a_running_tree_knows_its_root_at_every_size(size: int) -> None:
    leaves, tree = [leaf(number) for number in range(size)], RunningTree()
    tree.take(leaves[: size // 2])
    assert tree.root() == slow_root(leaves[: size // 2])
    tree.take(leaves[size // 2 :])
    assert (tree.size, tree.root()) == (size, slow_root(leaves))


@pytest.mark.django_db
@pytest.mark.parametrize("chunk", [256, 4096])
def test_a_log_that_nobody_touched_is_found_in_order(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying_log, "CHUNK", chunk)
    assert verify_log().problems == []
    grow(1, 255, 1, 300, 0, 43)
    place(20)
    found = verify_log([LogCheckpoint.objects.get(size=257).note])
    assert (found.checked, found.problems) == (620, [])


@pytest.mark.parametrize("what", TAMPERED)
def test_what_other_hands_changed_is_found_and_named(what: str, committed_db: str) -> None:
    grow(300, 1, 50)
    statements, expected = TAMPERED[what]
    databases.as_superuser(REPLICA, *statements, database=committed_db)
    problems = verify_log().problems
    for check, place_of in expected.items():
        assert any(
            problem["check"] == check and place_of.items() <= problem.items() for problem in problems
        ), (check, problems)  # fmt: skip


def test_a_head_kept_outside_convicts_a_log_that_was_written_anew_and_signed_again(
    committed_db: str, tmp_path: Path
) -> None:
    grow(300)
    kept, newer = tmp_path / "kept.txt", tmp_path / "newer.txt"
    kept.write_text(LogCheckpoint.objects.get().note)
    grow(100)
    newer.write_text(LogCheckpoint.objects.get(size=400).note)
    # Whoever has the database and the key writes one gift anew and makes the whole log again.
    databases.as_superuser(
        REPLICA,
        ANEW,
        "DELETE FROM transparency_logcheckpoint",
        "DELETE FROM transparency_logtile",
        "DELETE FROM transparency_logleaf WHERE index >= 350",
        "UPDATE transparency_loghead SET tiled = 0, size = 350",
        database=committed_db,
    )
    tile_leaves()
    sign_checkpoint()
    assert verify_log().problems == []
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_log", checkpoint=[str(kept), str(newer)], json=True, stdout=said)
    assert ended.value.code == 1
    found = json.loads(said.getvalue())
    assert (found["ok"], found["checked"]) == (False, 350)
    assert found["problems"] == [
        {"check": "outside_differs", "size": 300},
        {"check": "outside_beyond", "size": 400, "leaves": 350},
    ]


@pytest.mark.django_db
def test_a_copy_that_this_log_never_signed_is_said_to_be_none_of_its_own() -> None:
    grow(5)
    assert [problem["check"] for problem in verify_log(["nonsense"]).problems] == ["outside_unsigned"]
