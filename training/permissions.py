"""Who may do what in training; and fetching its objects for a person (docs/scope.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from core.random_codes import CODE_LENGTH, normalise_code
from organizations.choices import Right
from training.choices import TeachingRole
from training.models import Assignment, Certificate, Enrolment, Session

if TYPE_CHECKING:
    from accounts.models import User


def session_for(person: User, number: str) -> Session:
    """A session that the person may see, by its number; raises NotFound, also for one outside their branches."""
    found: Session | None = (
        Session.objects.visible_to(person, Right.VIEW_TRAINING)
        .select_related("branch", "version__course", "area", "created_by", "signed_by")
        .filter(number=_plain(number))
        .first()
    )
    if found is None:
        raise NotFound("session_not_found", _("没有找到这个培训班，或它不在您的范围内，请核对编号。"))
    return found


def enrolment_for(person: User, session: Session, enrolment_id: int) -> Enrolment:
    """One enrolment of a session that the person was already let into; raises NotFound."""
    found: Enrolment | None = (
        Enrolment.objects.visible_to(person, Right.VIEW_TRAINING)
        .select_related("session", "learner")
        .filter(session=session, pk=enrolment_id)
        .first()
    )
    if found is None:
        raise NotFound("enrolment_not_found", _("本班没有这个报名，请刷新名册。"))
    return found


def certificate_for(person: User, code: str) -> Certificate:
    """A certificate that the person may see, by its code (old numbers may stand twice); raises NotFound."""
    found: Certificate | None = (
        Certificate.objects.visible_to(person, Right.VIEW_TRAINING)
        .select_related("branch", "version__course", "replaces", "issued_by", "enrolment__session")
        .filter(code=normalise_code(code)[:CODE_LENGTH])
        .first()
    )
    if found is None:
        raise NotFound("certificate_not_found", _("没有找到这张证书，或它不在您的范围内，请在证书列表里按编号查找。"))
    return found


def leads(person: User, session: Session) -> bool:
    """Whether the person leads a lesson of the session, and so signs its results."""
    rows = Assignment.objects.filter(lesson__session=session, role=TeachingRole.LEAD, instructor__person=person)
    return rows.exists()


def _plain(number: str) -> str:
    return number.replace("\x00", "").strip()
