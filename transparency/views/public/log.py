"""The public log as tlog-tiles lays it out (c2sp.org/tlog-tiles): checkpoint, tiles, entries."""

from __future__ import annotations

import base64
import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from core.views.caching import public_page
from transparency.merkle.tiles import BadPath, parse_path
from transparency.notes import parse_checkpoint, parse_note
from transparency.selectors.public_log import (
    checkpoint_note,
    entry_bundle,
    inclusion_of,
    latest_checkpoint,
    log_verifiers,
    tile_bytes,
)
from transparency.services.restored import order_is_held

OCTETS = "application/octet-stream"
# A tile never changes; the head does with every new record.
FOR_GOOD, SECONDS = 365 * 24 * 60 * 60, 5
HELD_SECONDS = 600


@require_safe
def log_checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed head, with the signatures of witnesses; none while it is held after a restore.

    It may be shorter than what was served before then: whoever reads it would see the log go back.
    """
    if order_is_held():
        return _held()
    checkpoint = latest_checkpoint()
    if checkpoint is None:
        raise Http404(_("公开日志还没有签名的检查点。"))
    response = HttpResponse(checkpoint_note(checkpoint), content_type="text/plain; charset=utf-8")
    patch_cache_control(response, public=True, max_age=SECONDS)
    return response


@public_page
def log_record(request: HttpRequest, index: int) -> HttpResponse:
    """One record for people: what it says, where it stands, and the hashes that lead from it to the signed head."""
    found = inclusion_of(index)
    if found is None:
        raise Http404(_("公开日志里没有这一条，或检查点还没有签到这里。"))
    signed = parse_checkpoint(parse_note(found.checkpoint.note).text)
    context = {
        "title": _("公开记录 %(index)d") % {"index": index},
        "found": found,
        "record": json.dumps(json.loads(found.record), ensure_ascii=False, indent=2),
        "leaf": base64.b64encode(found.leaf_hash).decode(),
        "proof": [base64.b64encode(step).decode() for step in found.proof],
        "origin": signed.origin,
        "root": base64.b64encode(signed.root).decode(),
        "note": checkpoint_note(found.checkpoint),
        "keys": log_verifiers(),
    }
    return render(request, "public/log/record.html", context)


@require_safe
def log_tile(request: HttpRequest, level: str, path: str) -> HttpResponse:
    """A tile of hashes, whole or partial; 404 for one that no signed head covers."""
    return _for_good(tile_bytes(int(level), *_place(path)))


@gzip_page
@require_safe
def log_entries(request: HttpRequest, path: str) -> HttpResponse:
    """The records of a tile of leaves."""
    return _for_good(entry_bundle(*_place(path)))


def _held() -> HttpResponse:
    sentence = _("公开日志刚从备份恢复，正在核对此前签名到哪里，核对完成前不提供检查点，请稍后再试。")
    response = HttpResponse(sentence + "\n", status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(HELD_SECONDS)
    patch_cache_control(response, no_store=True)
    return response


def _place(path: str) -> tuple[int, int]:
    try:
        return parse_path(path)
    except BadPath:
        raise Http404(_("没有这个地址。")) from None


def _for_good(data: bytes | None) -> HttpResponse:
    if data is None:
        raise Http404(_("公开日志没有这一段，或检查点还没有签到这里。"))
    response = HttpResponse(data, content_type=OCTETS)
    patch_cache_control(response, public=True, max_age=FOR_GOOD, immutable=True)
    return response
