"""The ways a short message can go; `settings.NOTIFIER_BACKEND` names one of these classes."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from core.clock import now

TIMEOUT_SECONDS = 10


class NotSent(Exception):
    """The way refused or failed; its words reach a row of the database and hold neither number nor text."""


class Notifier(Protocol):
    """One way to send a short message."""

    def send(self, *, phone: str, text: str, purpose: str) -> None:
        """Hand one message over. Raises NotSent."""


class NoNotifier:
    """For a portal without any way to send: pages that need one say so before they ask for a number."""

    def send(self, *, phone: str, text: str, purpose: str) -> None:
        """Refuse."""
        raise NotSent("off")


class ConsoleNotifier:
    """For a demo on one's own machine: writes the message to the worker's standard error."""

    def send(self, *, phone: str, text: str, purpose: str) -> None:
        """Write the message."""
        sys.stderr.write(f"短信 {purpose} → {phone}：{text}\n")


class FileNotifier:
    """For a demo and for tests: each message is a file of its own in `settings.NOTIFIER_FILES_DIR`."""

    def send(self, *, phone: str, text: str, purpose: str) -> None:
        """Write the message whole or not at all."""
        folder = Path(settings.NOTIFIER_FILES_DIR)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = json.dumps(
            {"at": now().isoformat(), "purpose": purpose, "phone": phone, "text": text}, ensure_ascii=False
        )
        temporary = folder / f".{uuid.uuid4().hex}"
        temporary.write_text(content, encoding="utf-8")
        temporary.replace(folder / f"{now():%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}.json")


class GatewayNotifier:
    """For a deployment: posts the message as JSON to the deployer's own gateway for SMS or WeChat.

    `settings.NOTIFIER_GATEWAY_URL` (https, or loopback) and `NOTIFIER_GATEWAY_SECRET`. The body is signed: header
    `X-Signature` is the hex HMAC-SHA256 of the body under the secret (RFC 2104). Any status but 2xx is a failure.
    """

    def send(self, *, phone: str, text: str, purpose: str) -> None:
        """Post the message."""
        body = json.dumps({"phone": phone, "text": text, "purpose": purpose}, ensure_ascii=False).encode()
        secret = settings.NOTIFIER_GATEWAY_SECRET.encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Signature": hmac.new(secret, body, hashlib.sha256).hexdigest(),
        }
        request = urllib.request.Request(settings.NOTIFIER_GATEWAY_URL, body, headers, method="POST")  # noqa: S310 -- checked at the start
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 -- as above
                return
        except urllib.error.HTTPError as error:
            with error:
                raise NotSent(f"HTTP {error.code}") from None
        except OSError as error:
            raise NotSent(type(error).__name__) from None


def notifier() -> Notifier:
    """Return the way that the settings name."""
    return cast("Notifier", import_string(settings.NOTIFIER_BACKEND)())
