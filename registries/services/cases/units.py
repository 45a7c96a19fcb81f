"""Units that may receive gifts: kept by who assigns in the province."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.cases import UnitKind
from registries.errors import RegistryError
from registries.models import ReceivingUnit
from registries.services.clear_texts import clear_faults

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

SHORTEST_NAME, LONGEST_NAME = 4, 80


def open_unit(*, province: Branch, kind: str, name: str, actor: User) -> ReceivingUnit:
    """Add a unit to those of a province.

    Raises RegistryError with fields for one that is there already. Source: 宁波市遗体捐献条例 Arts. 7-8.
    """
    with transaction.atomic():
        require(actor, Right.ASSIGN_COORDINATORS, province)
        plain = " ".join(name.replace("\x00", "").split())
        faults: dict[str, str] = {}
        if not SHORTEST_NAME <= len(plain) <= LONGEST_NAME:
            faults["name"] = _("请填写单位全称（4 至 80 字），不能写个人。")
        faults |= clear_faults(name=plain)
        if kind not in UnitKind.values:
            faults["kind"] = _("请选择类别。")
        there = ReceivingUnit.objects.filter(province=province, kind=kind, name=plain, ended_at=None)
        if not faults and there.exists():
            faults["name"] = _("这个单位已在名单里。")
        if faults:
            raise RegistryError("unit_wrong", _("还不完整，请按提示填写。"), faults)
        unit = ReceivingUnit.objects.create(
            province=province, kind=kind, name=plain, created_by=actor, created_at=now()
        )
        record_audit("registries.receivingunit.opened", actor=actor, obj=unit, branch_code=province.code)
    return unit


def end_unit(*, unit_id: int, actor: User) -> ReceivingUnit:
    """End a unit, so that no more gifts go there; what went there keeps its name. Twice is once."""
    with transaction.atomic():
        unit = ReceivingUnit.objects.select_for_update(of=("self",)).select_related("province").get(pk=unit_id)
        require(actor, Right.ASSIGN_COORDINATORS, unit.province)
        if unit.ended_at is None:
            unit.ended_at = now()
            unit.save(update_fields=["ended_at"])
            record_audit("registries.receivingunit.ended", actor=actor, obj=unit, branch_code=unit.province.code)
    return unit
