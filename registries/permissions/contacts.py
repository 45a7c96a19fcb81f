"""Fetching contacts that are due, and duty at night, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.errors import NotFound
from organizations.choices import Right
from organizations.permissions import may
from registries.choices.contacts import ABOUT_FIELDS
from registries.models import Case, DueContact, DutyShift

if TYPE_CHECKING:
    import uuid

    from accounts.models import User


def due_for(person: User, key: uuid.UUID) -> DueContact:
    """A contact that is or was due, by its key: one's own, or nobody's yet, or any for who assigns; else NotFound."""
    found: DueContact | None = (
        DueContact.objects.visible_to(person, Right.VIEW_REGISTRIES)
        .select_related("branch", "coordinator", "closed_by", *(f"{one}__branch" for one in ABOUT_FIELDS))
        .filter(key=key)
        .first()
    )
    if found is None or not _is_theirs(person, found) or not may_accompany(person, found.about):
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


def may_accompany(person: User, about: Any) -> bool:
    """Whether a person may read and write what is said about something: of a case, only who may open the case."""
    return not isinstance(about, Case) or Case.objects.opened_to(person).filter(pk=about.pk).exists()


def _is_theirs(person: User, due: DueContact) -> bool:
    return due.coordinator_id in (None, person.pk) or may(person, Right.ASSIGN_COORDINATORS, due.branch)
