"""Lists of wishes for the desk: numbers and states; who it is comes by services/reading.py, logged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.bounded import count_up_to
from organizations.choices import Right
from registries.choices import WishStatus
from registries.models import Wish, WishEvent, WishPaper

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 50
WISH_TABS: dict[str, Any] = {
    "in_force": _("有效"),
    "hand_over": _("待报送全国系统"),
    "standing": _("待在全国系统撤回"),
    "unwanted": _("已撤回报送同意，待全国系统撤回"),
    "departed": _("本人已故"),
    "ended": _("已变更、撤回或终止"),
}
# Found by document and counted only where the list is open (services/departed.py).
DEPARTED = "departed"
# Found by the consents that were taken back (selectors/taken_back.py), counted the same way.
UNWANTED = "unwanted"
_CONDITIONS: dict[str, Q] = {
    "in_force": Q(status=WishStatus.IN_FORCE),
    DEPARTED: Q(status=WishStatus.IN_FORCE),
    UNWANTED: Q(status=WishStatus.IN_FORCE, is_known_there=True, withdrawn_there_on=None),
    "hand_over": Q(status=WishStatus.IN_FORCE, handed_over_on__isnull=True),
    "standing": Q(status=WishStatus.WITHDRAWN, is_known_there=True, withdrawn_there_on=None, destroyed_at__isnull=True),
    "ended": Q(status__in=[WishStatus.REPLACED, WishStatus.WITHDRAWN, WishStatus.DEPARTED]),
}


def wishes_for(person: User, tab: str, *, before: int | None = None, among: Sequence[int] | None = None) -> list[Wish]:
    """A page of a list, newest first, one row more where there is a next page; one query.

    `among` narrows it to these ids, as the list of whoever died needs.
    """
    rows: QuerySet[Wish] = Wish.objects.visible_to(person, Right.VIEW_REGISTRIES).filter(_CONDITIONS[tab])
    if among is not None:
        rows = rows.filter(pk__in=among)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.select_related("branch").order_by("-pk")[: PAGE_SIZE + 1])


def wish_counts(person: User) -> dict[str, str]:
    """How many lie in each list of a person, `1000+` for more; a query each."""
    rows = Wish.objects.visible_to(person, Right.VIEW_REGISTRIES)
    return {name: count_up_to(rows.filter(_CONDITIONS[name])) for name in WISH_TABS if name not in (DEPARTED, UNWANTED)}


def wish_history(wish: Wish) -> list[WishEvent]:
    """The steps of a wish that the reader was let into, oldest first; one query."""
    return list(wish.events.select_related("actor").order_by("pk"))


def wish_papers(wish: Wish) -> list[WishPaper]:
    """The pictures of a wish's signed form that are still there, oldest first; one query."""
    return list(wish.papers.filter(file__destroyed_at=None).select_related("file", "kept_by").order_by("pk"))
