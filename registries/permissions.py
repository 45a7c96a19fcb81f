"""Who may do what in the registries; and fetching their objects for a person (docs/registries.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from registries.models import Donor, Drive, SampleBatch, Wish

if TYPE_CHECKING:
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
