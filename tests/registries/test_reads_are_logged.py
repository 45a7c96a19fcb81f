"""Every reading of somebody leaves a row that the reader cannot take away; there is no door beside the services."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.management import get_commands
from django.db import DatabaseError, transaction
from django.urls import URLPattern, URLResolver, get_resolver

from core.clock import now
from core.models import AuditEvent, ReadLog
from core.sealed import reveal
from registries.services.reading import find_by_document, reveal_identity, reveal_wish
from registries.services.registrants import registrant_of
from tests.registries.exported import made
from tests.registries.ground import Ground, registered, somebody
from tests.registries.test_views_wishes import client_of


def _rows(login: str) -> list[tuple[str, str, str]]:
    rows = ReadLog.objects.filter(reader_login=login).order_by("pk")
    return [(one.object_key, one.field, one.purpose) for one in rows]


def test_each_reading_says_who_when_which_and_what_for(ground: Ground) -> None:
    wish, reader = registered(ground), ground.person("coordinator")
    registrant, began = registrant_of(wish).number, now()
    reveal_identity(wish=wish, purpose="核对登记表", actor=reader)
    reveal_wish(wish=wish, purpose="核对意愿", actor=reader)
    assert _rows("coordinator") == [
        *((registrant, field, "核对登记表") for field in ("name", "document", "phone", "details")),
        *((wish.number, field, "核对意愿") for field in ("content", "reference")),
    ]
    assert all(began <= one.at <= now() for one in ReadLog.objects.filter(reader_login="coordinator"))


def test_lists_searches_prints_and_exports_leave_a_row_for_each_person(ground: Ground) -> None:
    wishes = [registered(ground, at) for at in range(3)]
    numbers = {registrant_of(one).number for one in wishes}
    client = client_of(ground, "coordinator")
    client.get("/desk/registries/wishes/")
    assert {key for key, field, _why in _rows("coordinator") if field == "name"} == numbers
    find_by_document(document_kind="", document=somebody().document, actor=ground.person("second"))
    assert AuditEvent.objects.filter(verb="registries.registrant.looked_up", actor_login="second").count() == 1
    client.post(f"/desk/registries/wishes/{wishes[0].number}/print/card/")
    assert (wishes[0].number, "content", "打印志愿登记卡") in _rows("coordinator")
    before = len(_rows("coordinator"))
    made(ground, columns=("name", "document"))
    read = _rows("coordinator")[before:]
    assert {(key, field) for key, field, _why in read if field in ("name", "document")} >= {
        (key, field) for key in numbers for field in ("name", "document")
    }


def test_nothing_is_shown_where_the_row_could_be_rolled_back(committed_ground: Ground) -> None:
    registrant, reader = registrant_of(registered(committed_ground)), committed_ground.person("coordinator")
    with transaction.atomic(), pytest.raises(RuntimeError):
        reveal(registrant, "name", reader=reader, purpose="核对登记表")
    assert reveal(registrant, "name", reader=reader, purpose="核对登记表") == somebody().name
    assert _rows("coordinator") == [(registrant.number, "name", "核对登记表")]


CHANGES: dict[str, Callable[[Any], Any]] = {
    "delete": lambda rows: rows.delete(),
    "update": lambda rows: rows.update(purpose="别的用途"),
    "raw": lambda rows: rows._raw_delete("default"),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_the_reader_can_neither_delete_nor_change_the_row(ground: Ground, change: str) -> None:
    wish, reader = registered(ground), ground.person("coordinator")
    reveal_identity(wish=wish, purpose="核对登记表", actor=reader)
    rows = ReadLog.objects.filter(reader_login="coordinator")
    kept = list(rows.values())
    with pytest.raises(DatabaseError), transaction.atomic():
        CHANGES[change](rows)
    assert list(rows.values()) == kept


def test_neither_admin_nor_api_nor_a_command_reads_or_writes_anybody() -> None:
    registered_there = {model._meta.label for model in admin.site._registry}
    models = {one._meta.label for one in apps.get_app_config("registries").get_models()}
    assert not registered_there & models
    assert "core.ReadLog" not in registered_there
    assert [name for name, app in get_commands().items() if app == "registries"] == []
    assert [one for one in _api(get_resolver().url_patterns) if "registries" in one] == []


# Where a person comes in beside pages: rooms of any app, by a part of the path.
DOORS = ("admin", "api", "management", "commands", "serializers")
# Figures that everybody sees; what they read is published (docs/registries-figures.md).
OPEN = ("registries.choices", "registries.selectors.figures")


def test_no_admin_api_or_command_of_another_app_reaches_the_rows_or_readings_of_the_registries() -> None:
    doors = _doors()
    assert {"core", "organizations", "donations", "transparency"} <= {path.parts[0] for path in doors}
    found = {
        str(path): names
        for path in doors
        if (names := [one for one in _named(path) if one.split(".")[0] == "registries" and not one.startswith(OPEN)])
    }
    assert found == {}


# What other apps take of the registries: published figures, how much waits for somebody, ids of rows that disagree.
TAKEN = (
    "registries.choices.figures.",
    "registries.selectors.figures.FIGURE_FIELDS",
    "registries.selectors.national.national_lines",
    "registries.selectors.contacts.due_now_count",
    "registries.checks.all_checks",
)


def test_other_apps_take_published_figures_and_counts_of_the_registries_and_nobody() -> None:
    """Whatever an admin, an API or a command calls of its own app: no row of a person is to be had there."""
    found = {
        str(path): names
        for path in _files_of_others()
        if not {"demo", "migrations"} & set(path.parts)
        if (names := [one for one in _named(path) if one.split(".")[0] == "registries" and not one.startswith(TAKEN)])
    }
    assert found == {}


def test_the_walk_over_imports_finds_one_that_is_written_in_any_way(tmp_path: Path) -> None:
    path = tmp_path / "door.py"
    ways = (
        "from registries.models import Wish",
        "import registries.models",
        "from registries import models",
        "def f():\n    from registries.selectors.wishes import wishes_for",
        "apps.get_model('registries', 'Wish')",
        "apps.get_model('registries.Wish')",
        "import_string('registries.services.reading.reveal_wish')",
    )
    for way in ways:
        path.write_text(way, encoding="utf-8")
        assert any(one.split(".")[0] == "registries" for one in _named(path)), way


def _doors() -> list[Path]:
    """Files of other apps by which somebody comes in, as paths below the project."""
    files = [*_files_of_others(), *_below("redcross_portal")]
    return [path for path in files if any(part.removesuffix(".py") in DOORS for part in path.parts[1:])]


def _files_of_others() -> list[Path]:
    roots = {app.name for app in apps.get_app_configs() if Path(app.path).parent == Path(settings.BASE_DIR)}
    return [path for root in sorted(roots - {"registries", "redcross_portal"}) for path in _below(root)]


def _below(root: str) -> list[Path]:
    base = Path(settings.BASE_DIR)
    return [path.relative_to(base) for path in sorted((base / root).rglob("*.py"))]


def _named(path: Path) -> list[str]:
    """Every module that a file names: what it imports, and texts that lead to one."""
    text = (Path(settings.BASE_DIR) / path).read_text(encoding="utf-8")
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{one.name}" for one in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # `registries` alone is an app's label; a key of an answer is none of this.
            is_label = node.value == "registries" and "get_model" in text
            found += [node.value] if is_label or _leads_there(node.value) else []
    return found


def _leads_there(text: str) -> bool:
    """Whether it is the path of a module of the registries or the label of a table; a file may be called so as well."""
    first, _dot, rest = text.partition(".")
    modules = {one.stem for one in (Path(settings.BASE_DIR) / "registries").iterdir()}
    labels = {one.__name__ for one in apps.get_app_config("registries").get_models()}
    return first == "registries" and rest.split(".")[0] in modules | labels


def test_whoever_administers_the_system_finds_no_page_of_the_log_to_change(ground: Ground) -> None:
    admin_person = ground.person("supervisor")
    admin_person.is_staff = admin_person.is_superuser = True
    admin_person.save()
    client = client_of(ground, "supervisor")
    for path in ("core/readlog/", "registries/registrant/", "registries/wish/"):
        assert client.get(f"/admin/{path}").status_code in (302, 403, 404)


def _api(patterns: Any, prefix: str = "") -> list[str]:
    found = []
    for one in patterns:
        path = f"{prefix}{one.pattern}"
        if isinstance(one, URLResolver):
            found += _api(one.url_patterns, path)
        elif isinstance(one, URLPattern) and path.startswith("api/"):
            found.append(one.lookup_str)
    return found
