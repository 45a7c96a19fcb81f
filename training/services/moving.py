"""The movers of sessions and certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from training.choices import CERTIFICATE_TRANSITIONS, SESSION_TRANSITIONS, CertificateStatus, SessionStatus
from training.errors import WrongState
from training.models import Certificate, CertificateEvent, CourseVersion, Session, SessionEvent

if TYPE_CHECKING:
    from accounts.models import User

# What of a session may have changed while one waited for its lock and decides on who gets a place.
PLACES = (
    "status", "audience", "seats", "seated_count", "waiting_count", "queue_last", "sign_up_from", "sign_up_until",
    "starts_on",
)  # fmt: skip

_LOCK_PLACES = f"SELECT {', '.join(PLACES)} FROM training_session WHERE id = %s FOR UPDATE"  # noqa: S608 -- our columns


def lock_session(session_id: int) -> Session:
    """Read a session under its row lock; the caller is in a transaction and has checked, or checks next, who asks."""
    found: Session = (
        Session.objects.unscoped("lock of one known session")
        .select_for_update(of=("self",))
        .select_related("branch", "version__course", "area")
        .get(pk=session_id)
    )
    return found


def lock_places(session: Session) -> None:
    """Lock a session that was read before, and read again what decides on places; the caller is in a transaction.

    Whoever waits for a seat does so for a moment only: less is read under the lock than by `lock_session`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_PLACES, [session.pk])
        for name, value in zip(PLACES, cursor.fetchone(), strict=True):
            setattr(session, name, value)


def lock_version(version_id: int) -> CourseVersion:
    """Read a course's version under its row lock: while a session is planned by it, its last day stands."""
    rows = CourseVersion.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("course").get(pk=version_id)


def require_session_step(session: Session, to_status: str) -> None:
    """Raise WrongState unless a locked session may move to this state."""
    if to_status not in SESSION_TRANSITIONS[session.status]:
        raise wrong_session_state(session)


def wrong_session_state(session: Session) -> WrongState:
    """What is said where a session is not in the state that a step needs."""
    return WrongState(
        "session_wrong_state",
        _("培训班 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
        % {"number": session.number, "now": SessionStatus(session.status).label},
    )


def move_session(session: Session, to_status: str, *, actor: User, reason: str = "", **changes: Any) -> None:
    """Move a locked session to another state, with other columns, an event and an audit row. Raises WrongState."""
    require_session_step(session, to_status)
    from_status, session.status = session.status, to_status
    for name, value in changes.items():
        setattr(session, name, value)
    session.save(update_fields=["status", *changes])
    note_session(session, from_status, actor=actor, reason=reason)
    record_audit(
        f"training.session.{to_status}",
        actor=actor,
        obj=session,
        branch_code=session.branch.code,
        changed_fields=["status", *changes],
    )


def note_session(session: Session, from_status: str, *, actor: User, reason: str = "") -> None:
    """Write the event row of a step that a session took."""
    SessionEvent.objects.create(
        session=session,
        from_status=from_status,
        to_status=session.status,
        actor=actor,
        at=now(),
        reason=reason.strip()[:500],
    )


def lock_certificate(certificate_id: int) -> Certificate:
    """Read a certificate under its row lock; the caller is in a transaction and has checked who asks."""
    found: Certificate = (
        Certificate.objects.unscoped("lock of one known certificate")
        .select_for_update(of=("self",))
        .select_related("branch", "version__course", "learner")
        .get(pk=certificate_id)
    )
    return found


def move_certificate(
    certificate: Certificate, to_status: str, *, actor: User, reason: str = "", **changes: Any
) -> None:
    """Move a locked certificate to another state, with other columns, an event and an audit row. Raises WrongState."""
    if to_status not in CERTIFICATE_TRANSITIONS[certificate.status]:
        raise WrongState(
            "certificate_wrong_state",
            _("证书 %(number)s 现在是“%(now)s”，不能再办这一步，请刷新页面查看。")
            % {"number": certificate.number, "now": CertificateStatus(certificate.status).label},
        )
    from_status, certificate.status = certificate.status, to_status
    for name, value in changes.items():
        setattr(certificate, name, value)
    certificate.save(update_fields=["status", *changes])
    note_certificate(certificate, from_status, actor=actor, reason=reason)
    record_audit(
        f"training.certificate.{to_status}",
        actor=actor,
        obj=certificate,
        branch_code=certificate.branch.code,
        changed_fields=["status", *changes],
    )


def note_certificate(certificate: Certificate, from_status: str, *, actor: User, reason: str = "") -> None:
    """Write the event row of a step that a certificate took."""
    CertificateEvent.objects.create(
        certificate=certificate,
        from_status=from_status,
        to_status=certificate.status,
        actor=actor,
        at=now(),
        reason=reason.strip()[:300],
    )
