"""Errors of the API in the one shape `{"code", "message", "fields"}`."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from core.errors import DomainError

_SENTENCES: dict[type[Exception], tuple[str, Any]] = {
    Http404: ("not_found", gettext_lazy("没有找到，请核对编号或网址。")),
    PermissionDenied: ("not_allowed", gettext_lazy("没有做这件事的权限。")),
    exceptions.ParseError: ("not_json", gettext_lazy("请求内容不是有效的 JSON，请检查格式后重发。")),
    exceptions.AuthenticationFailed: ("not_signed_in", gettext_lazy("登录无效，请重新登录后再试。")),
    exceptions.NotAuthenticated: ("not_signed_in", gettext_lazy("请先登录。")),
    exceptions.PermissionDenied: ("not_allowed", gettext_lazy("没有做这件事的权限。")),
    exceptions.NotFound: ("not_found", gettext_lazy("没有找到，请核对编号、网址或翻页游标。")),
    exceptions.MethodNotAllowed: ("method_not_allowed", gettext_lazy("这个地址不支持这种请求方法。")),
    exceptions.NotAcceptable: ("not_acceptable", gettext_lazy("只能给出 JSON，请改 Accept 请求头。")),
    exceptions.UnsupportedMediaType: ("unsupported_media_type", gettext_lazy("请用 application/json 发送。")),
}


def handle_exception(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of an API view into its answer; None (a 500) for what nobody expected."""
    if isinstance(exc, DomainError):
        return Response(exc.as_dict(), status=exc.http_status)
    response = exception_handler(exc, context)
    if response is None:
        return None
    code, message, fields = _explain(exc)
    # A new answer: `exception_handler` wrote its own shape, but its headers (Retry-After, Allow) stand.
    return Response(
        {"code": code, "message": str(message), "fields": fields},
        status=response.status_code,
        headers=dict(response.headers),
    )


def _explain(exc: Exception) -> tuple[str, Any, dict[str, str]]:
    if isinstance(exc, exceptions.ValidationError):
        return "invalid", _("参数不符合要求，请按 fields 中的说明改正。"), _fields(exc.detail)
    if isinstance(exc, exceptions.Throttled):
        wait = {"seconds": int(getattr(exc, "wait", None) or 60)}
        return "too_many_requests", _("请求太频繁，请 %(seconds)d 秒后再试。") % wait, {}
    for known, (code, message) in _SENTENCES.items():
        if isinstance(exc, known):
            return code, message, {}
    return "refused", _("请求没有办成。"), {}


def _fields(detail: Any, prefix: str = "") -> dict[str, str]:
    """Flatten the errors of nested serializers: `donor.name` → one sentence."""
    if isinstance(detail, dict):
        found: dict[str, str] = {}
        for name, inner in detail.items():
            found.update(_fields(inner, f"{prefix}.{name}" if prefix else str(name)))
        return found
    if isinstance(detail, list):
        if any(isinstance(item, dict) for item in detail):
            return {
                key: text for at, item in enumerate(detail) for key, text in _fields(item, f"{prefix}.{at}").items()
            }
        return {prefix or "non_field_errors": " ".join(str(item) for item in detail)} if detail else {}
    return {prefix or "non_field_errors": str(detail)}
