"""The one mover of donors: locked rows, the table of steps, deferral and age looked at, each step an event."""

from __future__ import annotations

import datetime
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.documents import age_on
from core.sealed import open_for_work, seal_into
from organizations.choices import Right
from organizations.permissions import require
from registries.choices import Channel
from registries.choices.donors import (
    AGEING,
    DONOR_TRANSITIONS,
    ENDED,
    GIVING_ENDS_AGE,
    NOT_WHEN_AGED,
    NOT_WHILE_DEFERRED,
    DonorStatus,
)
from registries.errors import RegistryError, WrongState
from registries.models import Donor, DonorEvent, Registrant
from registries.services.contacts import cancel_contacts
from registries.services.departed import is_departed
from registries.services.registrants import registrant_of

if TYPE_CHECKING:
    from accounts.models import User

# A step is written down within weeks; an older day is a slip of the keyboard.
OLDEST_STEP = datetime.timedelta(days=366)


@dataclass(frozen=True)
class Step:
    """What is done with a donor: `verb` as the event says it, on a day, how, by whom (None: themselves, online).

    `reference` is the number of what shows it, where there is one.
    """

    verb: str
    on: datetime.date
    actor: User | None
    channel: str = Channel.COUNTER
    until: datetime.date | None = None
    reference: str = ""


def locked_donor(donor_id: int, *, actor: User | None, with_person: bool = False) -> Donor:
    """A donor locked for a step that the actor may take in its branch; None is the person themselves, seen proved.

    `with_person` locks who it is before: for steps that plan a contact or touch a consent. Raises NotAllowed.
    """
    rows = Donor.objects.unscoped("lock of one known donor").select_related("branch")
    if with_person:
        seen: Donor = rows.get(pk=donor_id)
        if actor is not None:
            require(actor, Right.KEEP_REGISTRIES, seen.branch)
        if seen.ended_at is None:
            registrant_of(seen, lock=True)
    donor: Donor = rows.select_for_update(of=("self",)).get(pk=donor_id)
    if actor is not None:
        require(actor, Right.KEEP_REGISTRIES, donor.branch)
    return donor


def move_donor(donor: Donor, to_status: str, step: Step, **values: Any) -> None:
    """Move a locked donor, with what else changes in its row, and note it.

    Raises WrongState where the table has no such step, RegistryError with the field `on` where the day, a deferral or
    the last birthday forbid it.
    """
    check_step(donor, to_status)
    check_day(donor, step.on)
    if to_status in NOT_WHILE_DEFERRED:
        refuse_deferred(donor, step.on)
        if donor.deferred_until is not None:
            values = {**values, "deferred_until": None, **_without_reason(donor)}
    if to_status in NOT_WHEN_AGED and is_aged(donor, step.on):
        raise RegistryError(
            "donor_aged", _("已满 %(age)d 周岁，不能再办理这一步，请办理“年龄退库”。") % {"age": GIVING_ENDS_AGE}
        )
    from_status, donor.status, donor.stepped_on = donor.status, to_status, step.on
    if to_status in ENDED:
        values = {**values, "ended_at": now(), "unreached_on": None, "follow_up_on": None}
    if to_status != DonorStatus.MEDICAL:
        values = {"fit_on": None, **values}
    for name, value in values.items():
        setattr(donor, name, value)
    donor.save(update_fields=["status", "stepped_on", *values])
    note_donor(donor, from_status, step)
    if to_status in ENDED:
        # In no work list a second later.
        cancel_contacts(about=donor, actor=step.actor)


def keep_donor(donor: Donor, step: Step, **values: Any) -> None:
    """Change days of a locked donor who stays where they are, and note it. Raises as `move_donor` does."""
    if donor.status in ENDED:
        raise _wrong(donor)
    check_day(donor, step.on)
    for name, value in values.items():
        setattr(donor, name, value)
    donor.save(update_fields=list(values))
    note_donor(donor, donor.status, step)


def note_donor(donor: Donor, from_status: str, step: Step) -> None:
    """Write a step down: an event, and a row of the trail."""
    DonorEvent.objects.create(
        donor=donor,
        from_status=from_status,
        to_status=donor.status,
        verb=step.verb,
        on=step.on,
        until=step.until,
        reference=step.reference,
        channel=step.channel,
        actor=step.actor,
        at=now(),
    )
    record_audit(f"registries.donor.{step.verb}", actor=step.actor, obj=donor, branch_code=donor.branch.code)


def check_step(donor: Donor, to_status: str) -> None:
    """Whether the table has this step. Raises WrongState."""
    if to_status not in DONOR_TRANSITIONS[donor.status]:
        raise _wrong(donor)


def check_status(donor: Donor, *wanted: str) -> None:
    """Whether somebody stands where a step begins. Raises WrongState."""
    if donor.status not in wanted:
        raise _wrong(donor)


def can_match(donor: Donor) -> bool:
    """Whether the library can name somebody, by what stands in the row: who is lost was typed before, and gives yet."""
    return not donor.gives_no_more and (donor.status != DonorStatus.LOST or donor.typed_on is not None)


def check_match(donor: Donor) -> None:
    """Whether a match of a donor may be written down: not of whoever is known to have died. Raises WrongState."""
    if donor.gives_no_more:
        sentence = _("志愿者 %(number)s 不再捐献，只做随访；请告知全国资料库。") % {"number": donor.number}
        raise WrongState("donor_gives_no_more", sentence)
    if not can_match(donor):
        raise _wrong(donor)
    if donor.ended_at is None and is_departed(donor):
        sentence = _("已知志愿者 %(number)s 本人已故，请告知全国资料库；本人健在的，请先在联系记录里更正。")
        raise WrongState("donor_departed", sentence % {"number": donor.number})


def check_day(donor: Donor, on: datetime.date) -> None:
    """Whether a step may be written down for a day: not ahead, not before the last one. Raises RegistryError."""
    sentence = ""
    if on > today():
        sentence = _("日期不能晚于今天。")
    elif on < max(donor.stepped_on, today() - OLDEST_STEP):
        sentence = _("日期不能早于上一步（%(day)s），也不能早于一年前。") % {"day": donor.stepped_on.isoformat()}
    if sentence:
        raise RegistryError("day_wrong", sentence, {"on": sentence})


def last_birthday(born_on: datetime.date) -> datetime.date:
    """The day from which somebody is too old to give; who was born on 29 February has it on 1 March."""
    year = born_on.year + GIVING_ENDS_AGE
    try:
        return born_on.replace(year=year)
    except ValueError:
        return datetime.date(year, 3, 1)


def is_aged(donor: Donor, on: datetime.date) -> bool:
    """Whether a donor is too old to give on a day; opens the birthday only in the months in which it matters."""
    if donor.status not in AGEING and donor.status != DonorStatus.FOLLOW_UP:
        return False
    if on < donor.ages_out_month:
        return False
    return age_on(born_on_of(registrant_of(donor)), on) >= GIVING_ENDS_AGE


def born_on_of(registrant: Registrant) -> datetime.date:
    """Somebody's birthday, opened as work of the system."""
    details = open_for_work(registrant, "details", work=f"registries.age:{uuid.uuid4()}")
    return datetime.date.fromisoformat(json.loads(details or "{}")["born_on"])


def refuse_deferred(donor: Donor, on: datetime.date) -> None:
    """Raise RegistryError with the field `on` where somebody is deferred until after a day."""
    if donor.deferred_until is not None and on < donor.deferred_until:
        sentence = _("暂缓至 %(day)s，到那一天才能办理这一步。") % {"day": donor.deferred_until.isoformat()}
        raise RegistryError("donor_deferred", sentence, {"on": sentence})


def _without_reason(donor: Donor) -> dict[str, Any]:
    return {name: getattr(donor, name) for name in seal_into(donor, deferral_reason=None)}


def _wrong(donor: Donor) -> WrongState:
    return WrongState(
        "donor_wrong_state",
        _("志愿者 %(number)s 现在是“%(now)s”，这一步已由他人办理或不能办理，请刷新页面查看。")
        % {"number": donor.number, "now": DonorStatus(donor.status).label},
    )
