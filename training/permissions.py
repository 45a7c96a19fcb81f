"""Who may do what in training; and fetching its objects for a person (docs/scope.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from organizations.permissions import may
from training.choices import TeachingRole
from training.models import (
    Aed,
    Assignment,
    Certificate,
    Enrolment,
    FirstAidPlace,
    MassLesson,
    RescueCase,
    ServiceContract,
    Session,
)

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


def certificate_for(person: User, number: str) -> Certificate:
    """A certificate that the person may see, by its number; raises NotFound."""
    found: Certificate | None = (
        Certificate.objects.visible_to(person, Right.VIEW_TRAINING)
        .select_related("branch", "version__course", "replaces", "issued_by")
        .filter(number=_plain(number))
        .first()
    )
    if found is None:
        raise NotFound("certificate_not_found", _("没有找到这张证书，或它不在您的范围内，请核对编号。"))
    return found


def mass_lesson_for(person: User, number: str) -> MassLesson:
    """A mass lesson that the person may see, by its number; raises NotFound."""
    found: MassLesson | None = (
        MassLesson.objects.visible_to(person, Right.VIEW_TRAINING)
        .select_related("branch", "area", "instructor", "evidence", "corrects", "corrected_by", "confirmed_by")
        .filter(number=_plain(number))
        .first()
    )
    if found is None:
        raise NotFound("mass_lesson_not_found", _("没有找到这次普及培训，或它不在您的范围内，请核对编号。"))
    return found


def may_read_evidence(person: User, lesson: MassLesson) -> bool:
    """Whether the person works at the lesson: people can be seen on its photos."""
    return any(may(person, right, lesson.branch) for right in (Right.MARK_TRAINING, Right.PLAN_TRAINING))


def aed_for(person: User, pk: int) -> Aed:
    """An AED that the person may see; raises NotFound."""
    rows = Aed.objects.visible_to(person, Right.VIEW_TRAINING).select_related("branch", "area")
    found: Aed | None = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound("aed_not_found", _("没有找到这台 AED，或它不在您的范围内。"))
    return found


def place_for(person: User, pk: int) -> FirstAidPlace:
    """A place that the person may see; raises NotFound."""
    rows = FirstAidPlace.objects.visible_to(person, Right.VIEW_TRAINING).select_related("branch", "area")
    found: FirstAidPlace | None = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound("place_not_found", _("没有找到这个场所，或它不在您的范围内。"))
    return found


def rescue_for(person: User, number: str) -> RescueCase:
    """A rescue case that the person may see, by its number; raises NotFound."""
    found: RescueCase | None = (
        RescueCase.objects.visible_to(person, Right.VIEW_TRAINING)
        .select_related("branch", "area", "certificate", "evidence", "reported_by", "verified_by")
        .filter(number=_plain(number))
        .first()
    )
    if found is None:
        raise NotFound("rescue_not_found", _("没有找到这个救人事例，或它不在您的范围内，请核对编号。"))
    return found


def contract_for(person: User, number: str) -> ServiceContract:
    """A contract of services that the person may see, by its number; raises NotFound."""
    found: ServiceContract | None = (
        ServiceContract.objects.visible_to(person, Right.VIEW_TRAINING)
        .select_related("branch", "acceptance", "created_by")
        .filter(number=_plain(number))
        .first()
    )
    if found is None:
        raise NotFound("contract_not_found", _("没有找到这份合同，或它不在您的范围内，请核对编号。"))
    return found


def leads(person: User, session: Session) -> bool:
    """Whether the person leads a lesson of the session, and so signs its results."""
    rows = Assignment.objects.filter(lesson__session=session, role=TeachingRole.LEAD, instructor__person=person)
    return rows.exists()


def _plain(number: str) -> str:
    return number.replace("\x00", "").strip()
