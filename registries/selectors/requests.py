"""Lists of requests for the desk; who made them comes by services/requests/reading.py, logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from organizations.choices import Right
from registries.choices.requests import OPEN_REQUESTS, RequestStatus
from registries.models import Request, RequestEvent

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
REQUEST_TABS: dict[str, Any] = {"new": _("待安排"), "arranged": _("已安排"), "ended": _("已结束")}
_CONDITIONS: dict[str, Q] = {
    "new": Q(status=RequestStatus.NEW),
    "arranged": Q(status=RequestStatus.ACCEPTED),
    "ended": ~Q(status__in=OPEN_REQUESTS),
}


def requests_for(person: User, tab: str, *, before: int | None = None) -> list[Request]:
    """A page of a list, newest first, one row more where there is a next page; one query."""
    rows = Request.objects.visible_to(person, Right.VIEW_REGISTRIES).filter(_CONDITIONS[tab])
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch").order_by("-pk")[: PAGE_SIZE + 1])


def request_counts(person: User) -> dict[str, int]:
    """How many lie in each list of a person; one query."""
    rows = Request.objects.visible_to(person, Right.VIEW_REGISTRIES)
    counts: dict[str, int] = rows.aggregate(**{name: Count("pk", filter=_CONDITIONS[name]) for name in REQUEST_TABS})
    return counts


def request_history(request: Request) -> list[RequestEvent]:
    """The steps of a request that the reader was let into, oldest first; one query."""
    return list(request.events.select_related("actor").order_by("pk"))
