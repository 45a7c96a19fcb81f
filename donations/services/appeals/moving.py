"""The one mover of campaigns, ways to give, agreements and changes of use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import Conflict, DomainError, NotAllowed, NotFound
from donations.models import Agreement, AppealEvent, Campaign, ChangeOfUse, GivingChannel

if TYPE_CHECKING:
    from accounts.models import User

Subject = Campaign | GivingChannel | Agreement | ChangeOfUse
S = TypeVar("S", Campaign, GivingChannel, Agreement, ChangeOfUse)
_COLUMN: dict[type, str] = {
    Campaign: "campaign",
    GivingChannel: "channel",
    Agreement: "agreement",
    ChangeOfUse: "change",
}


def lock_subject(model: type[S], pk: int) -> S:
    """Read a subject under its row lock; the caller is in a transaction and asks for the right. Raises NotFound."""
    rows = model.objects.unscoped("lock of one known subject").select_for_update(of=("self",))
    subject: S | None = rows.select_related("branch").filter(pk=pk).first()
    if subject is None:
        raise NotFound("appeal_not_found", _("没有找到这项内容，请核对网址。"))
    return subject


def require_step(subject: Subject, to_status: str, transitions: Mapping[str, frozenset[str]]) -> None:
    """Raise Conflict where the table has no such move."""
    if to_status not in transitions[subject.status]:
        raise Conflict(
            "appeal_wrong_state",
            _("现在的状态是“%(now)s”，不能这样办理，请刷新页面查看最新情况。") % {"now": subject.get_status_display()},
        )


def move_subject(
    subject: Subject,
    to_status: str,
    transitions: Mapping[str, frozenset[str]],
    *,
    actor: User,
    reason: str = "",
    label: str = "",
    **changes: Any,
) -> None:
    """Move a locked subject to another state, with other columns, an event and an audit row."""
    require_step(subject, to_status, transitions)
    before, subject.status = subject.status, to_status
    for name, value in changes.items():
        setattr(subject, name, value)
    subject.save(update_fields=["status", *changes])
    note_step(subject, before, label=label, actor=actor, reason=reason, changed=("status", *changes))


def note_step(
    subject: Subject, before: str, *, label: str, actor: User, reason: str = "", changed: tuple[str, ...] = ()
) -> None:
    """Write the event and the audit row of a step; `label` names it where the new state alone does not."""
    column = _COLUMN[type(subject)]
    AppealEvent.objects.create(
        **{column: subject},
        from_status=before,
        to_status=subject.status,
        label=label or str(subject.get_status_display()),
        actor=actor,
        at=now(),
        reason=reason.strip()[:500],
    )
    record_audit(
        f"donations.{column}.{subject.status}",
        actor=actor,
        obj=subject,
        object_key=str(getattr(subject, "slug", "")),
        branch_code=subject.branch.code,
        changed_fields=changed,
        reason=reason.strip(),
    )


def note_hands(subject: Subject, actor: User) -> None:
    """Add a person to those whose hands the subject passed through; none of them may put it in force."""
    if actor.pk not in subject.maker_ids:
        subject.maker_ids = [*subject.maker_ids, actor.pk]
        subject.save(update_fields=["maker_ids"])


def require_other(subject: Subject, actor: User) -> None:
    """Refuse whoever wrote, changed or submitted it."""
    if actor.pk in subject.maker_ids:
        raise NotAllowed("own_work", _("您起草、修改或提交过这项内容，须由另一位有审核权限的同事办理。"))


def require_reason(reason: str, *, field: str = "reason") -> None:
    """Refuse an empty reason."""
    if len(reason.strip()) < 2:
        sentence = _("请写明理由（至少 2 个字）。")
        raise DomainError("reason_missing", sentence, {field: sentence})
