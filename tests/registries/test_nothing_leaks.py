"""Nobody of the registries leaves them: pages, errors, caches, jobs, sessions, addresses, logs, trail and reports."""

from __future__ import annotations

import datetime
import io
import json
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils.module_loading import import_string
from pypdf import PdfReader

from core.clock import SHANGHAI, frozen_at
from core.files import path_of
from core.jobs import start_job
from core.models import AuditEvent, Job, PublicRecord, ReadLog
from core.periods import parse_period
from core.progress import NoProgress
from organizations.choices import Role
from registries.services.figures.publishing import publish_years
from tests import databases
from tests.core.test_nothing_in_clear import _dump, _redis
from tests.factories.people import branch_at, make_person
from tests.registries.ground import Ground, make_ground, registered
from tests.registries.planted import CASE, CODES, DONOR, LAST_YEAR, VALUES, VISITOR, WISH, plant, plant_wish
from tests.registries.test_nothing_in_clear import _dump as _dump_rows
from tests.registries.test_views_wishes import client_of
from tests.registries.walking import (
    ENDING,
    TABLE,
    Answer,
    address,
    addresses,
    as_json,
    found_in,
    look,
    numbers_in,
    planted_numbers,
    post_to,
    send,
)
from tests.training.telephones import code_sent, with_messages
from tests.transparency.ground import place_all
from tests.transparency.test_training_yearbook import snapshot_of
from transparency.choices import ReportKind, ReportScope
from transparency.services.runs import make_run, render_run

LOGINS = ("", "stranger", "supervisor", "coordinator")
SENDERS = ("", "stranger", "head", "coordinator")
OPEN_DATA = (
    "/", "/organ/", "/stemcell/", "/memorial/", "/data/", "/data/datapackage.json", "/data/organ-registrations.csv",
    "/reports/", "/disclosure/", "/branches/", "/search/?q={value}", "/api/v1/branches/", "/api/v1/reports/",
    "/api/v1/schema/", "/api/v1/nothing/?q={value}", "/feed/reports.xml",
)  # fmt: skip
# Who may see nobody of the branch, whatever they ask.
OTHERS = ("", "stranger", "head", "supervisor")
# What a visitor or a family wrote to be published, which somebody of the branch has to read first.
READ_BEFORE_SHOWN = {VISITOR[one] for one in ("page", "page_text", "words", "signed")}
MODERATED = {
    "desk_memorial_messages", "desk_memorial_page_edit", "desk_memorial_page_step", "desk_memorial_page",
    "desk_memorial_decide",
}  # fmt: skip
# What forms say by way of example.
EXAMPLES = {"registry_request_find": "330106-2026-Q00000001", "desk_registry_find": "330106-2026-Y00000001"}
PUBLIC_NUMBERS = {"memorial_page"}
# What no page shows: the number of a search goes to nobody, what is told of a use stands in a PDF, packed.
NEVER_SHOWN = frozenset({DONOR["query"], CASE["use"]})


@dataclass
class Walk:
    """What was seen on the way, and where the rest lies."""

    ground: Ground
    named: dict[str, Any]
    answers: list[Answer]
    written: io.StringIO


class _Lines:
    """The log as it is written in service: by the formatter of the settings."""

    def __init__(self) -> None:
        said = dict(django_settings.LOGGING["formatters"]["line"])
        self.text = io.StringIO()
        self.handler = logging.StreamHandler(self.text)
        self.handler.setFormatter(import_string(said["()"])(said["format"]))

    def __enter__(self) -> io.StringIO:
        root = logging.getLogger()
        root.addHandler(self.handler)
        self._level, root.level = root.level, logging.DEBUG
        return self.text

    def __exit__(self, *error: object) -> None:
        logging.getLogger().removeHandler(self.handler)
        logging.getLogger().setLevel(self._level)


@pytest.fixture
def walk(committed_db: str, settings: Any, tmp_path: Path) -> Iterator[Walk]:
    """Everybody planted, everything looked at, each form sent by everybody, what one may see of oneself seen."""
    with_messages(settings, tmp_path)
    cache.clear()
    with _Lines() as written:
        ground = make_ground()
        named = plant(ground)
        found = Walk(ground, named, [], written)
        _look_everywhere(found)
        _see_ones_own(found)
        _send_everything(found)
        yield found


def _client(ground: Ground, login: str) -> Client:
    client = client_of(ground, login) if login else Client()
    client.raise_request_exception = False
    return client


def _look_everywhere(walk: Walk) -> None:
    for login in LOGINS:
        client = _client(walk.ground, login)
        for name, route in TABLE.items():
            if route.get is not None:
                walk.answers.append(look(client, login, name, address(name, walk.named)))
        for path in OPEN_DATA:
            walk.answers.append(look(client, login, path, path.format(value=WISH["document"])))
        # A number that is nobody's.
        walk.answers.append(look(client, login, "desk_wish", "/desk/registries/wishes/330106-2000-W00000001/"))
        # More than is taken at once, and an address that says nothing sensible.
        many = {f"{at}": VALUES[at % len(VALUES)] for at in range(1_200)}
        walk.answers.append(post_to(client, login, "desk_wish_find", "/desk/registries/wishes/find/", many))
        walk.answers.append(look(client, login, "registry_figures", "/organ/figures/?year=x"))


def _see_ones_own(walk: Walk) -> None:
    """By telephone, code and name; each page of it is one's own, so only heads, caches and sessions are looked at."""
    client = Client()
    for said in (WISH, DONOR):
        client.post("/organ/mine/", {"phone": said["phone"]})
        answer = client.post("/organ/mine/code/", {"code": code_sent(), "name": said["name"]})
        assert answer["Location"] == "/organ/mine/wishes/"
        assert client.get("/organ/mine/wishes/").status_code == 200
        assert client.get("/organ/mine/contact/").status_code == 200
        client = Client(REMOTE_ADDR="127.0.0.9")
    client.post("/booked/", {"number": walk.named["registry_request"], "phone": VISITOR["phone"]})
    client.post("/booked/code/", {"code": code_sent()})
    assert client.get("/booked/mine/").status_code == 200
    client.post("/memorial/bookings/", {"phone": VISITOR["visitor_phone"]})
    client.post("/memorial/bookings/", {"code": code_sent()})
    assert walk.named["memorial_booking"] in client.get("/memorial/bookings/").content.decode()


def _send_everything(walk: Walk) -> None:
    ordered = sorted(TABLE, key=lambda name: any(word in name for word in ENDING))
    for name in ordered:
        if TABLE[name].post is not None:
            for login in SENDERS:
                client = _client(walk.ground, login)
                walk.answers += send(client, login, name, address(name, walk.named))


def _said(answers: list[Answer]) -> list[str]:
    return [f"{one}: {found_in(one.body)}" for one in answers if found_in(one.body)]


def _public_numbers(walk: Walk) -> set[str]:
    """Of remembrance what families and the association show to everybody has its number in its address."""
    return {str(one) for name, one in walk.named.items() if name in PUBLIC_NUMBERS}


def _everywhere_else(walk: Walk) -> dict[str, bytes]:
    sessions = [as_json(one.get_decoded()) for one in Session.objects.all()]
    tables = {rows.__name__: as_json(list(rows.objects.values())) for rows in (Job, AuditEvent, ReadLog, PublicRecord)}
    assert sessions
    return {
        "dump": _dump(), "redis": _redis(), "log": walk.written.getvalue().encode(), "sessions": b"\n".join(sessions),
        "heads": "\n".join(one.head for one in walk.answers).encode(), **tables,
    }  # fmt: skip


def test_every_address_of_the_registries_is_walked() -> None:
    assert {name.split(":")[0] for name in TABLE} == set(addresses())


def test_nobody_planted_stands_in_an_error_a_head_a_cache_a_job_a_session_a_log_the_trail_or_on_a_page_unasked(
    walk: Walk,
) -> None:
    errors = [one for one in walk.answers if one.status >= 400]
    shown = b"\n".join(one.body for one in walk.answers if not one.is_typed and one.status == 200)
    numbers = planted_numbers(walk.ground.branch)
    assert len(numbers) > 15
    found: dict[str, list[str]] = {
        # What is sent wrong, may not be, and is not there was all met with.
        "errors not met with": sorted({"400", "403", "404"} - {str(one.status) for one in errors}),
        "broken": [str(one) for one in errors if one.status >= 500],
        "in errors": _said(errors),
        # Who only looks, without a purpose, is shown nobody; nor is anybody shown to who may not.
        "looked at": [
            f"{one}: {beside}"
            for one in walk.answers
            if one.method == "GET" and not one.is_typed
            if (
                beside := sorted(
                    set(found_in(one.body)) - (READ_BEFORE_SHOWN if one.name.split(":")[0] in MODERATED else set())
                )
            )
        ],
        "shown to others": _said([one for one in walk.answers if not one.is_typed and one.login in OTHERS]),
        # It was there to be seen: whoever asked with a purpose was shown it.
        "shown to nobody": sorted(set(VALUES) - NEVER_SHOWN - set(found_in(shown))),
        "shown without a row of the read log": _said(
            [one for one in walk.answers if one.login and not one.is_typed and not one.is_logged]
        ),
        # Nor a number of anybody of 杭州 to who works in 温州, or is nobody: a masked row says that there is one.
        "numbers shown elsewhere": [
            f"{one}: {there}"
            for one in walk.answers
            # A refusal repeats the address that was asked for.
            if one.login in ("", "stranger") and one.status < 400
            if (there := numbers_in(one.body, numbers) - _public_numbers(walk) - {EXAMPLES.get(one.name)})
        ],
        "numbers shown to nobody": [] if any(numbers_in(one.body, numbers) for one in walk.answers) else ["none"],
        "codes in rows": [code for code in CODES if code in _dump_rows("--data-only")],
        **{name: found_in(content) for name, content in _everywhere_else(walk).items()},
        "files": [path.name for path in _files() if found_in(path.read_bytes())],
    }
    wrong = {name: one for name, one in found.items() if one}
    if wrong:
        pytest.fail(json.dumps(wrong, ensure_ascii=False, indent=1))
    assert _files()


def _files() -> list[Path]:
    return [path for path in Path(django_settings.PRIVATE_FILES_DIR).rglob("*") if path.is_file()]


def test_the_search_finds_whoever_does_lie_in_clear(committed_ground: Ground) -> None:
    """It would find them: in the dump, in Redis, in a session, in the head and in the body of an answer."""
    name, phone = WISH["name"], DONOR["phone"]
    start_job(
        kind="registries.tasks.build_export", label=name, params={}, idempotency_key="x", branch_code="33", actor=None
    )
    cache.set("tests:clear", {"phone": phone})
    client = client_of(committed_ground, "clerk")
    session = client.session
    session["clear"] = name
    session.save()
    assert found_in(_dump()) == [name]
    assert phone in found_in(_redis())
    assert [found_in(as_json(one.get_decoded())) for one in Session.objects.all()] == [[name]]
    page = client.post("/desk/registries/wishes/new/", {"name": name})
    assert found_in(page.content) == [name]
    assert found_in(f"Location: /x/{name}/".encode()) == [name]


def test_a_page_that_breaks_says_and_logs_nothing_of_what_was_sent(
    committed_db: str, settings: Any, tmp_path: Path
) -> None:
    """The database fails under each page with a message that repeats what it was given."""
    assert settings.DEBUG is False
    with_messages(settings, tmp_path)
    cache.clear()
    ground = make_ground()
    named = plant(ground)
    clients = {login: _client(ground, login) for login in ("", "coordinator")}
    said = " ".join(VALUES).replace("'", "")
    databases.as_superuser(
        f"CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{said}'; END $$",
        "CREATE TRIGGER breaks BEFORE INSERT ON core_readlog FOR EACH ROW EXECUTE FUNCTION breaks()",
        "CREATE TRIGGER breaks BEFORE INSERT ON core_auditevent FOR EACH ROW EXECUTE FUNCTION breaks()",
        database=committed_db,
    )
    with _Lines() as written:
        answers = []
        for name, route in TABLE.items():
            for login, client in clients.items():
                if route.get is not None:
                    answers.append(look(client, login, name, address(name, named)))
                if route.post is not None:
                    answers += send(client, login, name, address(name, named))
        client = Client(raise_request_exception=False, headers={"accept": "application/json"})
        client.force_login(ground.person("coordinator"), backend="allauth.account.auth_backends.AuthenticationBackend")
        answers += send(client, "coordinator", "desk_wish", address("desk_wish", named))
    broken = [one for one in answers if one.status == 500]
    assert len({one.name for one in broken}) >= 20
    assert any("编号 2" in one.body.decode() for one in broken)
    assert any(one.body.startswith(b"{") for one in broken)
    assert _said(broken) == []
    assert found_in("\n".join(one.head for one in broken).encode()) == []
    log = written.getvalue()
    # The trace is there, without the words of the error.
    assert "Traceback" in log or "RaiseException" in log
    assert found_in(log.encode()) == []


def test_every_line_of_the_log_is_written_without_values() -> None:
    logging_settings = django_settings.LOGGING
    assert {one["formatter"] for one in logging_settings["handlers"].values()} == {"line"}
    assert not any("AdminEmailHandler" in one["class"] for one in logging_settings["handlers"].values())
    assert [one for one in logging_settings["loggers"].values() if "handlers" in one] == []


def test_neither_the_yearbook_nor_open_data_hold_anybody(committed_db: str) -> None:
    ground = make_ground()
    top = branch_at("33")
    make_person("clerk.33", Role.CLERK, top)
    with frozen_at(LAST_YEAR):
        for at in range(1, 9):
            registered(ground, at)
        plant_wish(ground)
    january = datetime.datetime(LAST_YEAR.year + 1, 1, 5, 10, tzinfo=SHANGHAI)
    with frozen_at(january):
        assert publish_years()
    place_all()
    period = parse_period(str(LAST_YEAR.year))
    with frozen_at(january + datetime.timedelta(days=9)):
        run = make_run(
            kind=ReportKind.REGISTRIES_YEARBOOK.value, branch=top, scope=ReportScope.BELOW, period=period, actor=None,
            queue=False,
        )  # fmt: skip
    run = render_run(run_id=run.pk, job=NoProgress())
    contents: dict[str, bytes] = {"snapshot": as_json(snapshot_of(run))}
    for one in run.files.select_related("file"):
        content = path_of(one.file.sha256).read_bytes()
        contents[one.role] = content
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                contents |= {name: archive.read(name) for name in archive.namelist()}
        elif content[:4] == b"%PDF":
            reader = PdfReader(io.BytesIO(content))
            contents[f"{one.role} text"] = "".join(page.extract_text() for page in reader.pages).encode()
            contents |= {name: data for name, parts in reader.attachments.items() for data in parts}
    assert "捐献" in contents["printed text"].decode() if "printed text" in contents else len(contents) > 2
    for path in ("/organ/figures/", "/organ/figures.csv", "/organ/figures.json"):
        answer = Client().get(f"{path}?year={LAST_YEAR.year}")
        contents[path] = b"".join(answer) if answer.streaming else answer.content
    assert {name: found_in(content) for name, content in contents.items() if found_in(content)} == {}
