"""What everybody may know of giving organs, tissue and the body: facts, who decides, how to leave."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.views.answers import posted
from registries.forms.public import EligibilityForm
from registries.selectors.public import body_units, registering_areas


@require_safe
def organ_page(request: HttpRequest) -> HttpResponse:
    """The facts, the ways to register, to change and to leave."""
    context = {
        "areas": registering_areas(),
        "units": body_units(),
        "registry_url": settings.PORTAL["organ_registry_url"],
    }
    return render(request, "public/registries/organ.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def organ_check(request: HttpRequest) -> HttpResponse:
    """Three questions, answered on the page; nothing is kept."""
    form = EligibilityForm(posted(request))
    answers = form.cleaned_data if form.is_valid() else None
    context = {"form": form, "answers": answers, "registry_url": settings.PORTAL["organ_registry_url"]}
    return render(request, "public/registries/organ_check.html", context)
