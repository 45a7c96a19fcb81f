"""Coordinators of a case: assigned, handed over to another, released; by who assigns in the branch or above."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from registries.choices.cases import EXITS, CaseStatus
from registries.choices.contacts import DueStatus
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseCoordinator, DueContact
from registries.permissions.cases import possible_coordinators, require_head
from registries.selectors.contacts import callers_of
from registries.services.cases.moving import check_day, lock_case, move_case, note_case, wrong_state
from registries.services.cases.witnessing import finish_witness

if TYPE_CHECKING:
    from accounts.models import User


def assign_coordinator(*, case_id: int, person: User, on: datetime.date, actor: User) -> CaseCoordinator:
    """Send a coordinator of the branch or of one above to a case that did not end without a gift. Locks the case.

    Also once it was closed: what became of a body is asked for years later.

    Raises RegistryError with fields, WrongState where they are assigned. Source: 人体器官捐献和移植条例 Art. 19.
    """
    with transaction.atomic():
        case = _locked(case_id, actor)
        row = _assigned(case, person, on=on, actor=actor)
        if case.status == CaseStatus.NOTIFIED:
            move_case(case, CaseStatus.ASSIGNED, on=on, verb="assigned", actor=actor)
        else:
            note_case(case, "assigned", on=on, actor=actor, fields=["coordinator"])
    return row


def hand_over_case(*, case_id: int, from_id: int, to: User, on: datetime.date, actor: User) -> CaseCoordinator:
    """Put another coordinator into the place of one, who sees the case no longer. Locks the case.

    `from_id` is the row of the one who leaves. Raises RegistryError with fields, WrongState.
    """
    with transaction.atomic():
        case = _locked(case_id, actor)
        old = _release(case, from_id, on=on, actor=actor)
        row = _assigned(case, to, on=on, actor=actor)
        _move_contacts(case, old.person_id, to)
        note_case(case, "coordinator_changed", on=on, actor=actor, fields=["coordinator"])
        finish_witness(case, actor=actor)
    return row


def release_coordinator(*, case_id: int, from_id: int, on: datetime.date, actor: User) -> Case:
    """Take a coordinator off a case who is not the last; who has signed keeps their signature. Locks the case."""
    with transaction.atomic():
        case = _locked(case_id, actor)
        if CaseCoordinator.objects.filter(case=case, released_at=None).count() < 2:
            raise WrongState("last_coordinator", _("这是唯一的协调员，请用“移交”换成另一位。"))
        old = _release(case, from_id, on=on, actor=actor)
        _move_contacts(case, old.person_id, next(iter(callers_of(case)), None))
        note_case(case, "coordinator_released", on=on, actor=actor, fields=["coordinator"])
        finish_witness(case, actor=actor)
    return case


def _locked(case_id: int, actor: User) -> Case:
    case = lock_case(case_id)
    require_head(actor, case)
    if case.status in EXITS:
        raise wrong_state(case)
    return case


def _assigned(case: Case, person: User, *, on: datetime.date, actor: User) -> CaseCoordinator:
    check_day(on, first=case.notified_on)
    if not possible_coordinators(case.branch).filter(pk=person.pk).exists():
        sentence = _("只能指派本会或上级会的协调员。")
        raise RegistryError("not_a_coordinator", sentence, {"person": sentence})
    if CaseCoordinator.objects.filter(case=case, person=person, released_at=None).exists():
        raise WrongState("already_assigned", _("这位协调员已经指派到这个案例，请刷新页面查看。"))
    return CaseCoordinator.objects.create(
        case=case, person=person, assigned_on=on, assigned_by=actor, assigned_at=now()
    )


def _release(case: Case, from_id: int, *, on: datetime.date, actor: User) -> CaseCoordinator:
    row = CaseCoordinator.objects.filter(pk=from_id, case=case, released_at=None).first()
    if row is None:
        raise WrongState("not_assigned", _("这位协调员已不在这个案例，请刷新页面查看。"))
    check_day(on, first=row.assigned_on)
    row.released_on, row.released_by, row.released_at = on, actor, now()
    row.save(update_fields=["released_on", "released_by", "released_at"])
    return row


def _move_contacts(case: Case, from_id: int, to: User | None) -> None:
    """What one was to call about goes to another who is assigned, whatever their branch."""
    rows = DueContact.objects.unscoped("of a case that the actor assigns").filter(
        case=case, coordinator_id=from_id, status=DueStatus.OPEN
    )
    rows.update(coordinator=to)
