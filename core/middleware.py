"""What every request carries along."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.audit import request_address


class RequestContextMiddleware:
    """Keeps the request's address for the audit trail.

    Only the address of the connection is taken: a forwarded one can be written by anybody. A deployment behind a proxy
    lets the proxy set it (gunicorn's `forwarded_allow_ips` and `proxy_protocol`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_address.set(request.META.get("REMOTE_ADDR") or None)
        try:
            return self.get_response(request)
        finally:
            request_address.reset(token)
