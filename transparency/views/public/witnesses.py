"""Where witnesses hand in their lines (docs/log.md)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.throttling import Limit, TooOften, count_once, place_of
from transparency.services.witnessing import LONGEST_BODY_BYTES, take_cosignatures

HANDING_IN = Limit("log_cosignatures", 240, 60)
_STATUS = {"unknown_checkpoint": 404, "unknown_witness": 403, "too_many_lines": 409, "too_many_requests": 429}


# No cookie says who comes: the signature does. So there is nothing that another site could misuse.
@csrf_exempt
@require_POST
def log_cosignatures(request: HttpRequest) -> HttpResponse:
    """Take cosignatures as text; answers the lines that stand, or one sentence of what is wrong."""
    try:
        count_once(HANDING_IN, place_of(request))
        if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY_BYTES:
            return _said(413, _("内容超过 %(most)d 字节。") % {"most": LONGEST_BODY_BYTES})
        lines = take_cosignatures(request.read(LONGEST_BODY_BYTES + 1).decode("utf-8"))
    except UnicodeDecodeError:
        return _said(400, _("内容不是 UTF-8 文本。"))
    except (DomainError, TooOften) as error:
        return _said(_STATUS.get(error.code, 400), error.message)
    return HttpResponse("".join(line.line for line in lines), content_type="text/plain; charset=utf-8")


def _said(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence + "\n", status=status, content_type="text/plain; charset=utf-8")
