"""Fetching the objects of remembrance for a person of the staff; outside their branches they are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from organizations.permissions import may, require
from registries.choices.memorial import OccasionKind, PageStatus
from registries.models import MemorialBooking, MemorialMessage, MemorialOccasion, MemorialPage, MemorialPlace

if TYPE_CHECKING:
    from accounts.models import User


def memorial_place_for(person: User, pk: int) -> MemorialPlace:
    """A place that the person keeps; raises NotFound."""
    rows = MemorialPlace.objects.visible_to(person, Right.KEEP_MEMORIAL).select_related("branch", "area")
    found: MemorialPlace | None = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound("place_not_found", _("没有找到这个缅怀场所，或它不在您的范围内。"))
    return found


def gathering_for(person: User, pk: int) -> MemorialOccasion:
    """A gathering, or half a day of visits, that the person keeps; raises NotFound."""
    rows = MemorialOccasion.objects.visible_to(person, Right.KEEP_MEMORIAL).select_related("branch", "place")
    found: MemorialOccasion | None = rows.filter(pk=pk, kind__in=OccasionKind.values).first()
    if found is None:
        raise NotFound("gathering_not_found", _("没有找到这个活动，或它不在您的范围内。"))
    return found


def half_day_for(person: User, pk: int) -> MemorialOccasion:
    """Half a day of visits that the person keeps; raises NotFound."""
    found = gathering_for(person, pk)
    if found.kind != OccasionKind.VISIT:
        raise NotFound("half_day_not_found", _("没有找到这半天，或它不在您的范围内。"))
    return found


def booking_for(person: User, number: str) -> MemorialBooking:
    """A booking that the person keeps, by its number; raises NotFound."""
    rows = MemorialBooking.objects.visible_to(person, Right.KEEP_MEMORIAL).select_related("branch", "occasion__place")
    found: MemorialBooking | None = rows.filter(number=number.replace("\x00", "").strip()).first()
    if found is None:
        raise NotFound("booking_not_found", _("没有找到这个预约，或它不在您的范围内，请核对编号。"))
    return found


def memorial_page_for(person: User, number: str) -> MemorialPage:
    """A page that the person keeps, by its number; raises NotFound."""
    rows = MemorialPage.objects.visible_to(person, Right.KEEP_MEMORIAL)
    rows = rows.select_related("branch", "consent__paper", "consent__recorded_by", "portrait", "created_by")
    found: MemorialPage | None = rows.filter(number=number.replace("\x00", "").strip()).first()
    if found is None:
        raise NotFound("page_not_found", _("没有找到这个纪念页，或它不在您的范围内，请核对编号。"))
    return found


def message_for(person: User, code: str) -> MemorialMessage:
    """A message of a page that the person keeps; raises NotFound."""
    rows = MemorialMessage.objects.visible_to(person, Right.KEEP_MEMORIAL).select_related("branch", "page")
    found: MemorialMessage | None = rows.filter(code=code.replace("\x00", "")[:16]).first()
    if found is None:
        raise NotFound("message_not_found", _("没有找到这条留言，或它不在您的范围内。"))
    return found


def may_open_consent_paper(person: User, page: MemorialPage) -> bool:
    """Whether the signed consent of a page is opened to somebody: who reads registrants, and who has it to approve.

    The second is the one exception: nobody can hold a page against a paper that they do not see.
    """
    if may(person, Right.READ_REGISTRANTS, page.branch):
        return True
    approves = page.status == PageStatus.SUBMITTED and person.pk not in page.maker_ids
    return approves and may(person, Right.KEEP_MEMORIAL, page.branch)


def require_consent_paper(person: User, page: MemorialPage) -> None:
    """Raise NotAllowed for somebody to whom the signed consent is not opened."""
    if not may_open_consent_paper(person, page):
        require(person, Right.READ_REGISTRANTS, page.branch)
