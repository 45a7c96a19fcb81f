"""Other hands in the public log: what the database refuses, what stops the log, and many at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg2
import pytest
from django.db import DatabaseError, connection, connections, transaction

from tests import databases
from tests.transparency.log_ground import grow, place
from tests.transparency.merkle.trees import slow_root
from transparency.models import LogCheckpoint, LogHead, LogTile
from transparency.services.signing import WouldFork, sign_checkpoint
from transparency.services.tiling import TilesBroken, tile_leaves


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transparency_logtile SET hashes = overlay(hashes PLACING '\\x00' FROM 5)",
        "UPDATE transparency_logtile SET hashes = substring(hashes FROM 1 FOR 32)",
        "UPDATE transparency_logtile SET hashes = hashes || '\\x00'",
        "UPDATE transparency_logtile SET index = index + 1000",
        "UPDATE transparency_logtile SET level = 5",
        "DELETE FROM transparency_logtile",
        "UPDATE transparency_logcheckpoint SET note = ''",
        "DELETE FROM transparency_logcheckpoint",
        "INSERT INTO transparency_logcheckpoint VALUES (2, decode(repeat('00', 32), 'hex'), 'x', now())",
        "INSERT INTO transparency_logcheckpoint VALUES (2000, decode(repeat('00', 32), 'hex'), 'x', now())",
        "UPDATE transparency_logkey SET verifier = 'x'",
        "UPDATE transparency_loghead SET tiled = size + 1",
    ],
)
def test_neither_application_nor_superuser_changes_what_was_signed(statement: str, committed_db: str) -> None:
    grow(300)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(psycopg2.Error):
        databases.as_superuser(statement, database=committed_db)


def test_a_log_whose_tiles_were_rewritten_gets_no_new_signature(committed_db: str) -> None:
    grow(300)
    databases.as_superuser(
        "SET session_replication_role = replica",
        "UPDATE transparency_logtile SET hashes = overlay(hashes PLACING '\\x00000000' FROM 33) WHERE level = 0",
        database=committed_db,
    )
    place(10)
    tile_leaves()
    with pytest.raises(WouldFork) as caught:
        sign_checkpoint()
    assert caught.value.code == "log_would_fork"
    assert LogCheckpoint.objects.count() == 1


def test_a_tile_cut_short_by_other_hands_stops_the_log(committed_db: str) -> None:
    grow(300)
    databases.as_superuser(
        "SET session_replication_role = replica",
        "UPDATE transparency_logtile SET hashes = substring(hashes FROM 1 FOR 320) WHERE level = 0 AND index = 1",
        database=committed_db,
    )
    place(10)
    with pytest.raises(TilesBroken):
        tile_leaves()
    assert LogHead.objects.get().tiled == 300


@pytest.fixture
def together(committed_db: str) -> Callable[[Callable[[], Any], int], list[Any]]:
    """Run one thing in several threads at once, each with a connection of its own."""

    def run(work: Callable[[], Any], times: int) -> list[Any]:
        gate = threading.Barrier(times)
        results: list[Any] = []

        def one() -> None:
            try:
                gate.wait(10)
                results.append(work())
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return results

    return run


def test_several_that_tile_and_sign_at_once_make_one_log(
    together: Callable[[Callable[[], Any], int], list[Any]],
) -> None:
    leaves = place(700)

    def work() -> tuple[int, LogCheckpoint | None]:
        return tile_leaves(), sign_checkpoint()

    results = together(work, 4)
    assert sum(tiled for tiled, _signed in results) == 700
    assert len([signed for _tiled, signed in results if signed]) == 1
    assert bytes(LogCheckpoint.objects.get().root) == slow_root(leaves)
    assert LogTile.objects.count() == 4
