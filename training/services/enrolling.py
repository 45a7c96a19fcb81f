"""Signing up, giving up one's place, and moving up from the queue."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.documents import Document, age_on, read_document
from core.errors import DomainError
from core.personal_numbers import find_personal_numbers
from core.phone_codes import checked_mobile
from core.random_codes import random_code
from core.sealed import look_up_digests, matching, seal_into
from training.choices import MARKABLE_SESSION, Audience, Channel, EnrolmentStatus, SessionStatus
from training.errors import TrainingError, WrongState
from training.models import Enrolment, Learner, Session
from training.selectors.public_certificates import plain_number
from training.services.moving import lock_places, lock_session
from training.services.telling import tell_cancelled, tell_placed

if TYPE_CHECKING:
    from accounts.models import User

# The texts that people agree to stand in templates/public/training/_consents.html; a change of one is a new version.
CONSENT_VERSION = "sign-up-1"
DOCUMENT_CONSENT_VERSION = "certificate-1"
LONGEST_NAME = 60
# A family signs up by one telephone; nobody takes a class with it.
PLACES_BY_PHONE = 5
ACTIVE = (EnrolmentStatus.WAITING, EnrolmentStatus.SEATED)
# All that signing up reads: people come in hundreds at the minute at which it begins.
PLANNED = (
    "branch", "province", "city", "county", "number", "status", "audience", "seats", "seated_count", "waiting_count",
    "queue_last", "sign_up_from", "sign_up_until", "starts_on", "branch__code", "version__age_from", "version__age_to",
)  # fmt: skip
# By hand, since it stands under the session's lock, for which hundreds wait: the mapper takes longer than the answer.
KNOWN = """
    SELECT id, key = %(key)s, phone_digest = ANY(%(phones)s) OR phone_digest_next = ANY(%(phones)s),
           name_digest = ANY(%(names)s) OR name_digest_next = ANY(%(names)s), learner_id
      FROM training_enrolment
     WHERE session_id = %(session)s AND status IN ('waiting', 'seated')
           AND (phone_digest = ANY(%(phones)s) OR phone_digest_next = ANY(%(phones)s) OR learner_id = %(learner)s)
        OR key = %(key)s
     ORDER BY place"""


@dataclass(frozen=True)
class Person:
    """Somebody who is to have a place, as written: with a document where a certificate is wanted.

    `born_on` is asked for documents that do not say it; it is looked at and not kept. `earlier_number` is that of the
    certificate to be renewed; whether there is one is not said here (services/issuing.py).
    """

    name: str
    phone: str
    document_kind: str = ""
    document: str = ""
    born_on: datetime.date | None = None
    unit: str = ""
    earlier_number: str = ""


@dataclass(frozen=True)
class Place:
    """What somebody got: the enrolment, and whether it is new; who signs up twice has the first one."""

    enrolment: Enrolment
    is_new: bool


@dataclass(frozen=True)
class Checked:
    """A person whose name, telephone, document and age were looked at."""

    name: str
    phone: str
    document: Document | None
    unit: str
    earlier_number: str = ""


@dataclass(frozen=True)
class _Way:
    """How and by whom a place is asked for."""

    channel: str
    actor: User | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass
class _Known:
    """What places (ids) a person has in a session before they get one: by key, document, name and telephone."""

    sent: int | None = None
    by_document: int | None = None
    same_name: int | None = None
    is_another: bool = False
    by_phone: int = 0

    @property
    def same(self) -> int | None:
        """The place that this person has: by the document, else by name and telephone of nobody else's document."""
        return self.by_document or (None if self.is_another else self.same_name)


def sign_up(*, session_id: int, person: Person, key: uuid.UUID) -> Place:
    """Give somebody from the public a seat, or the last place of the queue where none is free.

    The caller has seen the code sent to the telephone, and the consents CONSENT_VERSION and, with a document,
    DOCUMENT_CONSENT_VERSION. Locks the session last, so that a run on one session passes quickly. Raises TrainingError
    with fields, WrongState where signing up is over.
    """
    with transaction.atomic():
        plans = Session.objects.unscoped("asked for by its number").select_related("version", "branch")
        session = plans.only(*PLANNED).get(pk=session_id)
        checked = check_person(person, session)
        row = _written(session, checked, _Way(Channel.ONLINE, key=key))
        lock_places(session)
        # After the session, as the desk does, which holds its lock before it looks for the same person.
        _name_learner(row, learner_of(checked.document))
        # Looked at under the lock: whoever held it before may have sent the same form.
        known = _known(session, checked, row.learner, key=key)
        place = _place_there(known.sent) if known.sent else None
        if place is None:
            _require_signing_up(session)
            _require_room_by_phone(known)
            place = _placed(session, row, checked, known)
        # Who has a place already leaves nothing more behind.
        transaction.set_rollback(not place.is_new)
    return place


def enrol(*, session: Session, person: Person, actor: User, channel: str) -> Place:
    """Give somebody a seat from the desk; where none is free, or they are wrong, raises TrainingError with fields.

    The caller holds the session's lock and has checked the right to.
    """
    if session.status not in MARKABLE_SESSION:
        raise WrongState("session_not_open", _("这个班现在不能再登记学员。"))
    checked = check_person(person, session)
    # Who gets no place leaves nothing behind, the number of a document least of all.
    with transaction.atomic():
        learner = learner_of(checked.document)
        known = _known(session, checked, learner)
        if session.free_seats < 1 and known.same is None:
            sentence = _("名额已满（%(seats)d 人）。") % {"seats": session.seats}
            raise TrainingError("session_full", sentence, {"name": sentence})
        row = _written(session, checked, _Way(channel, actor))
        _name_learner(row, learner)
        place = _placed(session, row, checked, known)
        transaction.set_rollback(not place.is_new)
    return place


def cancel_enrolment(*, enrolment_id: int, actor: User | None = None, reason: str = "") -> Enrolment:
    """Give up a place; who waits first moves up and is told. Locks the session, then the enrolment.

    The caller holds the link's code, or the right to. Raises WrongState once the session is signed or it is cancelled
    already.
    """
    session_id = Enrolment.objects.unscoped("to lock its session").values_list("session_id", flat=True)
    with transaction.atomic():
        session = lock_session(session_id.get(pk=enrolment_id))
        enrolment: Enrolment = (
            Enrolment.objects.unscoped("lock of one known enrolment").select_for_update().get(pk=enrolment_id)
        )
        if enrolment.status == EnrolmentStatus.CANCELLED or session.status not in MARKABLE_SESSION:
            raise WrongState("enrolment_over", _("这个报名已经取消，或培训班已经结束。"))
        enrolment.session = session
        _move(enrolment, EnrolmentStatus.CANCELLED, actor=actor, reason=reason)
        tell_cancelled(enrolment)
        session.refresh_from_db(fields=["seated_count", "waiting_count"])
        move_up(session)
    return enrolment


def cancel_all(session: Session, *, actor: User, reason: str) -> int:
    """Cancel every place of a locked session that is not held, and tell each person; return how many.

    Says nothing to a queue of others: nobody moves up.
    """
    rows = (
        Enrolment.objects.unscoped("of a locked session that is cancelled")
        .select_for_update()
        .filter(session=session, status__in=ACTIVE)
        .order_by("place")
    )
    count = 0
    for enrolment in rows:
        enrolment.session = session
        _move(enrolment, EnrolmentStatus.CANCELLED, actor=actor, reason=reason)
        tell_cancelled(enrolment)
        count += 1
    return count


def move_up(session: Session) -> list[Enrolment]:
    """Give free seats of a locked session to those who wait longest, and tell them; none once it has begun."""
    free = session.seats - session.seated_count
    first = session.lessons.order_by("starts_at").values_list("starts_at", flat=True).first()
    if free < 1 or session.status not in MARKABLE_SESSION or first is None or first <= now():
        return []
    waiting = (
        Enrolment.objects.unscoped("the queue of a locked session")
        .select_for_update()
        .filter(session=session, status=EnrolmentStatus.WAITING)
        .order_by("place")[:free]
    )
    moved = list(waiting)
    for enrolment in moved:
        enrolment.session = session
        _move(enrolment, EnrolmentStatus.SEATED, actor=None)
        tell_placed(enrolment)
    return moved


def check_person(person: Person, session: Session) -> Checked:
    """Check name, telephone, document and age against what the session's course asks for, all faults at once."""
    fields: dict[str, str] = {}
    name = " ".join(person.name.split())
    # Roster makers put spaces into names of two characters to align them.
    if all("\u4e00" <= one <= "\u9fff" for one in name.replace(" ", "")):
        name = name.replace(" ", "")
    if not 2 <= len(name) <= LONGEST_NAME:
        fields["name"] = _("请填写与证件一致的姓名，至少两个字。")
    phone = ""
    if person.phone or session.audience == Audience.PUBLIC:
        try:
            phone = checked_mobile(person.phone)
        except DomainError as error:
            fields["phone"] = error.message
    document = _document(person, fields)
    born_on = document.born_on if document and document.born_on else person.born_on
    if document and born_on is None:
        fields["born_on"] = _("这种证件上没有出生日期，请另外填写。")
    elif born_on and (problem := problem_of_age(born_on, session)):
        fields["document" if document and document.born_on else "born_on"] = problem
    if find_personal_numbers(person.earlier_number):
        fields["earlier_number"] = _("请填写证书上的编号，不要填身份证号或手机号。")
    if fields:
        raise TrainingError("person_incomplete", "；".join(fields.values()), fields)
    return Checked(name, phone, document, person.unit.strip()[:120], plain_number(person.earlier_number))


def _document(person: Person, fields: dict[str, str]) -> Document | None:
    """The document that was written, as it is stored; what is wrong with it goes into `fields`."""
    if not person.document.strip():
        return None
    try:
        return read_document(person.document_kind, person.document)
    except DomainError as error:
        fields["document"] = error.message
        return None


def learner_of(document: Document | None) -> Learner | None:
    """The learner with this document, written down where there is none yet; None without a document."""
    if document is None:
        return None
    known = Learner.objects.filter(matching(Learner, "document", document.number), document_kind=document.kind)
    found = known.first()
    if found is not None:
        return found
    learner = Learner(document_kind=document.kind, created_at=now())
    seal_into(learner, document=document.number)
    # Two sessions may write the same person down at once: the unique digest lets one through, the other waits for it.
    Learner.objects.bulk_create([learner], ignore_conflicts=True)
    return known.get()


def problem_of_age(born_on: datetime.date, session: Session) -> str:
    """Why somebody born on a day is too young or too old for a session's course; empty where they are not."""
    version, age = session.version, age_on(born_on, session.starts_on)
    if age < version.age_from:
        return _("开班时未满 %(age)d 周岁，不能参加这门课。") % {"age": version.age_from}
    if version.age_to is not None and age > version.age_to:
        return _("开班时超过 %(age)d 周岁，不能参加这门课。") % {"age": version.age_to}
    return ""


def _require_signing_up(session: Session) -> None:
    moment = now()
    if session.audience != Audience.PUBLIC or session.status != SessionStatus.OPEN:
        raise WrongState("sign_up_closed", _("这个班现在不接受网上报名，请看其他班次。"))
    if session.sign_up_from and moment < session.sign_up_from:
        raise WrongState("sign_up_not_yet", _("报名还没有开始，请按页面上的时间再来。"))
    if session.sign_up_until and moment >= session.sign_up_until:
        raise WrongState("sign_up_over", _("报名已经截止，请看其他班次。"))


def _require_room_by_phone(known: _Known) -> None:
    if known.by_phone >= PLACES_BY_PHONE and known.same_name is None:
        sentence = _("同一手机号在一个班最多报 %(most)d 人，更多人请联系主办单位，以单位名册报名。")
        raise TrainingError("phone_full", sentence % {"most": PLACES_BY_PHONE})


def _name_learner(row: Enrolment, learner: Learner | None) -> None:
    row.learner, row.document_consent = learner, DOCUMENT_CONSENT_VERSION if learner else ""


def _written(session: Session, checked: Checked, way: _Way) -> Enrolment:
    row = Enrolment(
        branch_id=session.branch_id,
        province_id=session.province_id,
        city_id=session.city_id,
        county_id=session.county_id,
        session=session,
        key=way.key,
        code=random_code(),
        channel=way.channel,
        unit=checked.unit,
        earlier_number=checked.earlier_number,
        consent=CONSENT_VERSION,
        asked_at=now(),
        recorded_by=way.actor,
    )
    seal_into(row, name=checked.name, phone=checked.phone)
    return row


def _known(session: Session, checked: Checked, learner: Learner | None, *, key: uuid.UUID | None = None) -> _Known:
    """Who already has a place here: by the same form, document, name and telephone. One query."""
    known, learner_id = _Known(), learner.pk if learner else None
    said = {
        "session": session.pk,
        "key": key,
        "phones": look_up_digests(Enrolment, "phone", checked.phone),
        "names": look_up_digests(Enrolment, "name", checked.name),
        "learner": learner_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, said)
        for pk, is_sent, is_phone, is_name, whose in cursor.fetchall():
            if is_sent:
                known.sent = pk
                continue
            known.by_phone += bool(is_phone)
            if is_phone and is_name and known.same_name is None:
                known.same_name = pk
                known.is_another = bool(learner_id and whose and whose != learner_id)
            if learner_id and whose == learner_id:
                known.by_document = known.by_document or pk
    return known


def _place_there(enrolment_id: int) -> Place:
    """The place that somebody has already."""
    return Place(Enrolment.objects.unscoped("their own").get(pk=enrolment_id), is_new=False)


def _placed(session: Session, row: Enrolment, checked: Checked, known: _Known) -> Place:
    if known.same is not None:
        return _place_there(known.same)
    is_seated = session.free_seats > 0
    row.session = session
    row.place = session.queue_last + 1
    row.status = EnrolmentStatus.SEATED if is_seated else EnrolmentStatus.WAITING
    row.seated_at = row.asked_at if is_seated else None
    row.save(force_insert=True)
    # As the trigger has counted.
    session.queue_last = row.place
    session.seated_count += is_seated
    session.waiting_count += not is_seated
    record_audit(f"training.enrolment.{row.status}", actor=row.recorded_by, obj=row, branch_code=session.branch.code)
    tell_placed(row, phone=checked.phone)
    return Place(row, is_new=True)


def _move(enrolment: Enrolment, to_status: str, *, actor: User | None, reason: str = "") -> None:
    column = "seated_at" if to_status == EnrolmentStatus.SEATED else "cancelled_at"
    enrolment.status = to_status
    setattr(enrolment, column, now())
    enrolment.save(update_fields=["status", column])
    record_audit(
        f"training.enrolment.{to_status}",
        actor=actor,
        obj=enrolment,
        branch_code=enrolment.session.branch.code,
        changed_fields=["status"],
        reason=reason,
    )
