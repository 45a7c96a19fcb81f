"""Places of remembrance and their gatherings: opened, changed, closed, opened anew; planned, changed, called off."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.memorial import BookingStatus, OccasionKind, OccasionStatus
from registries.errors import RegistryError, WrongState
from registries.models import MemorialBooking, MemorialOccasion, MemorialPlace
from registries.services.clear_texts import check_clear, phone_faults
from registries.services.form_keys import sent_before
from registries.services.memorial.moving import move, note
from registries.services.memorial.telling import tell_called_off, tell_moved

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

FURTHEST_DAYS = 366


@dataclass(frozen=True)
class Gathering:
    """What is planned: a gathering at a place on a day, with places for so many people."""

    place: MemorialPlace
    title: str
    on: datetime.date
    starts_at: datetime.time
    seats: int
    text: str = ""
    key: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True)
class GatheringChange:
    """What may change of a gathering that is planned: when it is, and what is said of it."""

    on: datetime.date
    starts_at: datetime.time
    text: str = ""


def open_memorial_place(*, branch: Branch, facts: dict[str, Any], key: uuid.UUID, actor: User) -> MemorialPlace:
    """Write a place down (`facts` are the model's columns); said twice with one key, it is the first one.

    Raises RegistryError with fields.
    """
    with transaction.atomic():
        require(actor, Right.KEEP_MEMORIAL, branch)
        rows = MemorialPlace.objects.unscoped("sent twice").select_related("branch")
        if first := sent_before(rows, key, branch_id=branch.pk, name=facts["name"]):
            return first
        _require_clear(facts)
        _require_other_name(branch, facts["name"])
        place = MemorialPlace.objects.create(**MemorialPlace.lineage_of(branch), key=key, **facts)
        record_audit("registries.memorial_place.opened", actor=actor, obj=place, branch_code=branch.code)
    return place


def change_memorial_place(*, place_id: int, facts: dict[str, Any], actor: User) -> MemorialPlace:
    """Change what is said of a place that is open. Locks it. Raises RegistryError with fields, WrongState."""
    with transaction.atomic():
        place = lock_place(place_id)
        require(actor, Right.KEEP_MEMORIAL, place.branch)
        require_open(place)
        _require_clear(facts)
        if facts["name"] != place.name:
            _require_other_name(place.branch, facts["name"])
        for name, value in facts.items():
            setattr(place, name, value)
        place.save(update_fields=list(facts))
        record_audit(
            "registries.memorial_place.changed",
            actor=actor,
            obj=place,
            branch_code=place.branch.code,
            changed_fields=facts,
        )
    return place


def close_memorial_place(*, place_id: int, actor: User) -> MemorialPlace:
    """Close a place from today on; nothing may be planned there any more. Locks it. Raises WrongState."""
    with transaction.atomic():
        place = lock_place(place_id)
        require(actor, Right.KEEP_MEMORIAL, place.branch)
        require_open(place)
        ahead = place.occasions.unscoped("of a locked place").filter(status=OccasionStatus.PLANNED, on__gte=today())
        if ahead.filter(kind=OccasionKind.GATHERING).exists() or ahead.filter(taken_count__gt=0).exists():
            raise WrongState("place_in_use", _("这里还有今后的活动或预约，请先取消它们，再停用。"))
        place.closed_on = today()
        place.save(update_fields=["closed_on"])
        record_audit("registries.memorial_place.closed", actor=actor, obj=place, branch_code=place.branch.code)
    return place


def reopen_memorial_place(*, place_id: int, actor: User) -> MemorialPlace:
    """Open a place anew that was closed, with what was said of it. Locks it. Raises RegistryError, WrongState."""
    with transaction.atomic():
        place = lock_place(place_id)
        require(actor, Right.KEEP_MEMORIAL, place.branch)
        if place.closed_on is None:
            raise WrongState("place_open", _("这个场所没有停用，请刷新页面查看。"))
        _require_other_name(place.branch, place.name)
        place.closed_on = None
        place.save(update_fields=["closed_on"])
        record_audit("registries.memorial_place.reopened", actor=actor, obj=place, branch_code=place.branch.code)
    return place


def plan_gathering(*, gathering: Gathering, actor: User) -> MemorialOccasion:
    """Plan a gathering; said twice with one key, it is the first one. Locks its place. Raises RegistryError."""
    with transaction.atomic():
        place = lock_place(gathering.place.pk)
        require(actor, Right.KEEP_MEMORIAL, place.branch)
        rows = MemorialOccasion.objects.unscoped("sent twice").select_related("branch")
        same: dict[str, Any] = {"place_id": place.pk, "on": gathering.on, "title": gathering.title.strip()}
        if first := sent_before(rows, gathering.key, **same, created_by_id=actor.pk):
            return first
        require_open(place)
        check_clear(title=gathering.title, text=gathering.text)
        _require_day(gathering.on)
        occasion = MemorialOccasion.objects.create(
            **MemorialOccasion.lineage_of(place.branch),
            key=gathering.key,
            place=place,
            kind=OccasionKind.GATHERING,
            on=gathering.on,
            starts_at=gathering.starts_at,
            title=gathering.title.strip(),
            text=gathering.text.strip(),
            seats=gathering.seats,
            created_by=actor,
            created_at=now(),
        )
        note(occasion, "", verb="planned", actor=actor)
    return occasion


def change_gathering(*, occasion_id: int, change: GatheringChange, actor: User) -> MemorialOccasion:
    """Change when a gathering is or what is said of it; of another time each booker is told. Locks it, its bookings.

    What is as it was leaves no step. Raises RegistryError with fields, WrongState.
    """
    with transaction.atomic():
        occasion = lock_occasion(occasion_id)
        require(actor, Right.KEEP_MEMORIAL, occasion.branch)
        if not may_change(occasion):
            raise WrongState("occasion_over", _("只有今后的、没有取消的集体缅怀活动可以修改。"))
        check_clear(text=change.text)
        _require_day(change.on)
        is_moved = (change.on, change.starts_at) != (occasion.on, occasion.starts_at)
        if not is_moved and change.text.strip() == occasion.text:
            return occasion
        occasion.on, occasion.starts_at, occasion.text = change.on, change.starts_at, change.text.strip()
        occasion.save(update_fields=["on", "starts_at", "text"])
        note(occasion, occasion.status, verb="moved" if is_moved else "changed", actor=actor)
        for booking in _in_force(occasion) if is_moved else ():
            tell_moved(booking, occasion)
    return occasion


def may_change(occasion: MemorialOccasion) -> bool:
    """Whether it is a gathering that still takes place."""
    return occasion.kind == OccasionKind.GATHERING and occasion.is_planned and occasion.on >= today()


def call_off_occasion(*, occasion_id: int, actor: User) -> MemorialOccasion:
    """Call an occasion off, cancel its bookings, tell each booker. Locks it, then its bookings. Raises WrongState."""
    with transaction.atomic():
        occasion = lock_occasion(occasion_id)
        require(actor, Right.KEEP_MEMORIAL, occasion.branch)
        move(occasion, OccasionStatus.CANCELLED, verb="called_off", actor=actor, taken_count=0)
        for booking in _in_force(occasion):
            move(booking, BookingStatus.CANCELLED, verb="called_off", actor=actor, ended_at=now())
            tell_called_off(booking, occasion)
    return occasion


def lock_occasion(occasion_id: int) -> MemorialOccasion:
    """An occasion with its place, locked until the caller's transaction ends."""
    rows = MemorialOccasion.objects.unscoped("lock of one known occasion").select_for_update(of=("self",))
    found: MemorialOccasion = rows.select_related("branch", "place").get(pk=occasion_id)
    return found


def _in_force(occasion: MemorialOccasion) -> QuerySet[MemorialBooking]:
    """The bookings of a locked occasion that are in force, locked as well."""
    rows: QuerySet[MemorialBooking] = MemorialBooking.objects.unscoped("of a locked occasion").filter(
        occasion=occasion, status=BookingStatus.BOOKED
    )
    return rows.select_for_update(of=("self",)).select_related("branch").order_by("pk")


def _require_day(on: datetime.date) -> None:
    if not today() <= on <= today() + datetime.timedelta(days=FURTHEST_DAYS):
        sentence = _("日期应在今天到一年之内。")
        raise RegistryError("gathering_day", sentence, {"on": sentence})


def lock_place(place_id: int) -> MemorialPlace:
    """A place, locked until the caller's transaction ends."""
    rows = MemorialPlace.objects.unscoped("lock of one known place").select_for_update(of=("self",))
    found: MemorialPlace = rows.select_related("branch").get(pk=place_id)
    return found


def require_open(place: MemorialPlace) -> None:
    """Raise WrongState for a place that is closed."""
    if place.closed_on is not None:
        raise WrongState("place_closed", _("这个场所已经停用，请刷新页面查看。"))


def _require_clear(facts: dict[str, Any]) -> None:
    """The texts of a place; its telephone is an office's and public."""
    texts = ("name", "address", "opening_hours", "directions", "description")
    check_clear(**{name: facts[name] for name in texts if facts.get(name)})
    if faults := phone_faults(phone=facts.get("phone", "")):
        raise RegistryError("personal_number", faults["phone"], faults)


def _require_other_name(branch: Branch, name: str) -> None:
    rows = MemorialPlace.objects.unscoped("a name is once in a branch").filter(branch=branch, closed_on=None)
    if rows.filter(name=name).exists():
        sentence = _("本会已有同名的缅怀场所，请核对或换一个名称。")
        raise RegistryError("place_twice", sentence, {"name": sentence})
