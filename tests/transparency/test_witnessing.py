"""Witnesses hand in their lines, and are asked for them: against a small real witness over HTTP."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from core.throttling import Limit
from tests.transparency.log_ground import grow
from transparency.merkle.proofs import is_consistent
from transparency.models import LogCheckpoint, LogCosignature
from transparency.notes import (
    COSIGNATURE,
    BadNote,
    Checkpoint,
    Signature,
    Verifier,
    open_checkpoint,
    parse_note,
    parse_verifier,
)
from transparency.selectors.public_log import checkpoint_note, log_verifiers
from transparency.services import witnessing
from transparency.services.witnessing import LONGEST_BODY_BYTES, MOST_OF_ONE_WITNESS, ask_witnesses
from transparency.views.public import witnesses as witnesses_view

pytestmark = pytest.mark.django_db
ADDRESS = "/log/cosignatures/"


@dataclass
class Witness:
    """A witness (c2sp.org/tlog-witness): knows the log's keys, remembers the last head, signs what goes on from it."""

    name: str = "witness.example/w"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    trusts: list[Verifier] = field(default_factory=list)
    last: Checkpoint | None = None
    asked: list[str] = field(default_factory=list)
    # What it answers instead of doing its work.
    instead: Callable[[], tuple[int, str]] | None = None

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, COSIGNATURE, self.key.public_key().public_bytes_raw())

    def line(self, text: str, moment: int = 1_790_000_000) -> str:
        signed = self.key.sign(f"cosignature/v1\ntime {moment}\n{text}".encode())
        return Signature(self.name, self.verifier.key_id, moment.to_bytes(8, "big") + signed).line

    def add_checkpoint(self, body: str) -> tuple[int, str]:
        """Answer `add-checkpoint` as the specification says."""
        self.asked.append(body.split("\n", 1)[0])
        if self.instead is not None:
            return self.instead()
        head, _mark, note = body.partition("\n\n")
        old_line, *proof = head.split("\n")
        try:
            said = open_checkpoint(note, *self.trusts)
        except BadNote as error:
            return 403, str(error)
        old = int(old_line.removeprefix("old "))
        known = self.last.size if self.last else 0
        if old > said.size or len(proof) > 63:
            return 400, ""
        if old != known:
            return 409, f"{known}\n"
        if self.last is None:
            is_right = not proof
        else:
            steps = [base64.b64decode(step, validate=True) for step in proof]
            is_right = is_consistent(old, self.last.root, said.size, said.root, steps)
        if not is_right:
            return 422, ""
        self.last = said
        return 200, self.line(parse_note(note).text)


@pytest.fixture
def witness(settings: Any) -> Iterator[Witness]:
    """A witness of the settings, asked at an address of this machine."""
    one = Witness()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, text = one.add_checkpoint(body) if self.path == "/w/add-checkpoint" else (404, "")
            self.send_response(status)
            if status == 302:
                self.send_header("Location", text)
                text = ""
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.LOG_WITNESSES = [one.verifier.text]
    settings.LOG_WITNESS_URLS = {one.name: f"http://127.0.0.1:{server.server_port}/w"}
    yield one
    server.shutdown()
    server.server_close()


def trusting(one: Witness) -> Witness:
    one.trusts = [parse_verifier(text) for text in log_verifiers()]
    return one


def outcomes() -> list[str]:
    return [asked.outcome for asked in ask_witnesses()]


def test_a_witness_signs_each_head_that_goes_on_from_the_one_before(witness: Witness) -> None:
    assert ask_witnesses() == []
    for count in (5, 300, 1):
        grow(count)
        trusting(witness)
        assert outcomes() == ["cosigned"]
        newest = LogCheckpoint.objects.latest("size")
        assert open_checkpoint(checkpoint_note(newest), witness.verifier).size == newest.size
        assert outcomes() == ["has"]
    assert witness.asked == ["old 0", "old 5", "old 305"]


def test_a_witness_that_knows_another_size_says_so_and_is_asked_again(witness: Witness) -> None:
    grow(5)
    trusting(witness)
    ask_witnesses()
    grow(10)
    # It has lost what it knew.
    witness.last = None
    witness.asked.clear()
    assert outcomes() == ["cosigned"]
    assert witness.asked == ["old 5", "old 0"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((409, "999999\n"), "conflict: 999999"),
        ((409, "0\n"), "conflict: other root"),
        ((409, "nonsense"), "conflict: nonsense"),
        ((403, "no"), "HTTP 403"),
        ((422, ""), "HTTP 422"),
        ((500, ""), "HTTP 500"),
        ((302, "http://127.0.0.1:1/w"), "HTTP 302"),
        ((200, ""), "bad_cosignature"),
        ((200, "— other.example/w AAAAAAAA\n"), "unknown_witness"),
    ],
)
def test_what_a_witness_answers_otherwise_is_said_and_signs_nothing(
    answer: tuple[int, str], outcome: str, witness: Witness
) -> None:
    grow(5)
    witness.instead = lambda: answer
    assert outcomes() == [outcome]
    assert not LogCosignature.objects.exists()
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("ask_witnesses", stdout=said)
    assert ended.value.code == 1
    assert outcome in said.getvalue()


def test_a_line_over_another_head_is_not_taken(witness: Witness) -> None:
    grow(5)
    text = parse_note(LogCheckpoint.objects.get().note).text
    witness.instead = lambda: (200, witness.line(text.replace("\n5\n", "\n6\n")))
    assert outcomes() == ["bad_cosignature"]


def test_a_witness_that_does_not_answer_keeps_nobody_waiting(
    witness: Witness, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(5)
    trusting(witness)
    gone = threading.Event()
    witness.instead = lambda: (200, "") if gone.wait(20) else (500, "")
    monkeypatch.setattr(witnessing, "TIMEOUT_SECONDS", 0.3)
    settings.LOG_WITNESS_URLS = {**settings.LOG_WITNESS_URLS, "second": "http://127.0.0.1:9/w"}
    assert outcomes() == ["timeout", "ConnectionRefusedError"]
    gone.set()


# Handing in -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def hand_in() -> Callable[[str], Any]:
    """Post a text as a witness does, checked for a missing token as a browser would be."""
    cache.clear()

    def post(text: str) -> Any:
        return Client(enforce_csrf_checks=True).post(ADDRESS, text.encode(), content_type="text/plain")

    return post


def test_a_line_is_taken_in_either_form_and_once(witness: Witness, hand_in: Callable[[str], Any]) -> None:
    grow(5)
    head = LogCheckpoint.objects.get()
    line = witness.line(parse_note(head.note).text)
    for text in (f"5\n{line}", head.note + line, f"5\n{line}", head.note + line):
        answer = hand_in(text)
        assert (answer.status_code, answer.content.decode()) == (200, line)
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert LogCosignature.objects.count() == 1
    assert Client().get("/log/checkpoint").content.decode() == head.note + line


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 400),
        ("nonsense", 400),
        ("5\n", 400),
        ("5\nnonsense\n", 400),
        ("4\n{line}", 404),
        ("99999999999999999999\n{line}", 400),
        ("{other}", 404),
        ("5\n{stranger}", 403),
        ("{note}", 403),
        ("5\n{forged}", 400),
    ],
)
def test_what_is_no_line_of_a_known_witness_is_refused_in_one_sentence(
    text: str, status: int, witness: Witness, hand_in: Callable[[str], Any]
) -> None:
    grow(5)
    note = LogCheckpoint.objects.get().note
    said = parse_note(note).text
    values = {
        "line": witness.line(said),
        "note": note,
        "other": note.replace("\n5\n", "\n6\n"),
        "stranger": Witness(name="stranger.example/w").line(said),
        "forged": witness.line(said.replace("\n5\n", "\n4\n")),
    }
    answer = hand_in(text.format(**values))
    assert answer.status_code == status, answer.content.decode()
    assert answer.content.decode().count("\n") == 1
    assert not LogCosignature.objects.exists()


def test_too_much_too_often_and_other_methods_are_refused(
    witness: Witness, hand_in: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(5)
    assert hand_in("5\n" + "x" * LONGEST_BODY_BYTES).status_code == 413
    assert Client().get(ADDRESS).status_code == 405
    assert Client().post(ADDRESS, b"5\n\xff", content_type="text/plain").status_code == 400
    text = parse_note(LogCheckpoint.objects.get().note).text
    for number in range(MOST_OF_ONE_WITNESS):
        assert hand_in(f"5\n{witness.line(text, 1_790_000_000 + number)}").status_code == 200
    assert hand_in(f"5\n{witness.line(text, 1_790_001_000)}").status_code == 409
    assert hand_in(f"5\n{witness.line(text)}").status_code == 200
    monkeypatch.setattr(witnesses_view, "HANDING_IN", Limit("log_cosignatures_test", 2, 3600))
    assert [hand_in("5\n").status_code for _ in range(3)] == [400, 400, 429]


def test_without_witnesses_in_the_settings_nobody_is_asked_and_no_line_is_taken(
    settings: Any, hand_in: Callable[[str], Any]
) -> None:
    settings.LOG_WITNESSES, settings.LOG_WITNESS_URLS = [], {}
    grow(5)
    assert ask_witnesses() == []
    line = Witness().line(parse_note(LogCheckpoint.objects.get().note).text)
    assert hand_in(f"5\n{line}").status_code == 403
    with pytest.raises(SystemExit) as ended:
        call_command("ask_witnesses", stderr=StringIO())
    assert ended.value.code == 2
