"""The desk's first page: what there is to do today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.clock import today
from core.jobs import jobs_of
from donations.selectors.desk import desk_counts
from organizations.choices import Right
from organizations.models import held_grants
from organizations.permissions import rights_of
from organizations.views.access import StaffRequest, desk_page
from transparency.selectors.reports import desk_duties, waiting_to_publish

# As many of one's last jobs as the page shows.
JOBS_SHOWN = 5


@dataclass(frozen=True)
class Waiting:
    """One kind of work that waits: a count that leads to the list."""

    label: str
    count: int
    url: str
    link: str


@desk_page()
@require_safe
def desk_home(request: StaffRequest) -> HttpResponse:
    """Greet by name and role; counts of what waits, duties, the person's last jobs. At most 12 queries."""
    rights = rights_of(request.user)
    reports = waiting_to_publish(request.user) if Right.PUBLISH_REPORTS in rights else []
    waiting = _waiting(request, rights, len(reports))
    request.desk_counts = {  # type: ignore[attr-defined]
        "desk_approvals": sum(one.count for one in waiting if one.url.startswith(reverse("desk_approvals"))),
        "desk_reports": len(reports),
    }
    context: dict[str, Any] = {
        "today": today(),
        "grants": held_grants(request.user),
        "waiting": waiting,
        "is_clear": not any(one.count for one in waiting),
        "reports": reports[:5],
        "duties": desk_duties(request.user) if Right.VIEW_DRAFT_REPORTS in rights else [],
        "jobs": list(jobs_of(request.user).order_by("-created_at", "-id")[:JOBS_SHOWN]),
        "audits": Right.VIEW_AUDIT in rights,
    }
    return render(request, "transparency/desk_home.html", context)


def _waiting(request: StaffRequest, rights: frozenset[str], report_count: int) -> list[Waiting]:
    """What waits for this person, of the kinds that their rights know."""
    found: list[Waiting] = []
    batches, approvals = reverse("desk_batches"), reverse("desk_approvals")
    counts = desk_counts(request.user)
    if Right.ENTER_GIFTS in rights:
        found.append(Waiting(_("待核对的批次"), counts.draft_count, batches, _("去核对")))
        found.append(Waiting(_("被退回的批次"), counts.returned_count, f"{batches}?status=returned", _("去修改")))
    if Right.APPROVE_GIFTS in rights:
        found.append(Waiting(_("待我审核的批次"), counts.approval_count, approvals, _("去审核")))
    if Right.CORRECT_GIFTS in rights:
        found.append(Waiting(_("待我批准的冲销"), counts.correction_count, f"{approvals}#corrections", _("去批准")))
    if Right.PUBLISH_REPORTS in rights:
        found.append(Waiting(_("待我公开的报告"), report_count, f"{reverse('desk_reports')}?status=ready", _("去公开")))
    return found
