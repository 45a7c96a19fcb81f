"""Requests of the public: made by telephone and code, arranged, finished, declined by the desk, cancelled by either."""

from __future__ import annotations

import datetime
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.numbers import take_number
from core.phone_codes import checked_mobile
from core.sealed import holds, matching, seal_into
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.requests import (
    KINDS_OF,
    OPEN_REQUESTS,
    REQUEST_TRANSITIONS,
    DayPart,
    DeclineReason,
    RequestKind,
    RequestStatus,
    RequestSubject,
)
from registries.errors import RegistryError, WrongState
from registries.models import Request, RequestEvent
from registries.services.form_keys import form_used, sent_before
from registries.services.requests.telling import tell_arranged, tell_declined, tell_received

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

LETTER = "Q"
# The text that is shown stands in templates/public/registries/_request_consent.html; a change of it is a new version.
CONSENT_VERSION = "request-1"
LONGEST_NAME, LONGEST_TEXT = 60, 200
MOST_PEOPLE = 5_000
# Whoever plans further ahead calls; what lies in the past cannot be met.
FURTHEST = datetime.timedelta(days=180)
MOST_OPEN = 3
_NUL = "\x00"


@dataclass(frozen=True)
class Asked:
    """What somebody asks for, as typed. `people_count` is asked for a talk alone, `address` for a home visit."""

    subject: str
    kind: str
    branch: Branch
    name: str
    first_day: datetime.date
    second_day: datetime.date | None = None
    part: str = DayPart.ANY
    people_count: int | None = None
    organisation: str = ""
    address: str = ""


@dataclass(frozen=True)
class Filed:
    """A request, and whether this call made it."""

    request: Request
    is_new: bool


@dataclass(frozen=True)
class Arranged:
    """When and where something is held; of a call the time alone."""

    on: datetime.date
    time: datetime.time | None = None
    place: str = ""


def file_request(*, asked: Asked, phone: str, key: uuid.UUID) -> Filed:
    """Take down what somebody asks for, whose telephone the caller has seen proved; said twice with one key, it is one.

    At most three open requests of a telephone. Raises RegistryError with all faults by field.
    """
    number = checked_mobile(phone)
    checked = _checked(asked)
    with transaction.atomic():
        if first := _sent_before(key, number, checked):
            return Filed(first, is_new=False)
        _require_room(number)
        row = Request(
            **Request.lineage_of(asked.branch),
            key=key,
            subject=checked.subject,
            kind=checked.kind,
            status=RequestStatus.NEW,
            people_count=checked.people_count,
            first_day=checked.first_day,
            second_day=checked.second_day,
            part=checked.part,
            consent_version=CONSENT_VERSION,
            created_at=now(),
        )
        details = {"organisation": checked.organisation, "address": checked.address}
        said = json.dumps(details, ensure_ascii=False) if any(details.values()) else None
        seal_into(row, name=checked.name, phone=number, details=said)
        row.number = take_number(asked.branch.code, today().year, LETTER)
        row.save(force_insert=True)
        _note(row, "", "made", actor=None)
        tell_received(row, number)
    return Filed(row, is_new=True)


def arrange_request(*, request_id: int, arranged: Arranged, actor: User) -> Request:
    """Say when and where a request is met, or move it; who asked is told. Locks it.

    Raises RegistryError with fields, WrongState.
    """
    place = " ".join(arranged.place.replace(_NUL, "").split())
    with transaction.atomic():
        row = _locked(request_id, actor)
        faults = {}
        if not today() <= arranged.on <= today() + FURTHEST:
            faults["on"] = _("请填写今天起半年以内的日子。")
        if len(place) > LONGEST_TEXT:
            faults["place"] = _("太长，请写在 200 字以内。")
        elif not place and row.kind != RequestKind.CALL_BACK:
            faults["place"] = _("请填写地点，对方要照着它来。")
        if faults:
            raise RegistryError("arrangement_incomplete", _("还不完整，请按提示填写。"), faults)
        verb = "arranged" if row.status == RequestStatus.NEW else "moved"
        row.arranged_on, row.arranged_time = arranged.on, arranged.time
        columns = seal_into(row, place=place or None)
        move_request(
            row, RequestStatus.ACCEPTED, verb=verb, actor=actor, columns=[*columns, "arranged_on", "arranged_time"]
        )
        tell_arranged(row)
    return row


def decline_request(*, request_id: int, reason: str, actor: User) -> Request:
    """Say that a request cannot be met, and why; who asked is told. Locks it. Raises RegistryError, WrongState."""
    if reason not in DeclineReason.values:
        sentence = _("请选择原因，对方会看到它。")
        raise RegistryError("reason_missing", sentence, {"reason": sentence})
    with transaction.atomic():
        row = _locked(request_id, actor)
        row.decline_reason = reason
        move_request(row, RequestStatus.DECLINED, verb="declined", actor=actor, columns=["decline_reason"])
        tell_declined(row)
    return row


def finish_request(*, request_id: int, actor: User) -> Request:
    """Say that what was arranged was done, from its day on. Locks it. Raises RegistryError, WrongState."""
    with transaction.atomic():
        row = _locked(request_id, actor)
        if row.arranged_on is not None and row.arranged_on > today():
            raise RegistryError("not_yet", _("安排的日子还没有到，到那天以后再办结。"))
        move_request(row, RequestStatus.DONE, verb="done", actor=actor)
    return row


def cancel_request(*, request_id: int, actor: User | None = None) -> Request:
    """Cancel a request for who made it: by the desk, or (`actor` None) by themselves, proved to the caller. Locks it.

    Cancelled twice by its own person, it stays cancelled. Raises WrongState.
    """
    with transaction.atomic():
        row = _locked(request_id, actor)
        if actor is None and row.status == RequestStatus.CANCELLED:
            return row
        move_request(row, RequestStatus.CANCELLED, verb="cancelled", actor=actor)
    return row


def own_request(*, phone: str, number: str) -> int | None:
    """The id of a request that was made by this telephone, by its number; None for anything else. One query."""
    rows = Request.objects.unscoped("asked for by its own telephone and number").filter(
        matching(Request, "phone", checked_mobile(phone)),
        number=number.replace(_NUL, "").strip().upper(),
        destroyed_at=None,
    )
    found: int | None = rows.values_list("pk", flat=True).first()
    return found


def _checked(asked: Asked) -> Asked:
    faults: dict[str, str] = {}
    texts = {
        name: " ".join(getattr(asked, name).replace(_NUL, "").split()) for name in ("name", "organisation", "address")
    }
    if not 1 <= len(texts["name"]) <= LONGEST_NAME:
        faults["name"] = _("请填写怎样称呼您，例如“王老师”。")
    faults.update({one: _("太长，请写在 200 字以内。") for one, text in texts.items() if len(text) > LONGEST_TEXT})
    if asked.subject not in RequestSubject.values or asked.kind not in KINDS_OF[asked.subject]:
        faults["kind"] = _("请选择要预约什么。")
    if asked.part not in DayPart.values:
        faults["part"] = _("请选择时段。")
    faults.update(_faults_of_days(asked))
    faults.update(_faults_of_kind(asked, texts))
    if faults:
        raise RegistryError("request_incomplete", _("还不完整，请按提示填写。"), faults)
    is_talk = asked.kind == RequestKind.TALK
    return Asked(
        subject=asked.subject,
        kind=asked.kind,
        branch=asked.branch,
        name=texts["name"],
        first_day=asked.first_day,
        second_day=asked.second_day if asked.second_day != asked.first_day else None,
        part=asked.part,
        # What the kind does not need is not kept, whatever was typed.
        people_count=asked.people_count if is_talk else None,
        organisation=texts["organisation"] if is_talk else "",
        address=texts["address"] if asked.kind == RequestKind.HOME_VISIT else "",
    )


def _faults_of_days(asked: Asked) -> dict[str, str]:
    days = {"first_day": asked.first_day, "second_day": asked.second_day}
    sentence = _("请填写明天起半年以内的日子；更急的请直接致电。")
    return {name: sentence for name, day in days.items() if day is not None and not today() < day <= today() + FURTHEST}


def _faults_of_kind(asked: Asked, texts: dict[str, str]) -> dict[str, str]:
    faults = {}
    if asked.kind == RequestKind.TALK:
        if not texts["organisation"]:
            faults["organisation"] = _("请填写请我们去宣讲的单位、学校或社区。")
        if asked.people_count is None or not 1 <= asked.people_count <= MOST_PEOPLE:
            faults["people_count"] = _("请填写大约多少人，1 到 5000。")
    if asked.kind == RequestKind.HOME_VISIT and not texts["address"]:
        faults["address"] = _("请填写上门的地址。")
    return faults


def _require_room(phone: str) -> None:
    rows = Request.objects.unscoped("how many of one's own are open")
    if rows.filter(matching(Request, "phone", phone), status__in=OPEN_REQUESTS).count() >= MOST_OPEN:
        raise RegistryError(
            "too_many_open",
            _("这个手机号已有 %(n)d 个没有办结的预约。请先取消不需要的，或致电当地红十字会。") % {"n": MOST_OPEN},
        )


def _sent_before(key: uuid.UUID, phone: str, asked: Asked) -> Request | None:
    """The request that this very form made, of this telephone. Raises WrongState for another one."""
    rows = Request.objects.unscoped("the same form sent twice").select_related("branch")
    first = sent_before(rows, key, branch_id=asked.branch.pk, kind=asked.kind)
    if first is not None and not holds(first, "phone", phone):
        raise form_used()
    return first


def _locked(request_id: int, actor: User | None) -> Request:
    """A request, locked, which the actor keeps; None is the person themselves, whom the caller has seen proved."""
    rows = Request.objects.unscoped("lock of one known request").select_related("branch")
    row: Request = rows.select_for_update(of=("self",)).get(pk=request_id)
    if actor is not None:
        require(actor, Right.KEEP_REGISTRIES, row.branch)
    return row


def move_request(
    row: Request, to_status: str, *, verb: str, actor: User | None, columns: list[str] | None = None
) -> None:
    """The one mover of a locked request: looks the step up, saves it, writes it down. Raises WrongState."""
    if to_status not in REQUEST_TRANSITIONS[row.status]:
        raise WrongState(
            "request_wrong_state",
            _("预约 %(number)s 现在是“%(now)s”，这一步已办过或不能办理，请刷新页面查看。")
            % {"number": row.number, "now": RequestStatus(row.status).label},
        )
    from_status, row.status = row.status, to_status
    row.ended_at = None if to_status in OPEN_REQUESTS else now()
    row.save(update_fields=["status", "ended_at", *(columns or [])])
    _note(row, from_status, verb, actor=actor)


def _note(row: Request, from_status: str, verb: str, *, actor: User | None) -> None:
    RequestEvent.objects.create(
        request=row, from_status=from_status, to_status=row.status, verb=verb, actor=actor, at=now()
    )
    record_audit(f"registries.request.{verb}", actor=actor, obj=row, branch_code=row.branch.code)
