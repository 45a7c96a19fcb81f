"""The deployer's own gateway for SMS or WeChat."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from core.notifying.backends.asking import ask
from core.notifying.backends.base import NotSent


class GatewayNotifier:
    """For a deployment: posts the message as JSON to the deployer's own gateway for SMS or WeChat.

    `settings.NOTIFIER_GATEWAY_URL` (https, or loopback) and `NOTIFIER_GATEWAY_SECRET`. The body is signed: header
    `X-Signature` is the hex HMAC-SHA256 of the body under the secret (RFC 2104). Any status but 2xx is a failure.
    """

    def carries(self, purpose: str) -> bool:
        """Everything: the gateway knows its templates."""
        return True

    def send(self, *, phone: str, text: str, purpose: str, values: Mapping[str, str] | None = None) -> None:
        """Post the message."""
        facts: dict[str, Any] = {"phone": phone, "text": text, "purpose": purpose}
        if values:
            facts["values"] = dict(values)
        body = json.dumps(facts, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Signature": hmac.new(settings.NOTIFIER_GATEWAY_SECRET.encode(), body, hashlib.sha256).hexdigest(),
        }
        answer = ask("POST", settings.NOTIFIER_GATEWAY_URL, body=body, headers=headers)
        if not 200 <= answer.status < 300:
            raise NotSent(f"HTTP {answer.status}")
