"""AEDs and places: put up, inspected, changed, withdrawn."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from organizations.choices import Right
from organizations.permissions import require
from training.errors import TrainingError, WrongState
from training.models import Aed, AedInspection, FirstAidPlace

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch


@dataclass(frozen=True)
class Seen:
    """What somebody found at an AED; dates of pads and battery are the first day on which they no longer count."""

    inspected_on: datetime.date
    is_faulty: bool
    pads_expire_on: datetime.date
    battery_expires_on: datetime.date
    note: str = ""


def put_up_aed(*, branch: Branch, facts: dict[str, Any], actor: User) -> Aed:
    """Write down an AED where it hangs (`facts` are the model's columns); its first inspection is due from that day.

    Raises TrainingError with fields, also where one of this serial number hangs elsewhere.
    """
    if facts["put_up_on"] > today():
        raise _wrong("put_up_on", _("投放日期不能晚于今天。"))
    with transaction.atomic():
        require(actor, Right.PLAN_TRAINING, branch)
        aed = Aed(
            **Aed.lineage_of(branch),
            **facts,
            inspect_by=facts["put_up_on"] + datetime.timedelta(days=facts["inspection_days"]),
        )
        try:
            with transaction.atomic():
                aed.save(force_insert=True)
        except IntegrityError as error:
            if "aed_hangs_in_one_place" not in str(error):
                raise
            raise _wrong("serial", _("这个型号和序列号的 AED 已登记在别处，请核对，或先撤除原来的。")) from error
        record_audit("training.aed.put_up", actor=actor, obj=aed, branch_code=branch.code)
    return aed


def inspect_aed(*, aed_id: int, seen: Seen, actor: User) -> AedInspection:
    """Write down an inspection; the AED takes its dates from the newest one. Locks the AED. Raises TrainingError."""
    with transaction.atomic():
        aed = _locked(aed_id)
        require(actor, Right.MARK_TRAINING, aed.branch)
        if not aed.put_up_on <= seen.inspected_on <= today():
            raise _wrong("inspected_on", _("巡检日期应在投放之后、不晚于今天。"))
        if seen.is_faulty and len(seen.note.strip()) < 2:
            raise _wrong("note", _("有故障时请写明情况。"))
        newest = aed.inspections.order_by("-inspected_on", "-pk").first()
        row = AedInspection.objects.create(
            aed=aed,
            inspected_on=seen.inspected_on,
            is_faulty=seen.is_faulty,
            pads_expire_on=seen.pads_expire_on,
            battery_expires_on=seen.battery_expires_on,
            note=seen.note.strip()[:300],
            actor=actor,
            at=now(),
        )
        # One that was written down late changes nothing that was seen after it.
        if newest is None or newest.inspected_on <= seen.inspected_on:
            aed.inspect_by = seen.inspected_on + datetime.timedelta(days=aed.inspection_days)
            aed.is_faulty = seen.is_faulty
            aed.pads_expire_on, aed.battery_expires_on = seen.pads_expire_on, seen.battery_expires_on
            aed.save(update_fields=["inspect_by", "is_faulty", "pads_expire_on", "battery_expires_on"])
        record_audit("training.aed.inspected", actor=actor, obj=aed, branch_code=aed.branch.code)
    return row


def withdraw_aed(*, aed_id: int, actor: User, reason: str) -> Aed:
    """Take an AED off the list for good; it can be put up elsewhere as a new row. Locks it."""
    with transaction.atomic():
        aed = _locked(aed_id)
        require(actor, Right.PLAN_TRAINING, aed.branch)
        if len(reason.strip()) < 2:
            raise _wrong("reason", _("请写明撤除的原因。"))
        aed.withdrawn_on = today()
        aed.save(update_fields=["withdrawn_on"])
        record_audit("training.aed.withdrawn", actor=actor, obj=aed, branch_code=aed.branch.code, reason=reason)
    return aed


def open_place(*, branch: Branch, facts: dict[str, Any], actor: User) -> FirstAidPlace:
    """Write down a base, venue or station (`facts` are the model's columns). Raises TrainingError with fields."""
    with transaction.atomic():
        require(actor, Right.PLAN_TRAINING, branch)
        if (
            FirstAidPlace.objects.unscoped("a name is once in a branch")
            .filter(branch=branch, name=facts["name"])
            .exists()
        ):
            raise _wrong("name", _("本会已有同名的场所，请核对或换一个名称。"))
        place = FirstAidPlace.objects.create(**FirstAidPlace.lineage_of(branch), **facts)
        record_audit("training.place.opened", actor=actor, obj=place, branch_code=branch.code)
    return place


def change_place(*, place_id: int, facts: dict[str, Any], actor: User) -> FirstAidPlace:
    """Change what is said of a place that is in use. Locks it."""
    with transaction.atomic():
        place = _locked_place(place_id)
        require(actor, Right.PLAN_TRAINING, place.branch)
        for name, value in facts.items():
            setattr(place, name, value)
        place.save()
        record_audit(
            "training.place.changed", actor=actor, obj=place, branch_code=place.branch.code, changed_fields=facts
        )
    return place


def close_place(*, place_id: int, actor: User, reason: str) -> FirstAidPlace:
    """End a place from today on. Locks it."""
    with transaction.atomic():
        place = _locked_place(place_id)
        require(actor, Right.PLAN_TRAINING, place.branch)
        if len(reason.strip()) < 2:
            raise _wrong("reason", _("请写明停用的原因。"))
        place.ended_on = today()
        place.save(update_fields=["ended_on"])
        record_audit("training.place.closed", actor=actor, obj=place, branch_code=place.branch.code, reason=reason)
    return place


def _locked(aed_id: int) -> Aed:
    aed: Aed = (
        Aed.objects.unscoped("lock of one known AED")
        .select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=aed_id)
    )
    if aed.withdrawn_on is not None:
        raise WrongState("aed_withdrawn", _("这台 AED 已撤除，不能再登记。"))
    return aed


def _locked_place(place_id: int) -> FirstAidPlace:
    place: FirstAidPlace = (
        FirstAidPlace.objects.unscoped("lock of one known place")
        .select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=place_id)
    )
    if place.ended_on is not None:
        raise WrongState("place_ended", _("这个场所已停用，不能再改。"))
    return place


def _wrong(field: str, sentence: str) -> TrainingError:
    return TrainingError(f"place_{field}", sentence, {field: sentence})
