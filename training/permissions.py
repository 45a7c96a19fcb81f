"""Who may do what in training; and fetching its objects for a person (docs/scope.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from core.random_codes import CODE_LENGTH, normalise_code
from organizations.choices import BranchKind, Right
from organizations.models import Branch
from organizations.permissions import branches_with, may, require
from training.choices import TeachingRole
from training.models import (
    Aed,
    Assignment,
    Certificate,
    Course,
    Enrolment,
    FirstAidPlace,
    Instructor,
    MassLesson,
    Organisation,
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
        .select_related("branch", "version__course", "area", "created_by", "signed_by", "held_at")
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


def base_for(person: User, pk: int) -> FirstAidPlace:
    """A place that the person may see, or in which a session is held that they may see; raises NotFound."""
    held = Session.objects.visible_to(person, Right.VIEW_TRAINING).filter(held_at=pk)
    if not held.exists():
        return place_for(person, pk)
    rows = FirstAidPlace.objects.unscoped("where a session in scope is held").select_related("branch", "area")
    found: FirstAidPlace = rows.get(pk=pk)
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
        .select_related("branch", "acceptance", "created_by", "held_for")
        .filter(number=_plain(number))
        .first()
    )
    if found is None:
        raise NotFound("contract_not_found", _("没有找到这份合同，或它不在您的范围内，请核对编号。"))
    return found


def organisation_for(person: User, pk: int) -> Organisation:
    """A school, company or public body that the person may see; raises NotFound."""
    found: Organisation | None = (
        Organisation.objects.visible_to(person, Right.VIEW_TRAINING)
        .select_related("branch", "area", "merged_into", "created_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound("organisation_not_found", _("没有找到这个学校或单位，或它不在您的范围内。"))
    return found


def keeps_organisation(person: User, organisation: Organisation) -> bool:
    """Whether somebody plans training for who keeps a body, or for the association of its county; one query."""
    kept = Organisation.objects.visible_to(person, Right.PLAN_TRAINING)
    return bool(kept.filter(pk=organisation.pk).exists())


def require_keeper(person: User, organisation: Organisation) -> None:
    """Refuse (404 or 403, as `require`) who does not."""
    if not keeps_organisation(person, organisation):
        require(person, Right.PLAN_TRAINING, organisation.branch)


def instructor_for(person: User, instructor_id: int) -> Instructor:
    """An instructor that the person may see; raises NotFound, also for one outside their branches."""
    found: Instructor | None = (
        Instructor.objects.visible_to(person, Right.VIEW_TRAINING)
        .select_related("branch", "person", "created_by")
        .filter(pk=instructor_id)
        .first()
    )
    if found is None:
        raise NotFound("instructor_not_found", _("没有找到这位师资，或其不在您的范围内。"))
    return found


def course_by_code(code: str) -> Course:
    """A course of the catalogue, which is the same for everybody; raises NotFound."""
    found = Course.objects.filter(code=_plain(code)).first()
    if found is None:
        raise NotFound("course_not_found", _("没有这门课程，请从课程目录中选择。"))
    return found


def catalogue_branch() -> Branch:
    """The branch that keeps the catalogue: the province's. Raises NotFound in an empty portal."""
    found: Branch | None = Branch.objects.filter(kind=BranchKind.PROVINCE).order_by("path").first()
    if found is None:
        raise NotFound
    return found


def seen_branches(person: User, rows: Iterable[Session | Instructor]) -> frozenset[int]:
    """Ids of those branches of some rows in which a person sees training: only there a link leads somewhere."""
    ids = {one.branch_id for one in rows}
    return frozenset(branches_with(person, Right.VIEW_TRAINING).filter(pk__in=ids).values_list("pk", flat=True))


def keeps_times_of(person: User, instructor: Instructor) -> bool:
    """Whether somebody writes down when an instructor cannot teach: who plans in the branch, and they themselves."""
    return instructor.person_id == person.pk or may(person, Right.PLAN_TRAINING, instructor.branch)


def require_times_of(person: User, instructor: Instructor) -> None:
    """Refuse (404 or 403, as `require`) who does not."""
    if not keeps_times_of(person, instructor):
        require(person, Right.PLAN_TRAINING, instructor.branch)


def leads(person: User, session: Session) -> bool:
    """Whether the person leads a lesson of the session, and so signs its results."""
    rows = Assignment.objects.filter(lesson__session=session, role=TeachingRole.LEAD, instructor__person=person)
    return rows.exists()


def _plain(number: str) -> str:
    return number.replace("\x00", "").strip()
