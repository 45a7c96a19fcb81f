"""Stories of rescues for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.clock import now
from core.views.caching import public_page
from organizations.choices import BranchKind
from organizations.models import Branch
from training.selectors.rescues import public_rescues, rescue_totals


@public_page
def rescue_stories(request: HttpRequest) -> HttpResponse:
    """Published stories, newest first, and how many were verified in all."""
    cases, following = public_rescues(after=request.GET.get("page", ""))
    province = Branch.objects.filter(kind=BranchKind.PROVINCE).order_by("pk").first()
    counted, saved = rescue_totals(province) if province else (0, 0)
    context = {
        "cases": cases,
        "next_url": f"/training/rescues/?page={following}" if following else "",
        "counted": counted,
        "saved": saved,
        "as_of": now(),
    }
    return render(request, "public/training/rescues.html", context)
