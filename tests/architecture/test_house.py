"""Rules of the house that no linter of ours knows."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import connection

from core.scope import ScopedQuerySet

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "redcross_portal",
    "core",
    "accounts",
    "organizations",
    "ledger",
    "donations",
    "spending",
    "reconciliation",
    "training",
    "transparency",
)


def _files(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def _code() -> list[Path]:
    return [path for path in _files(*(f"{app}/*.py" for app in OURS)) if "migrations" not in path.parts]


def test_no_file_of_code_is_longer_than_400_lines() -> None:
    long = {str(path.relative_to(ROOT)): n for path in _code() if (n := len(path.read_text().splitlines())) > 400}
    assert long == {}


def test_no_room_is_named_after_nothing() -> None:
    nameless = [
        str(p)
        for p in _code()
        if re.search(r"(^|/)(utils?|helpers?|misc|common|lib)(\.py$|/)", str(p.relative_to(ROOT)))
    ]
    assert nameless == []


def test_domain_code_has_no_signal_receivers() -> None:
    found = [
        str(p)
        for p in _code()
        if re.search(r"@receiver|\b(pre|post)_(save|delete|init|migrate)\b|m2m_changed", p.read_text())
    ]
    assert found == []


def test_views_admin_tasks_and_forms_do_not_write() -> None:
    writes = re.compile(r"\.(save|create|bulk_create|get_or_create|update_or_create)\(|transaction\.atomic")
    rooms = re.compile(r"/(views|admin|tasks|forms|filters)(/|\.py)|/api/")
    found = {
        str(path.relative_to(ROOT)): line.strip()
        for path in _code()
        if rooms.search(str(path.relative_to(ROOT)))
        for line in path.read_text().splitlines()
        if writes.search(line)
    }
    assert found == {}


def test_views_are_short() -> None:
    long = {}
    for path in _code():
        if "/views" not in str(path.relative_to(ROOT)):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 40:
                long[f"{path.relative_to(ROOT)}:{node.name}"] = (node.end_lineno or 0) - node.lineno + 1
    assert long == {}


def test_migrations_are_named_and_import_no_application_code() -> None:
    migrations = _files(*(f"{app}/migrations/0*.py" for app in OURS))
    assert migrations
    assert [path.name for path in migrations if "_auto_" in path.name] == []
    importing = [
        str(path)
        for path in migrations
        if re.search(rf"^(from|import) ({'|'.join(OURS)})\b", path.read_text(), re.MULTILINE)
    ]
    # A migration of the first tables names the functions its fields use; it takes nothing else from the code.
    assert [path for path in importing if "0001_tables" not in path] == []


def test_every_migration_of_ours_that_runs_sql_can_be_taken_back() -> None:
    one_way = [
        str(p) for p in _files("*/migrations/0*.py") if "RunSQL" in p.read_text() and "reverse_sql" not in p.read_text()
    ]
    assert one_way == []


def test_only_tokens_css_holds_literal_colours() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|rgba?\(")
    found = [
        str(path.relative_to(ROOT))
        for path in _files("static/css/*.css")
        if path.name != "tokens.css" and colour.search(re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL))
    ]
    assert found == []


def test_templates_hold_no_inline_style_or_script() -> None:
    inline = re.compile(r"\sstyle=\"|\son(click|change|submit|load)=|<script>")
    found = [str(path.relative_to(ROOT)) for path in _files("templates/*.html") if inline.search(path.read_text())]
    assert found == []


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    told = re.compile(r"https?://(pypi|files\.pythonhosted|registry\.npmjs|deb\.debian)|(?<![\w.])/(home|root)/\w")
    text = (".py", ".md", ".txt", ".toml", ".yml", ".html", ".css", ".in", "")
    found = [
        str(path.relative_to(ROOT))
        for path in _files("*")
        if path.suffix in text
        and "vendor" not in path.parts
        and path != Path(__file__)
        and told.search(path.read_text(errors="replace"))
    ]
    assert found == []


def test_the_tree_ships_no_red_cross_emblem_file() -> None:
    named = [str(p) for p in _files("static/*") if re.search(r"red.?cross|emblem", p.name, re.IGNORECASE)]
    assert named == []


def test_every_task_named_in_code_is_registered_with_celery() -> None:
    current_app.loader.import_default_modules()
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    for path in _code():
        wanted |= set(re.findall(r'kind="((?:\w+)\.tasks\.\w+)"', path.read_text()))
    assert wanted - set(current_app.tasks) == set()


@pytest.mark.parametrize("app", ["ledger", "donations", "spending", "reconciliation", "transparency"])
def test_tables_with_a_branch_on_the_row_refuse_to_be_read_without_a_scope(app: str) -> None:
    carriers = [model for model in apps.get_app_config(app).get_models() if hasattr(model, "lineage_of")]
    assert carriers
    public_facts = {"DisclosureItem"}
    open_ones = [
        model.__name__
        for model in carriers
        if model.__name__ not in public_facts and not isinstance(model._default_manager.all(), ScopedQuerySet)
    ]
    assert open_ones == []


def test_every_status_column_is_held_by_a_check(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"
        )
        checks: dict[str, str] = {}
        for table, definition in cursor.fetchall():
            checks[table] = checks.get(table, "") + definition
    loose = [
        f"{model.__name__}.{field.name}"
        for label in OURS[1:]
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
        if field.name == "status" and "status" not in checks.get(model._meta.db_table, "")
    ]
    assert loose == []
