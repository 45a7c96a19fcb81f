"""Answers for load balancers and monitoring."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.readiness import examine_readiness, metric_lines

# What a proxy adds: then the connection's address is the proxy's and says nothing about the caller.
_PROXY_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")
_LOOPBACK = ("127.", "::1")


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, broker, worker and beat: 200 or 503. Not for the public."""
    _require_insider(request)
    subjects = examine_readiness()
    ok = all(subject.ok for subject in subjects.values())
    body = {"ok": ok, **{name: subject.as_dict() for name, subject in subjects.items()}}
    return JsonResponse(body, status=200 if ok else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus. Not for the public."""
    _require_insider(request)
    return HttpResponse("".join(metric_lines()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _require_insider(request: HttpRequest) -> None:
    """Let in who holds METRICS_TOKEN, or comes from this machine without a proxy; others find no such page."""
    token = settings.METRICS_TOKEN
    if token and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return
    proxied = any(header in request.META for header in _PROXY_HEADERS)
    if not proxied and str(request.META.get("REMOTE_ADDR", "")).startswith(_LOOPBACK):
        return
    raise Http404
