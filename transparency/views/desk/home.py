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
from donations.selectors.claims.desk import claim_counts
from donations.selectors.desk import desk_counts
from organizations.choices import Right
from organizations.models import held_grants
from organizations.permissions import rights_of
from organizations.views.access import StaffRequest, desk_page
from reconciliation.selectors.desk import reconciliation_counts
from registries.selectors.contacts import due_now_count
from spending.selectors.desk import spending_counts
from transparency.selectors.reports import waiting_to_publish
from transparency.selectors.schedules import desk_duties

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
    """Greet by name and role; counts of what waits, duties, the person's last jobs. At most 25 queries."""
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
        found.append(Waiting(_("待我核对或批准的报告"), report_count, reverse("desk_reports"), _("去办理")))
    return [
        *found,
        *_claims_waiting(request, rights),
        *_spending_waiting(request, rights),
        *_statements_waiting(request, rights),
        *_contacts_waiting(request, rights),
    ]


def _claims_waiting(request: StaffRequest, rights: frozenset[str]) -> list[Waiting]:
    """What waits of claims to unidentified gifts; nothing for those who have nothing to do with them."""
    if not rights & {Right.SERVE_GIVERS, Right.APPROVE_GIFTS}:
        return []
    counts, claims = claim_counts(request.user), reverse("desk_claims")
    kinds = (
        (Right.SERVE_GIVERS, _("待核对的认领"), counts.new_count, f"{claims}?show=submitted", _("去核对")),
        (Right.SERVE_GIVERS, _("超期的认领"), counts.late_count, f"{claims}?show=late", _("去答复")),
        (Right.APPROVE_GIFTS, _("待我复核的认领"), counts.confirm_count, f"{claims}?show=proposed", _("去复核")),
        (Right.CORRECT_GIFTS, _("待我批准的认领更正"), counts.undo_count, f"{claims}?show=undo", _("去批准")),
    )
    return [Waiting(label, count, url, link) for asks, label, count, url, link in kinds if count and asks in rights]


def _spending_waiting(request: StaffRequest, rights: frozenset[str]) -> list[Waiting]:
    """What waits of payments and transfers; nothing for those who have nothing to do with them."""
    if Right.VIEW_SPENDING not in rights:
        return []
    counts = spending_counts(request.user, rights)
    payments, transfers, decide = (
        reverse(name) for name in ("desk_payments", "desk_transfers", "desk_spending_approvals")
    )
    kinds = (
        ({Right.APPROVE_SPENDING, Right.LEAD_SPENDING}, _("待我审批的支出"), counts.to_approve, decide, _("去审批")),
        ({Right.APPROVE_SPENDING}, _("待我批准的支出冲销"), counts.to_reverse, decide, _("去批准")),
        ({Right.PAY_SPENDING}, _("待付款的支出"), counts.to_pay, f"{payments}?show=pay", _("去付款")),
        ({Right.APPROVE_SPENDING}, _("待我审核的拨付"), counts.to_send, f"{transfers}?show=approve", _("去审核")),
        ({Right.RECEIVE_TRANSFERS}, _("待签收的拨付"), counts.to_receive, f"{transfers}?show=receive", _("去签收")),
        ({Right.VIEW_SPENDING}, _("逾期未到的拨付"), counts.overdue, f"{transfers}?show=overdue", _("去核对")),
    )
    return [Waiting(label, count, url, link) for asks, label, count, url, link in kinds if count and asks & rights]


def _statements_waiting(request: StaffRequest, rights: frozenset[str]) -> list[Waiting]:
    """What waits of banks' statements and monthly sheets."""
    if not rights & {Right.RECONCILE, Right.CONFIRM_SHEETS}:
        return []
    counts, statements = reconciliation_counts(request.user, rights), reverse("desk_statements")
    kinds = (
        (_("对账中的流水"), counts.in_work, f"{statements}?status=in_work", _("去对账")),
        (_("待核对余额的流水"), counts.drafts, f"{statements}?status=draft", _("去核对")),
        (_("待我确认的余额调节表"), counts.to_confirm, f"{statements}#sheets", _("去确认")),
    )
    return [Waiting(label, count, url, link) for label, count, url, link in kinds if count]


def _contacts_waiting(request: StaffRequest, rights: frozenset[str]) -> list[Waiting]:
    """Who is to be contacted today or was to be before; nothing for those who contact nobody."""
    if Right.KEEP_REGISTRIES not in rights:
        return []
    return [Waiting(_("待联系"), due_now_count(request.user), reverse("desk_registry_day"), _("去联系"))]
