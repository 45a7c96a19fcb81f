"""Pages for requests that could not be served."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page stood open too long, or the form came from elsewhere."""
    return render(request, "errors/csrf.html", status=403)
