"""Certificates that end soon, and how many are renewed, at the desk."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.clock import today
from core.exporting import CSV_CONTENT_TYPE, stream_csv
from organizations.choices import Right
from organizations.views.access import StaffRequest, desk_page
from training.forms.expiring import ExpiringForm
from training.selectors.expiring import COUNT_FIELDS, expiring_counts, expiring_for, renewals_for
from training.views.sessions import page_links


@desk_page(Right.VIEW_TRAINING)
@require_safe
def expiring(request: StaffRequest) -> HttpResponse:
    """Whose certificates end in a period, the soonest first; the page of each shows a name for a purpose."""
    form = ExpiringForm(request.GET or None, person=request.user)
    cursor = request.GET.get("page", "")
    asked = form.asked()
    page = expiring_for(request.user, asked, cursor)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "asked": asked,
        "page": page,
        "query": f"?{query.urlencode()}",
        "renewals": [] if cursor else renewals_for(request.user),
        **page_links(request, cursor, page.next_cursor),
    }
    return render(request, "training/expiring.html", context)


@desk_page(Right.VIEW_TRAINING)
@require_safe
def expiring_csv(request: StaffRequest) -> StreamingHttpResponse:
    """How many end, by county, kind and month, as CSV: no person and no number of a certificate."""
    asked = ExpiringForm(request.GET or None, person=request.user).asked()
    response = StreamingHttpResponse(
        stream_csv(COUNT_FIELDS, expiring_counts(request.user, asked)), content_type=CSV_CONTENT_TYPE
    )
    name = f"{_('到期证书数')}_{asked.first.isoformat()}_{asked.last.isoformat()}_{today().isoformat()}.csv"
    response["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
