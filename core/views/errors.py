"""Pages for requests that could not be served, and the same as JSON for programs."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.incidents import new_reference

_log = logging.getLogger("portal.requests")
# Templates by status; every other refusal is shown by the page for 400.
_PAGES = {400: "400", 403: "403", 404: "404", 429: "429", 500: "500", 503: "503"}


def wants_json(request: HttpRequest) -> bool:
    """Whether the answer goes to a program: an address of the API, or a caller that prefers JSON to a page."""
    if request.path.startswith("/api/"):
        return True
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a refusal of the domain with its own status and sentence."""
    return _answer(request, error.http_status, error.as_dict())


def _answer(request: HttpRequest, status: int, body: dict[str, Any]) -> HttpResponse:
    reference = new_reference()
    _log.info("%s %s %s %s %s", reference, status, body["code"], request.method, request.path)
    if wants_json(request):
        return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    context = {**body, "reference": reference, "status": status}
    return render(request, f"errors/{_PAGES.get(status, '400')}.html", context, status=status)


def _sentence(exception: Exception | None) -> str:
    """What the view itself said, when it said a sentence; Django's own English texts are not for readers."""
    said = str(exception.args[0]) if exception is not None and exception.args else ""
    return said if said and not said.isascii() else ""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request itself is malformed."""
    message = _sentence(exception) or _("浏览器发来的内容不完整或格式不对，没有办理任何事。请返回上一页刷新后重试。")
    return _answer(request, 400, {"code": "bad_request", "message": message, "fields": {}})


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person may not."""
    return _answer(request, 403, {"code": "not_allowed", "message": _sentence(exception), "fields": {}})


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing for this person."""
    return _answer(request, 404, {"code": "not_found", "message": _sentence(exception), "fields": {}})


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429: asked too often."""
    message = _("操作太频繁，请稍等几分钟再试。")
    return _answer(request, 429, {"code": "too_many_requests", "message": message, "fields": {}})


def server_error(request: HttpRequest) -> HttpResponseBase:
    """500: our fault. The log has the trace (without values) under the reference number shown."""
    reference = new_reference()
    _log.error("%s 500 %s %s", reference, request.method, request.path)
    sentence = _("系统出了问题，这一步没有办成。请稍后再试，或把编号 %(reference)s 告诉我们。") % {
        "reference": reference
    }
    if wants_json(request):
        body = {"code": "server_error", "message": sentence, "fields": {}}
        return JsonResponse(body, status=500, json_dumps_params={"ensure_ascii": False})
    try:
        return render(request, "errors/500.html", {"reference": reference}, status=500)
    except Exception:
        # Whatever broke the page may break its frame as well: words without a frame are better than none.
        return HttpResponseServerError(sentence, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page stood open too long, or the form came from elsewhere."""
    reference = new_reference()
    _log.info("%s 403 csrf %s %s", reference, request.method, request.path)
    if wants_json(request):
        message = _("请求没有带有效的防伪标记，没有办理任何事。请重新取得后再提交。")
        body = {"code": "csrf", "message": message, "fields": {}}
        return JsonResponse(body, status=403, json_dumps_params={"ensure_ascii": False})
    content = render_to_string("errors/csrf.html", {"reference": reference}, request)
    return HttpResponse(content, status=403)
