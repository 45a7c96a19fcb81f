"""Ways that need no one else: none at all, the worker's standard error, files."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from core.clock import now
from core.notifying.backends.base import NotSent


class NoNotifier:
    """For a portal without any way to send: pages that need one say so before they ask for a number."""

    def carries(self, purpose: str) -> bool:
        """Nothing."""
        return False

    def send(self, *, phone: str, text: str, purpose: str, values: Mapping[str, str] | None = None) -> None:
        """Refuse."""
        raise NotSent("off")


class ConsoleNotifier:
    """For a demo on one's own machine: writes the message to the worker's standard error."""

    def carries(self, purpose: str) -> bool:
        """Everything."""
        return True

    def send(self, *, phone: str, text: str, purpose: str, values: Mapping[str, str] | None = None) -> None:
        """Write the message."""
        sys.stderr.write(f"短信 {purpose} → {phone}：{text}\n")


class FileNotifier:
    """For a demo and for tests: each message is a file of its own in `settings.NOTIFIER_FILES_DIR`."""

    def carries(self, purpose: str) -> bool:
        """Everything."""
        return True

    def send(self, *, phone: str, text: str, purpose: str, values: Mapping[str, str] | None = None) -> None:
        """Write the message whole or not at all."""
        folder = Path(settings.NOTIFIER_FILES_DIR)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        facts = {
            "at": now().isoformat(),
            "purpose": purpose,
            "phone": phone,
            "text": text,
            "values": dict(values or {}),
        }
        temporary = folder / f".{uuid.uuid4().hex}"
        temporary.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        temporary.replace(folder / f"{now():%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}.json")
