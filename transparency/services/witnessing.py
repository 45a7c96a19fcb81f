"""Witnesses: taking the lines that they hand in, and asking them for theirs (c2sp.org/tlog-witness)."""

from __future__ import annotations

import base64
import http.client
import logging
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import DomainError
from transparency.merkle.proofs import consistency_proof
from transparency.models import LogCheckpoint, LogCosignature
from transparency.notes import BadNote, parse_checkpoint, parse_note
from transparency.selectors.public_log import checkpoint_of, latest_checkpoint, tree_of_size
from transparency.services.signing import add_cosignature

_log = logging.getLogger("portal.log")
LONGEST_BODY_BYTES = 16 * 1024
MOST_LINES = 16
# A witness signs a head once; a few more for changes of its key. What comes beyond is refused.
MOST_OF_ONE_WITNESS = 4
TIMEOUT_SECONDS = 10
_LONGEST_ANSWER_BYTES = 64 * 1024
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Asked:
    """What became of asking one witness: `cosigned`, `has` (it had signed already), or what went wrong."""

    name: str
    size: int
    outcome: str


def take_cosignatures(text: str) -> list[LogCosignature]:
    """Take the lines of witnesses under one of our heads, in either form; what is there already stays.

    `text` is the size of the head in the first line and signature lines below, or the whole note. Lines of keys that
    are no witnesses are left alone, as long as one is. Raises DomainError `bad_cosignature`, `unknown_checkpoint`,
    `unknown_witness`, `too_many_lines`.
    """
    size, lines = _head_and_lines(text)
    taken, refused = [], DomainError("bad_cosignature", _("里面没有见证签名行。"))
    for line in lines[:MOST_LINES]:
        try:
            taken.append(_take(size, line))
        except DomainError as error:
            if error.code != "unknown_witness":
                raise
            refused = error
    if not taken:
        raise refused
    return taken


def ask_witnesses() -> list[Asked]:
    """Ask every witness of `LOG_WITNESS_URLS` to cosign the newest head, unless it did; nothing where none is named.

    Each is asked by itself, with a time limit, and none keeps the others from being asked. The old size is the last one
    that it is known to have signed; where it knows another, it says so (409), and is asked once more.
    """
    newest = latest_checkpoint()
    if newest is None:
        return []
    results = []
    for name, url in settings.LOG_WITNESS_URLS.items():
        result = Asked(name, newest.size, _ask(name, url, newest))
        if result.outcome not in ("cosigned", "has"):
            _log.warning("witness %s did not cosign %s: %s", name, newest.size, result.outcome)
        results.append(result)
    return results


def _take(size: int, line: str) -> LogCosignature:
    name = line.removeprefix("— ").partition(" ")[0]
    there = LogCosignature.objects.filter(checkpoint_id=size, name=name)
    if there.exclude(line=f"{line}\n").count() >= MOST_OF_ONE_WITNESS:
        raise DomainError("too_many_lines", _("这个见证方对这个检查点已有足够的签名行，没有再收。"))
    return add_cosignature(size=size, line=line)


def _head_and_lines(text: str) -> tuple[int, list[str]]:
    first, _mark, rest = text.partition("\n")
    if _SIZE.fullmatch(first.strip()):
        return int(first), [line for line in rest.split("\n") if line.strip()]
    try:
        note = parse_note(text)
        said = parse_checkpoint(note.text)
    except BadNote as error:
        message = _("内容应是第一行为检查点长度、其后为签名行，或整份带签名的检查点（%(why)s）。")
        raise DomainError("bad_cosignature", message % {"why": error}) from None
    own = checkpoint_of(said.size)
    if own is None or parse_note(own.note).text != note.text:
        raise DomainError("unknown_checkpoint", _("这不是本公开日志签名的检查点。"))
    return said.size, [signature.line.rstrip("\n") for signature in note.signatures]


def _ask(name: str, url: str, newest: LogCheckpoint) -> str:
    signed = LogCosignature.objects.filter(name=name).order_by("-checkpoint_id").values_list("checkpoint_id", flat=True)
    old = signed.first() or 0
    if old == newest.size:
        return "has"
    for _attempt in range(2):
        status, answer = _post(f"{url}/add-checkpoint", _request(old, newest))
        if status != http.client.CONFLICT:
            break
        if not _SIZE.fullmatch(answer.strip()) or int(answer) > newest.size:
            # It has seen more of this log than there is: a rewrite, or a restore (docs/log.md).
            return f"conflict: {answer.strip()[:40]}"
        if int(answer) == old:
            return "conflict: other root"
        old = int(answer)
    if status != http.client.OK:
        return f"HTTP {status}" if status else answer
    try:
        take_cosignatures(f"{newest.size}\n{answer}")
    except DomainError as error:
        return error.code
    return "cosigned"


def _request(old: int, newest: LogCheckpoint) -> bytes:
    proof = consistency_proof(tree_of_size(newest.size), old) if old else []
    lines = [f"old {old}", *(base64.b64encode(step).decode() for step in proof), ""]
    return ("\n".join(lines) + "\n" + newest.note).encode()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The address of a witness is the one in the settings."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        return None


_opener = urllib.request.build_opener(_NoRedirects)


def _post(url: str, body: bytes) -> tuple[int, str]:
    """The status and the text of an answer; 0 and the kind of the error where none came."""
    request = urllib.request.Request(url, body, {"Content-Type": "text/plain"}, method="POST")  # noqa: S310 -- settings
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            return response.status, response.read(_LONGEST_ANSWER_BYTES).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_LONGEST_ANSWER_BYTES).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        return 0, "timeout" if isinstance(reason, TimeoutError) else type(reason).__name__
