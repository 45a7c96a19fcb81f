"""Who may do what in the registries; and fetching their objects for a person (docs/registries.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from organizations.permissions import may
from registries.choices.contacts import ABOUT_FIELDS
from registries.models import Donor, Drive, DueContact, DutyShift, Request, SampleBatch, Wish

if TYPE_CHECKING:
    import uuid

    from accounts.models import User


def wish_for(person: User, number: str) -> Wish:
    """A wish that the person may see, by its number; raises NotFound, also for one outside their branches."""
    found: Wish | None = (
        Wish.objects.visible_to(person, Right.VIEW_REGISTRIES)
        .select_related("branch", "replaces", "replaced_by", "registered_by")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if found is None:
        raise NotFound("wish_not_found", _("没有找到这份登记，或它不在您的范围内，请核对编号。"))
    return found


def due_for(person: User, key: uuid.UUID) -> DueContact:
    """A contact that is or was due, by its key: one's own, or nobody's yet, or any for who assigns; else NotFound."""
    found: DueContact | None = (
        DueContact.objects.visible_to(person, Right.VIEW_REGISTRIES)
        .select_related("branch", "coordinator", "closed_by", *(f"{one}__branch" for one in ABOUT_FIELDS))
        .filter(key=key)
        .first()
    )
    if found is None or not _is_theirs(person, found):
        raise NotFound("contact_not_found", _("没有找到这件联系，它可能已移交给另一位协调员。"))
    return found


def shift_for(person: User, pk: int) -> DutyShift:
    """Somebody's duty in a branch that the person sees; raises NotFound."""
    found: DutyShift | None = (
        DutyShift.objects.visible_to(person, Right.VIEW_REGISTRIES)
        .select_related("branch", "person")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise NotFound("shift_not_found", _("没有找到这个值守安排，或它不在您的范围内。"))
    return found


def _is_theirs(person: User, due: DueContact) -> bool:
    return due.coordinator_id in (None, person.pk) or may(person, Right.ASSIGN_COORDINATORS, due.branch)


def request_for(person: User, number: str) -> Request:
    """A request that the person may see, by its number; raises NotFound, also for one outside their branches."""
    found: Request | None = (
        Request.objects.visible_to(person, Right.VIEW_REGISTRIES)
        .select_related("branch")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if found is None:
        raise NotFound("request_not_found", _("没有找到这个预约，或它不在您的范围内，请核对编号。"))
    return found


def donor_for(person: User, number: str) -> Donor:
    """A stem-cell donor that the person may see, by number; raises NotFound, also for one outside their branches."""
    found: Donor | None = (
        Donor.objects.visible_to(person, Right.VIEW_REGISTRIES)
        .select_related("branch", "drive", "enrolled_by")
        .filter(number=number.replace("\x00", "").strip())
        .first()
    )
    if found is None:
        raise NotFound("donor_not_found", _("没有找到这位志愿者，或不在您的范围内，请核对编号。"))
    return found


def batch_for(person: User, number: str) -> SampleBatch:
    """A batch of samples that the person may see, by number; raises NotFound, also for one outside their branches."""
    rows = SampleBatch.objects.visible_to(person, Right.VIEW_REGISTRIES).select_related("branch", "created_by")
    found: SampleBatch | None = rows.filter(number=number.replace("\x00", "").strip()).first()
    if found is None:
        raise NotFound("batch_not_found", _("没有找到这个批次，或它不在您的范围内，请核对批次号。"))
    return found


def drive_for(person: User, drive_id: int) -> Drive:
    """A recruitment drive that the person may see; raises NotFound, also for one outside their branches."""
    rows = Drive.objects.visible_to(person, Right.VIEW_REGISTRIES).select_related("branch", "created_by")
    found: Drive | None = rows.filter(pk=drive_id).first()
    if found is None:
        raise NotFound("drive_not_found", _("没有找到这场招募活动，或它不在您的范围内。"))
    return found
