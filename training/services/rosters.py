"""People whom the desk puts on a session's roster: one by one, or a whole list of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.errors import DomainError
from core.sealed import matching
from organizations.choices import Right
from organizations.permissions import require
from training.choices import MARKABLE_SESSION, Channel, EnrolmentStatus
from training.errors import TrainingError, WrongState
from training.models import Enrolment, Session
from training.services.enrolling import ACTIVE, Person, Place, enrol
from training.services.moving import lock_session

if TYPE_CHECKING:
    from accounts.models import User

MOST_ROWS = 300


@dataclass(frozen=True, repr=False)
class RosterRow:
    """One line of a roster, in clear: never printed, logged or kept.

    `number` is the line as the reader counts it, `cells` what stood there by column, `fault` what could not be read.
    """

    number: int
    person: Person
    cells: dict[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, repr=False)
class Outcome:
    """What became of a line: a new place, or the reason why not."""

    row: RosterRow
    enrolment: Enrolment | None = None
    reason: str = ""


def enrol_roster(
    *, session_id: int, rows: Sequence[RosterRow], has_document_consent: bool, actor: User
) -> list[Outcome]:
    """Give every line that can have one a seat, and each other the reason; the good ones do not wait for the bad.

    One outcome for each row, in order; said twice, everybody is there already. Locks the session. Raises WrongState
    where nobody is taken any more, TrainingError with the field `document_consent`, or for more than MOST_ROWS.
    """
    with transaction.atomic():
        session = _locked(session_id, actor)
        if len(rows) > MOST_ROWS:
            raise TrainingError("roster_long", _("一次最多登记 %(most)d 人，请分成几份。") % {"most": MOST_ROWS})
        _require_consent((row.person for row in rows), has_document_consent=has_document_consent)
        placed: dict[int, int] = {}
        outcomes = [_outcome(session, row, placed, actor) for row in rows]
        record_audit(
            "training.roster.enrolled",
            actor=actor,
            obj=session,
            branch_code=session.branch.code,
            changed_fields=["enrolments"],
            reason=f"{len(placed)}/{len(rows)}",
        )
    return outcomes


def add_person(*, session_id: int, person: Person, has_document_consent: bool, actor: User) -> Place:
    """Give one person a seat at the desk; who has one keeps it. Locks the session.

    Raises WrongState, TrainingError with the fields of what is wrong.
    """
    with transaction.atomic():
        session = _locked(session_id, actor)
        _require_consent([person], has_document_consent=has_document_consent)
        _require_told_apart(session, person, {})
        return enrol(session=session, person=person, actor=actor, channel=Channel.DESK)


def _locked(session_id: int, actor: User) -> Session:
    session = lock_session(session_id)
    require(actor, Right.PLAN_TRAINING, session.branch)
    if session.status not in MARKABLE_SESSION:
        raise WrongState(
            "session_not_open",
            _("培训班现在是“%(status)s”，不能再登记学员。") % {"status": session.get_status_display()},
        )
    return session


def _require_consent(people: Iterable[Person], *, has_document_consent: bool) -> None:
    if not has_document_consent and any(person.document.strip() for person in people):
        sentence = _("有证件号码，须本人单独同意后才能登记；已取得同意的请勾选，没有的请去掉证件号码。")
        raise TrainingError("consent_missing", sentence, {"document_consent": sentence})


def _outcome(session: Session, row: RosterRow, placed: dict[int, int], actor: User) -> Outcome:
    if row.fault:
        return Outcome(row, reason=row.fault)
    try:
        _require_told_apart(session, row.person, placed)
        place = enrol(session=session, person=row.person, actor=actor, channel=Channel.ROSTER)
    except DomainError as error:
        return Outcome(row, reason=error.message)
    if not place.is_new:
        return Outcome(row, place.enrolment, _reason_of_same(place.enrolment, row, placed))
    placed[place.enrolment.pk] = row.number
    return Outcome(row, place.enrolment)


def _reason_of_same(there: Enrolment, row: RosterRow, placed: dict[int, int]) -> str:
    if there.pk in placed:
        return _("与第 %(row)d 行是同一个人，只登记一次。") % {"row": placed[there.pk]}
    if there.status == EnrolmentStatus.WAITING:
        return _("已在本班候补名单中（%(place)d 号），不重复登记。") % {"place": there.place}
    if row.person.document.strip() and there.learner_id is None:
        return _("已在本班名册中（%(place)d 号），但没有登记证件，请在名册上补登记。") % {"place": there.place}
    return _("已在本班名册中（%(place)d 号），不重复登记。") % {"place": there.place}


def _require_told_apart(session: Session, person: Person, placed: dict[int, int]) -> None:
    """Two people of one name without telephone and document look like one who was written down twice."""
    if person.phone.strip() or person.document.strip() or not person.name.strip():
        return
    same = (
        Enrolment.objects.unscoped("of one session")
        .filter(matching(Enrolment, "name", person.name), session=session, status__in=ACTIVE)
        .first()
    )
    if same is None:
        return
    if same.pk in placed:
        sentence = _("与第 %(row)d 行同名，又没有手机号和证件号码可以区分；若是另一人，请补上其中一项。") % {
            "row": placed[same.pk]
        }
    else:
        sentence = _("本班已有同名的人（%(place)d 号）；若是另一人，请补上手机号或证件号码。") % {"place": same.place}
    raise TrainingError("person_not_told_apart", sentence, {"name": sentence})
