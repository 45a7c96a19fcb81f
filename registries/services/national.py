"""National numbers: entered by one person, confirmed by another, corrected by a further row."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import NotAllowed
from organizations.choices import BranchKind, Right
from organizations.models import Branch
from organizations.permissions import branches_with
from registries.errors import RegistryError, WrongState
from registries.models import NationalFigure
from registries.services.clear_texts import clear_faults
from registries.services.form_keys import sent_before

if TYPE_CHECKING:
    from accounts.models import User

FIRST_YEAR = 2000
LARGEST_NUMBER = 10_000_000_000


def enter_national(
    *, year: int, measure: str, number: int, source_title: str, source_url: str, key: uuid.UUID, actor: User
) -> NationalFigure:
    """Enter a national number with its source; of a year that has one it is the correction. Not shown before another
    person confirmed it. Said twice with one key, it is the first one.

    Raises RegistryError with fields, WrongState where an earlier entry still waits.
    """
    branch = _province(actor)
    faults = {}
    if not FIRST_YEAR <= year < today().year:
        faults["year"] = _("请填写已结束的年度。")
    if not 0 < number <= LARGEST_NUMBER:
        faults["number"] = _("请填写来源公布的数字。")
    if len(source_title.strip()) < 4:
        faults["source_title"] = _("请写明来源名称，例如公报、网页的标题。")
    faults |= clear_faults(source_title=source_title)
    if urlsplit(source_url).scheme not in ("http", "https"):
        faults["source_url"] = _("请填写来源的网址，以 http:// 或 https:// 开头。")
    if faults:
        raise RegistryError("national_incomplete", _("还不完整，请按提示填写。"), faults)
    with transaction.atomic():
        same: dict[str, Any] = {"year": year, "measure": measure, "number": number, "entered_by_id": actor.pk}
        if first := sent_before(NationalFigure.objects.all(), key, **same):
            return first
        Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
        newest = NationalFigure.objects.filter(year=year, measure=measure, replaced_by__isnull=True).first()
        if newest is not None and newest.confirmed_at is None:
            raise WrongState("national_waits", _("这个年度的同一指标已经录入，正等另一人复核。"))
        row = NationalFigure.objects.create(
            key=key, year=year, measure=measure, number=number, source_title=source_title.strip(),
            source_url=source_url, replaces=newest, entered_by=actor, entered_at=now(),
        )  # fmt: skip
        record_audit("registries.nationalfigure.entered", actor=actor, obj=row, branch_code=branch.code)
    return row


def confirm_national(*, figure_id: int, actor: User) -> NationalFigure:
    """Confirm a number after looking at its source; it is shown from now on. Locks it.

    Raises NotAllowed for who entered it, WrongState where it is confirmed.
    """
    branch = _province(actor)
    with transaction.atomic():
        row = NationalFigure.objects.select_for_update().get(pk=figure_id)
        if row.entered_by_id == actor.pk:
            raise NotAllowed("national_second_person", _("录入的人不能自己复核，请另一人核对来源后确认。"))
        if row.confirmed_at is not None:
            raise WrongState("national_confirmed", _("这个数字已经复核。"))
        row.confirmed_by, row.confirmed_at = actor, now()
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        record_audit("registries.nationalfigure.confirmed", actor=actor, obj=row, branch_code=branch.code)
    return row


def keeps_national(person: User) -> bool:
    """Whether somebody may enter and confirm national numbers: who keeps registries for a provincial association."""
    return branches_with(person, Right.KEEP_REGISTRIES).filter(kind=BranchKind.PROVINCE).exists()


def require_national(person: User) -> None:
    """Raises NotAllowed for who may neither enter nor confirm national numbers."""
    _province(person)


def _province(actor: User) -> Branch:
    """The provincial association that somebody keeps registries for. Raises NotAllowed."""
    found = branches_with(actor, Right.KEEP_REGISTRIES).filter(kind=BranchKind.PROVINCE).first()
    if found is None:
        raise NotAllowed("national_province", _("全国数字由省级红十字会的登记员或协调员录入和复核。"))
    return found
