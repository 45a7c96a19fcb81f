"""Asking a provider over HTTP: https (or this machine), no redirects, a time limit, and errors that repeat nothing."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any

from core.notifying.backends.base import NotSent

TIMEOUT_SECONDS = 10
_LONGEST_ANSWER_BYTES = 65_536


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status and the JSON object; empty where the body was none."""

    status: int
    content: dict[str, Any]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A signed message is for one address; whoever answers with another one gets nothing."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


def ask(method: str, url: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """Send one request and return the answer, whatever its status. `url` was checked at the start (settings).

    Raises NotSent, not final, where nothing came back within ten seconds: `timeout` or the kind of the error alone.
    """
    request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310 -- checked at the start
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            return Answer(response.status, _object(response.read(_LONGEST_ANSWER_BYTES)))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _object_of_error(error))
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise NotSent("timeout" if isinstance(reason, TimeoutError) else type(reason).__name__) from None


def _object_of_error(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        return _object(error.read(_LONGEST_ANSWER_BYTES))
    except (OSError, http.client.HTTPException):
        return {}


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
