"""A telephone that gets its codes as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from core.notifying import send_waiting


def with_messages(overridden: Any, folder: Path) -> Path:
    """Let messages become files in a folder."""
    overridden.NOTIFIER = "file"
    overridden.NOTIFIER_BACKEND = "core.notifying.backends.FileNotifier"
    overridden.NOTIFIER_FILES_DIR = folder / "messages"
    return folder / "messages"


def messages_sent(purpose: str = "") -> list[dict[str, Any]]:
    """What went, oldest first."""
    send_waiting()
    files = sorted(Path(settings.NOTIFIER_FILES_DIR).glob("*.json"))
    found = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return [one for one in found if one["purpose"].endswith(purpose)]


def code_sent() -> str:
    """The code that went last."""
    return str(messages_sent(".code")[-1]["values"]["code"])


def asked(client: Client, number: str, phone: str) -> None:
    """Ask for a code for signing up."""
    answer = client.post(f"/training/{number}/sign-up/", {"phone": phone})
    assert answer["Location"] == f"/training/{number}/sign-up/name/", answer.content.decode()


def form_of(client: Client, number: str) -> dict[str, str]:
    """The form for a name, as a browser has it before anything is typed: its key."""
    page = client.get(f"/training/{number}/sign-up/name/")
    assert page.status_code == 200
    return {"key": str(page.context["form"]["key"].value())}


def signed_up(client: Client, number: str, phone: str, name: str, **more: str) -> str:
    """Sign up on the pages; the code of the place."""
    asked(client, number, phone)
    sent = {**form_of(client, number), "code": code_sent(), "name": name, **more}
    answer = client.post(f"/training/{number}/sign-up/name/", sent)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"].split("/")[3])
