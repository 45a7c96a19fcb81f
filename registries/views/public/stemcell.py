"""What everybody may know of giving stem cells: facts, who decides, how to leave; and the way to the national pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.views.answers import posted
from registries.choices.requests import RequestSubject
from registries.forms.public import StemcellCheckForm
from registries.selectors.public import registering_areas


@require_safe
def stemcell_page(request: HttpRequest) -> HttpResponse:
    """The facts, the ways to join, to change and to leave."""
    context = {"areas": registering_areas(), "registry_url": settings.PORTAL["stemcell_registry_url"]}
    return render(request, "public/registries/stemcell.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stemcell_check(request: HttpRequest) -> HttpResponse:
    """Three questions, answered on the page; nothing is kept."""
    form = StemcellCheckForm(posted(request))
    answers = form.cleaned_data if form.is_valid() else None
    context = {"form": form, "answers": answers, "registry_url": settings.PORTAL["stemcell_registry_url"]}
    return render(request, "public/registries/stemcell_check.html", context)


@require_safe
def registry_leave(request: HttpRequest, subject: str) -> HttpResponse:
    """Say that one leaves this site for the national pages; where none is set, back to the facts."""
    url = settings.PORTAL[f"{subject}_registry_url"]
    if not url:
        return redirect(f"/{subject}/")
    context = {
        "url": url,
        "host": urlsplit(url).hostname,
        "subject": subject,
        "subject_name": RequestSubject(subject).label,
    }
    return render(request, "public/registries/leave.html", context)
