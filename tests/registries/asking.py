"""What the public asks for in the tests."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from core.clock import today
from organizations.models import Branch
from registries.choices.requests import RequestKind, RequestSubject
from registries.services.requests.filing import Arranged, Asked

NAME, ADDRESS, ORGANISATION = "示例预约人", "示例路 9 号", "示例中学"


def asking(branch: Branch, **over: Any) -> Asked:
    """Somebody wants a sample taken in a week."""
    day = today() + datetime.timedelta(days=7)
    return replace(Asked(RequestSubject.STEMCELL, RequestKind.SAMPLE, branch, NAME, day), **over)


def a_talk(branch: Branch, **over: Any) -> Asked:
    """A school wants a talk."""
    return asking(branch, kind=RequestKind.TALK, people_count=40, organisation=ORGANISATION, **over)


def a_visit(branch: Branch, **over: Any) -> Asked:
    """Somebody who cannot go out wants to be visited."""
    return asking(branch, subject=RequestSubject.ORGAN, kind=RequestKind.HOME_VISIT, address=ADDRESS, **over)


def arranged(**over: Any) -> Arranged:
    """Today in the afternoon."""
    return replace(Arranged(on=today(), time=datetime.time(14, 30), place="示例楼 101"), **over)
