"""Corrections, consents, papers and exports leave nobody in clear anywhere but in what is handed out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from core.jobs import start_job
from core.models import AuditEvent, Job, ReadLog
from registries.models import Export, ExportEvent, RegistrantEvent
from tests.core.test_nothing_in_clear import _redis
from tests.registries.exported import asked, worked
from tests.registries.ground import Ground, days_ago, gift, registered, somebody
from tests.registries.papers import photo
from tests.registries.test_nothing_in_clear import EXECUTOR, REFERENCE, UNIT, _dump
from tests.registries.test_views_wishes import client_of
from tests.training.pages import post

NEW_NAME, NEW_PHONE, CONTACT = "赵更正后", "13711112222", "示例联系人丁"
VALUES = (
    somebody().name, somebody().document, somebody().phone, somebody().address, EXECUTOR, UNIT, REFERENCE, NEW_NAME,
    NEW_PHONE, CONTACT,
)  # fmt: skip


def _travelled(ground: Ground) -> list[str]:
    """A wish and an export taken through all steps over the pages; what the answers said in their heads."""
    content = gift(executor_name=EXECUTOR, receiving_unit=UNIT)
    wish = registered(ground, content=content, signed_on=days_ago(3))
    clerk, coordinator, head = (client_of(ground, one) for one in ("clerk", "coordinator", "head"))
    post(clerk, "desk_wish_paper_new", wish.number, paper=photo())
    corrected = {"reason": "name_changed", "name": NEW_NAME, "has_seen_paper": "on", "phone": NEW_PHONE}
    post(clerk, "desk_wish_correct", wish.number, **corrected, contact_name=CONTACT)
    post(clerk, "desk_wish_consent", wish.number, "contact", act="withdraw", channel="counter")
    post(clerk, "desk_wish_hand_over", wish.number, reference=REFERENCE, on=days_ago(1).isoformat())
    at = f"/desk/registries/wishes/{wish.number}"
    heads = [_head(coordinator, f"{at}/papers/{wish.papers.get().pk}/", purpose="核对签字")]
    heads += [_head(coordinator, f"{at}/print/{kind}/") for kind in ("card", "letter")]
    export = asked(ground, columns=("name", "document", "phone", "items", "executor", "reference"), format="xlsx")
    post(head, "desk_registry_export_decide", export.number, decision="approve")
    worked(export)
    heads.append(_head(coordinator, f"/desk/registries/exports/{export.number}/file/"))
    # What is refused, and what is not there, tells nothing either.
    heads.append(_page(coordinator, f"{at}/correct/", name="赵", phone="1", reason="typed_wrong"))
    heads.append(_page(client_of(ground, "stranger"), f"/desk/registries/exports/{export.number}/"))
    post(clerk, "desk_wish_withdraw", wish.number, channel="counter")
    post(clerk, "desk_wish_there", wish.number, on=days_ago(0).isoformat())
    return heads


def _head(client: Client, address: str, **sent: str) -> str:
    answer = client.post(address, sent)
    assert answer.status_code == 200, address
    b"".join(answer)
    return str(dict(answer.items()))


def _page(client: Client, address: str, **sent: str) -> str:
    return client.post(address, sent).content.decode()


def _cached() -> str:
    """All that lies in Redis, messages of the broker among it."""
    return _redis().decode(errors="replace")


def _found(text: str) -> list[str]:
    return [shape for value in VALUES for shape in (value, value.encode().hex()) if shape in text]


def test_no_dump_log_job_session_cache_or_head_holds_anybody(committed_ground: Ground, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    heads = _travelled(committed_ground)
    dump = _dump()
    assert Export.objects.unscoped("test").get().number in dump
    assert _found(dump) == []
    assert _found(caplog.text) == []
    assert [_found(head) for head in heads if _found(head)] == []
    sessions = [str(one.get_decoded()) for one in Session.objects.all()]
    kept = _cached()
    assert sessions
    assert kept
    assert [_found(text) for text in (*sessions, kept) if _found(text)] == []
    for rows in (Job, AuditEvent, ReadLog, RegistrantEvent, ExportEvent):
        text = str(list(rows.objects.values()))
        assert len(text) > 2, rows
        assert _found(text) == [], rows


def test_no_file_on_disk_holds_anybody(committed_ground: Ground) -> None:
    _travelled(committed_ground)
    files = [path for path in Path(settings.PRIVATE_FILES_DIR).rglob("*") if path.is_file()]
    assert len(files) >= 2
    found = [path.name for path in files for value in VALUES if value.encode() in path.read_bytes()]
    assert found == []
    # A workbook's bytes are packed: that it lies sealed shows by its beginning.
    assert [path.name for path in files if path.read_bytes()[:2] in (b"PK", b"\xff\xd8", b"%P")] == []


def test_the_search_would_find_a_value_in_clear(committed_ground: Ground) -> None:
    start_job(
        kind="registries.tasks.build_export",
        label=NEW_NAME,
        params={},
        idempotency_key="x",
        branch_code="33",
        actor=None,
    )
    assert _found(_dump()) == [NEW_NAME]
