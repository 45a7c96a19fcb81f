"""Who may see which report, and what they may do with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import ADMINISTRATOR_ROLES, Right
from organizations.models import held_grants
from organizations.permissions import branches_with, may
from transparency.choices import RunStatus
from transparency.models import ReportRun

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class RunActions:
    """What a person may do with a run now; `why_not_approve` says what keeps somebody with the right from it."""

    check: bool
    approve: bool
    decline: bool
    retry: bool
    correct: bool
    withdraw: bool
    why_not_approve: str


def report_for(person: User, number: str) -> ReportRun:
    """A report, drafts included, by its number for a person; one query. Raises NotFound outside their branches too."""
    run = (
        ReportRun.objects.visible_to(person, Right.VIEW_DRAFT_REPORTS)
        .select_related("branch", "requested_by", "checked_by", "approved_by", "corrects", "withdrawal")
        .filter(number=number.strip().upper())
        .first()
    )
    if run is None:
        raise NotFound(
            "report_not_found",
            _("没有找到报告 %(number)s，或它不在您的范围内。") % {"number": number.strip()[:40]},
        )
    return run


def actions_for(person: User, run: ReportRun) -> RunActions:
    """What a person may do with a run in its present state; services ask again."""
    publishes = may(person, Right.PUBLISH_REPORTS, run.branch)
    requests = may(person, Right.REQUEST_REPORTS, run.branch)
    is_checked = run.status == RunStatus.CHECKED
    is_own = person.pk in (run.requested_by_id, run.checked_by_id)
    return RunActions(
        check=(publishes or requests) and run.status == RunStatus.READY,
        approve=publishes and is_checked and not is_own,
        decline=publishes and run.status in (RunStatus.READY, RunStatus.CHECKED, RunStatus.APPROVED),
        retry=(requests and run.status in (RunStatus.FAILED, RunStatus.RENDERING))
        or ((publishes or requests) and run.status == RunStatus.APPROVED),
        correct=requests and run.status in (RunStatus.PUBLISHED, RunStatus.DECLINED),
        withdraw=publishes and run.status == RunStatus.PUBLISHED and not is_withdrawn(run),
        why_not_approve=_("这份报告是您发起或复核的，须由另一位有公开权限的人批准。")
        if publishes and is_checked and is_own
        else "",
    )


def is_withdrawn(run: ReportRun) -> bool:
    """Whether a published report's files are no longer handed out; no query where `withdrawal` was joined."""
    return hasattr(run, "withdrawal")


def audited_codes(person: User) -> list[str]:
    """Codes of the branches whose audit trail the person may read; one query.

    "" stands for what belongs to no branch (sign-ins, accounts): for administrators, and for whoever oversees the whole
    network.
    """
    codes = list(branches_with(person, Right.VIEW_AUDIT).values_list("code", flat=True))
    grants = held_grants(person)
    sees_all = any(
        grant.role in ADMINISTRATOR_ROLES or (grant.with_below and grant.branch.depth == 1) for grant in grants
    )
    return [*codes, ""] if codes and sees_all else codes
