"""What every request carries along."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.audit import request_address
from core.errors import DomainError
from core.views.errors import error_response


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


class DomainErrorMiddleware:
    """Answers what the domain refused: a page with its sentence and status, or the same as JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Take care of domain errors alone; everything else is Django's."""
        return error_response(request, exception) if isinstance(exception, DomainError) else None
