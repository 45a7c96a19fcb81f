"""Issuing certificates to a class, by somebody who neither examined nor signed."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.identifiers import normalise_payer
from core.masking import mask_name
from core.numbers import format_number, take_serials
from core.random_codes import random_code
from core.sealed import open_many_for_work, seal_into_many
from organizations.choices import Right
from organizations.permissions import require
from training.choices import (
    EXPIRING_DAYS,
    RENEWED_BY,
    CertificateKind,
    CertificateSource,
    CertificateStatus,
    CourseKind,
    EnrolmentStatus,
    ReissueReason,
    SessionStatus,
)
from training.errors import OwnWork, WrongState
from training.models import Certificate, CertificateEvent, Enrolment, ExamResult, Session
from training.selectors.public_certificates import LETTER
from training.services.moving import lock_session, move_certificate, move_session
from training.services.recorded import record_end, record_issue
from training.services.signing import sign_payload

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Refused:
    """Somebody who gets no certificate now, and why."""

    enrolment: Enrolment
    reason: str


@dataclass(frozen=True)
class Planned:
    """What issuing now would bring: who gets a certificate, and who does not and why."""

    people: tuple[Enrolment, ...]
    refused: tuple[Refused, ...]
    olds: dict[int, Certificate]


@dataclass(frozen=True)
class Issued:
    """What a class got."""

    certificates: tuple[Certificate, ...]
    refused: tuple[Refused, ...]


def issue_certificates(*, session_id: int, actor: User) -> Issued:
    """Issue a certificate to everybody of a signed session who attended and passed and has none of it yet.

    Who cannot get one (no document, a valid one already) is named with the reason, and the others go on; where nobody
    is left, the session is finished. Locks the session, the old certificates that are replaced, then the branch's
    counter. Raises OwnWork for who examined or signed, WrongState where it is not signed.
    """
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.ISSUE_CERTIFICATES, session.branch)
        if session.status != SessionStatus.SIGNED:
            raise WrongState("session_not_signed", _("主讲师资签字后才能发证；已结班的不再重复发证。"))
        examiners = examiners_of(session)
        if actor.pk in examiners:
            raise OwnWork
        planned = planned_issue(session, is_locking=True)
        certificates = _issue(session, planned.people, planned.olds, examiners, actor)
        if not planned.refused:
            move_session(session, SessionStatus.FINISHED, actor=actor)
    return Issued(tuple(certificates), planned.refused)


def planned_issue(session: Session, *, is_locking: bool = False) -> Planned:
    """Who of a session would get a certificate now, and who not; locks the old certificates where it is to be done."""
    passed = passed_without_certificate(session)
    olds = _olds(session, passed, is_locking=is_locking)
    refused = [
        Refused(one, reason) for one in passed if (reason := _obstacle(session, one, olds.get(one.learner_id or 0)))
    ]
    excluded = {one.enrolment.pk for one in refused}
    return Planned(tuple(one for one in passed if one.pk not in excluded), tuple(refused), olds)


def finish_session(*, session_id: int, actor: User) -> Session:
    """End a signed session although some who passed got no certificate. Locks the session."""
    with transaction.atomic():
        session = lock_session(session_id)
        require(actor, Right.ISSUE_CERTIFICATES, session.branch)
        if session.status != SessionStatus.SIGNED:
            raise WrongState("session_not_signed", _("主讲师资签字后才能结班。"))
        move_session(session, SessionStatus.FINISHED, actor=actor)
    return session


def passed_without_certificate(session: Session) -> list[Enrolment]:
    """Who attended and passed and has no certificate of this session yet, in the order of the roster."""
    lessons = session.lessons.count()
    rows = (
        Enrolment.objects.unscoped("of a session in hand")
        .filter(session=session, status=EnrolmentStatus.SEATED, certificate__isnull=True)
        .select_related("learner")
        .prefetch_related("attendance", "results")
        .order_by("place")
    )
    return [one for one in rows if _attended(one, session, lessons) and _passed(one)]


def examiners_of(session: Session) -> set[int]:
    """The ids of who examined or signed, none of whom may issue."""
    results = ExamResult.objects.filter(enrolment__session=session)
    hands = results.values_list("examiner_ids", flat=True)
    return {session.signed_by_id or 0, *(one for each in hands for one in each)}


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, the last of its month where there is none (31 January → 28 February)."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def put_certificates(certificates: Sequence[Certificate], holders: Sequence[str], *, actor: User) -> None:
    """Number, sign and insert new certificates of one branch with their events and public records, in order.

    Locks the branch's counter until the caller's transaction ends.
    """
    if not certificates:
        return
    branch, year = certificates[0].branch, today().year
    first = take_serials(branch.code, year, LETTER, len(certificates))
    seal_into_many(certificates, "holder", holders)
    for position, (certificate, holder) in enumerate(zip(certificates, holders, strict=True)):
        certificate.number = format_number(branch.code, year, LETTER, first + position)
        certificate.code = random_code()
        certificate.shown_name = mask_name(holder)
        certificate.payload = sign_payload(certificate, holder=holder)
    Certificate.objects.bulk_create(certificates)
    CertificateEvent.objects.bulk_create(
        CertificateEvent(certificate=one, to_status=one.status, actor=actor, at=one.issued_at) for one in certificates
    )
    for certificate, holder in zip(certificates, holders, strict=True):
        record_issue(certificate, holder=holder)


def _issue(
    session: Session, people: Sequence[Enrolment], olds: dict[int, Certificate], examiners: set[int], actor: User
) -> list[Certificate]:
    day, moment, version = today(), now(), session.version
    names = open_many_for_work(people, "name", work=f"training.issue:{session.number}")
    certificates = []
    for person in people:
        old = olds.get(person.learner_id or 0)
        if old is not None:
            move_certificate(old, CertificateStatus.REPLACED, actor=actor, ended_on=day)
        certificate = Certificate(
            branch=session.branch,
            province_id=session.province_id,
            city_id=session.city_id,
            county_id=session.county_id,
            kind=version.course.certificate_kind,
            status=CertificateStatus.VALID,
            source=CertificateSource.COURSE,
            version=version,
            enrolment=person,
            learner=person.learner,
            key_group=session.key_group,
            issued_on=day,
            expires_on=months_after(day, version.validity_months) if version.validity_months else None,
            replaces=old,
            reissue_reason=ReissueReason.REFRESHED if old else "",
            examiner_ids=sorted(examiners),
            issued_by=actor,
            issued_at=moment,
        )
        certificates.append(certificate)
    put_certificates(certificates, [name or "" for name in names], actor=actor)
    for certificate in certificates:
        if certificate.replaces:
            record_end(certificate.replaces, successor=certificate.number)
    return certificates


def _olds(session: Session, people: Sequence[Enrolment], *, is_locking: bool) -> dict[int, Certificate]:
    """The certificates of this kind that people still have, by learner."""
    rows = Certificate.objects.unscoped("replaced by what is issued now")
    if is_locking:
        rows = rows.select_for_update(of=("self",))
    rows = (
        rows.select_related("branch")
        .filter(
            learner_id__in=[one.learner_id for one in people if one.learner_id],
            kind=session.version.course.certificate_kind,
            status=CertificateStatus.VALID,
        )
        .order_by("pk")
    )
    olds = {one.learner_id: one for one in rows}
    return {**_named_olds(session, [one for one in people if one.learner_id not in olds], olds, is_locking), **olds}


def _named_olds(
    session: Session, people: Sequence[Enrolment], olds: dict[int, Certificate], is_locking: bool
) -> dict[int, Certificate]:
    """The certificates that people named by number when they signed up and that bear their name, by learner.

    For who is known by another document now. Nobody gets one that another of the class renews.
    """
    asked = [one for one in people if one.learner_id and one.earlier_number]
    if not asked:
        return {}
    rows = Certificate.objects.unscoped("renewed by its number and name")
    if is_locking:
        rows = rows.select_for_update(of=("self",))
    kind, numbers = session.version.course.certificate_kind, [one.earlier_number for one in asked]
    named = list(
        rows.select_related("branch")
        .filter(number__in=numbers, kind=kind, status=CertificateStatus.VALID)
        .exclude(pk__in=[one.pk for one in olds.values()])
        .order_by("pk")
    )
    work = f"training.renew:{session.number}"
    holders = open_many_for_work(named, "holder", work=work)
    by_name = {(one.number, normalise_payer(holder or "")): one for one, holder in zip(named, holders, strict=True)}
    found: dict[int, Certificate] = {}
    for person, name in zip(asked, open_many_for_work(asked, "name", work=work), strict=True):
        old = by_name.pop((person.earlier_number, normalise_payer(name or "")), None)
        if old is not None and person.learner_id is not None:
            found[person.learner_id] = old
    return found


def _obstacle(session: Session, person: Enrolment, old: Certificate | None) -> str:
    if person.learner_id is None:
        return _("没有登记证件号码，请补登记（须本人单独同意）后再发证。")
    is_refresher = session.version.course.kind == CourseKind.FIRST_AIDER_REFRESHER
    if is_refresher and old is None and person.earlier_number:
        return _("报名时填的原证书编号 %(number)s 没有同名的有效证书，请核对编号和姓名，或查历史证书是否已导入。") % {
            "number": person.earlier_number
        }
    if is_refresher and old is None:
        return _("没有可以延期的救护员证，复训只能延期原有证书；请查历史证书是否已导入。")
    if old is not None and not is_refresher and not _may_renew(session, old):
        return _("已有有效的%(kind)s（%(number)s），不重复发证。") % {
            "kind": CertificateKind(old.kind).label,
            "number": old.number,
        }
    return ""


def _may_renew(session: Session, old: Certificate) -> bool:
    """Whether a course that is no refresher renews a certificate: an expired one, or one that ends and has no other."""
    if old.expires_on is None:
        return False
    has_refresher = session.version.course.kind not in RENEWED_BY[old.kind]
    return old.expires_on <= today() + datetime.timedelta(days=0 if has_refresher else EXPIRING_DAYS)


def _attended(enrolment: Enrolment, session: Session, lessons: int) -> bool:
    attended = sum(1 for one in enrolment.attendance.all() if one.presence != "absent")
    return lessons > 0 and lessons - attended <= session.version.missed_most


def _passed(enrolment: Enrolment) -> bool:
    last = max(enrolment.results.all(), key=lambda one: one.attempt, default=None)
    return last is not None and last.is_passed
