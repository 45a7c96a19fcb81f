"""Requests of the demo: a talk, a sample, a visit and a call that made-up people asked for."""

from __future__ import annotations

import datetime
import uuid

from accounts.models import User
from core.clock import today
from organizations.models import Branch
from registries.choices.requests import DayPart, DeclineReason, RequestKind, RequestSubject
from registries.services.requests.filing import (
    Arranged,
    Asked,
    arrange_request,
    cancel_request,
    decline_request,
    file_request,
)

# Who may be tried at /booked/ in the demo.
FIRST_PHONE = 13_800_000_300


def leave_requests(branch: Branch, elsewhere: Branch, people: dict[str, User]) -> None:
    """Leave requests in a branch: new ones, one arranged, one declined, one cancelled; and one in another city."""
    clerk = people["hangzhou.registrar"]
    organ, stemcell = RequestSubject.ORGAN, RequestSubject.STEMCELL
    talk = _asked(branch, stemcell, RequestKind.TALK, 14, people_count=120, organisation="示例大学学生会")
    sample = _asked(branch, stemcell, RequestKind.SAMPLE, 7)
    visit = _asked(branch, organ, RequestKind.HOME_VISIT, 5, address="示例路 8 号 2 单元")
    call = _asked(branch, organ, RequestKind.CALL_BACK, 2)
    on_site = _asked(branch, organ, RequestKind.ON_SITE, 4)
    filed = [_filed(one, at) for at, one in enumerate((talk, sample, visit, call, sample, call))]
    arranged = Arranged(on=today() + datetime.timedelta(days=5), time=datetime.time(14, 30), place="示例路 8 号 2 单元")
    arrange_request(request_id=filed[2], arranged=arranged, actor=clerk)
    decline_request(request_id=filed[4], reason=DeclineReason.NO_CAPACITY, actor=clerk)
    cancel_request(request_id=filed[5])
    _filed(_asked(elsewhere, organ, RequestKind.TALK, 20, people_count=60, organisation="示例社区"), 6)
    _filed(on_site, 7)


def _asked(branch: Branch, subject: str, kind: str, days: int, **said: object) -> Asked:
    day = today() + datetime.timedelta(days=days)
    second = day + datetime.timedelta(days=2)
    return Asked(subject, kind, branch, "示例王老师", day, second, DayPart.MORNING, **said)  # type: ignore[arg-type]


def _filed(asked: Asked, at: int) -> int:
    return file_request(asked=asked, phone=str(FIRST_PHONE + at), key=uuid.uuid4()).request.pk
