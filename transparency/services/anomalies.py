"""Anomalies of a run: found when it becomes ready, explained by another person than the one who asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import DomainError
from organizations.choices import Right
from organizations.permissions import require
from transparency.choices import AnomalyRule, RunStatus
from transparency.errors import RunWrongState
from transparency.models import Anomaly, AnomalyClearance, ReportRun
from transparency.selectors.anomalies import look_for_anomalies

if TYPE_CHECKING:
    from accounts.models import User

CHUNK = 1000


def find_anomalies(run: ReportRun, *, previous: ReportRun | None) -> int:
    """Write down what looks wrong in a locked run, in the caller's transaction, and return how much that is.

    What was explained in the version that this one corrects, with the same facts, stays explained and says so.
    """
    moment, made = now(), []
    count = 0
    for rule, subject, facts in look_for_anomalies(run, previous):
        made.append(Anomaly(run=run, rule=rule, subject=subject, facts=facts, found_at=moment))
        if len(made) == CHUNK:
            Anomaly.objects.bulk_create(made)
            count, made = count + len(made), []
    Anomaly.objects.bulk_create(made)
    if run.corrects_id is not None:
        _carry_over(run)
    return count + len(made)


def _carry_over(run: ReportRun) -> None:
    before = AnomalyClearance.objects.filter(anomaly__run_id=run.corrects_id).select_related("anomaly")
    known = {(one.anomaly.rule, one.anomaly.subject): one for one in before}
    carried = []
    for anomaly in Anomaly.objects.filter(run=run):
        old = known.get((anomaly.rule, anomaly.subject))
        if old is not None and old.anomaly.facts == anomaly.facts and old.actor_id != run.requested_by_id:
            carried.append(
                AnomalyClearance(anomaly=anomaly, reason=old.reason, actor_id=old.actor_id, at=old.at, carried_from=old)
            )
    AnomalyClearance.objects.bulk_create(carried)


def clear_anomalies(*, run_id: int, rule: str, reason: str, actor: User, subject: str = "") -> int:
    """Explain one anomaly of a run, or with no `subject` all open ones of a rule, and return how many.

    Locks the run's row. Raises RunWrongState where the run is not ready, or nothing of that kind is open any more.
    """
    if len(reason.strip()) < 4:
        raise DomainError("reason_missing", _("请写明异常的说明，至少四个字。"), {"reason": _("请写明查到了什么。")})
    with transaction.atomic():
        run = (
            ReportRun.objects.unscoped("lock of one known run")
            .select_for_update(of=("self",))
            .select_related("branch")
            .get(pk=run_id)
        )
        require(actor, Right.PUBLISH_REPORTS, run.branch)
        if run.requested_by_id == actor.pk:
            raise RunWrongState("own_request", _("这份报告是您发起的，异常须由另一位有公开权限的人说明。"))
        if run.status != RunStatus.READY:
            raise RunWrongState("run_wrong_state", _("只有待复核的报告可以说明异常，请刷新页面。"))
        open_ones = Anomaly.objects.filter(run=run, rule=rule, clearance=None)
        found = list(open_ones.filter(subject=subject) if subject else open_ones)
        if not found:
            raise RunWrongState("nothing_open", _("这里没有待说明的异常，可能已由他人说明，请刷新页面。"))
        moment = now()
        AnomalyClearance.objects.bulk_create(
            [AnomalyClearance(anomaly=one, reason=reason.strip()[:500], actor=actor, at=moment) for one in found]
        )
        record_audit(
            "transparency.anomalies.cleared", actor=actor, obj=run, branch_code=run.branch.code,
            reason=f"{AnomalyRule(rule).value} {subject or len(found)}", changed_fields=["anomalies"],
        )  # fmt: skip
    return len(found)
