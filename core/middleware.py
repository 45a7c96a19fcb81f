"""What every request carries along."""

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from core.audit import request_address
from core.errors import DomainError
from core.views.errors import error_response, page_not_found


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
    """Answers what the domain refused: a page with its sentence and status, or the same as JSON.

    A demo runs with DEBUG on; whoever tries it still gets the page that everybody gets for what is not there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.DEMO and response.status_code == 404 and request.resolver_match is None:
            return page_not_found(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Take care of domain errors, in a demo of what is not there too; everything else is Django's."""
        if isinstance(exception, DomainError):
            return error_response(request, exception)
        return page_not_found(request, exception) if settings.DEMO and isinstance(exception, Http404) else None
