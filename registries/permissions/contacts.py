"""Fetching contacts that are due, and duty at night, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.errors import NotAllowed, NotFound
from organizations.choices import Right
from organizations.permissions import may, require
from registries.choices.contacts import ABOUT_FIELDS, ContactOutcome
from registries.models import Case, Contact, DueContact, DutyShift
from registries.permissions.cases import holds_within, is_coordinator

if TYPE_CHECKING:
    import uuid

    from accounts.models import User

_NOT_THERE = _lazy("没有找到这件联系，它可能已移交给另一位协调员。")


def due_for(person: User, key: uuid.UUID) -> DueContact:
    """A contact that is or was due, by its key: one's own, or nobody's yet, or any for who assigns; else NotFound.

    Of a case for its coordinators, whatever their branch, and for who assigns there or above.
    """
    found: DueContact | None = (
        DueContact.objects.unscoped("one row by its key; to whom it opens is asked next")
        .select_related("branch", "coordinator", "closed_by", *(f"{one}__branch" for one in ABOUT_FIELDS))
        .filter(key=key)
        .first()
    )
    if found is None or not _opens_to(person, found):
        raise NotFound("contact_not_found", _NOT_THERE)
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


def keeps_contacts(person: User, about: Any) -> bool:
    """Whether a person calls about something: who keeps registries in its branch; of a case, who is assigned to it."""
    return (
        is_coordinator(person, about) if isinstance(about, Case) else may(person, Right.KEEP_REGISTRIES, about.branch)
    )


def hands_contacts_out(person: User, about: Any) -> bool:
    """Whether a person says who calls about something: who assigns in its branch; of a case, there or above."""
    if isinstance(about, Case):
        return holds_within(person, Right.ASSIGN_COORDINATORS, about.branch)
    return may(person, Right.ASSIGN_COORDINATORS, about.branch)


def gives_contact(person: User, due: DueContact) -> bool:
    """Whether a person gives a contact to another: one's own, or any for who says who calls."""
    is_own = due.coordinator_id == person.pk and keeps_contacts(person, due.about)
    return is_own or hands_contacts_out(person, due.about)


def reads_notes(person: User, about: Any) -> bool:
    """Whether a person may read what was noted of contacts about something; of a case, who is assigned to it."""
    return is_coordinator(person, about) if isinstance(about, Case) else may(person, Right.READ_WISHES, about.branch)


def require_keeper(person: User, about: Any) -> None:
    """Refuse who does not call about something: 404 who may not open it, 403 who may."""
    if not isinstance(about, Case):
        require(person, Right.KEEP_REGISTRIES, about.branch)
    elif not is_coordinator(person, about):
        if not hands_contacts_out(person, about):
            raise NotFound("contact_not_found", _NOT_THERE)
        raise NotAllowed("case_not_yours", _("案例的联系由指派到这个案例的协调员办理。"))


def require_notes(person: User, about: Any) -> None:
    """Refuse who may not read what was noted of contacts about something. Raises NotAllowed, NotFound."""
    if isinstance(about, Case):
        require_keeper(person, about)
    else:
        require(person, Right.READ_WISHES, about.branch)


def _opens_to(person: User, due: DueContact) -> bool:
    about = due.about
    if hands_contacts_out(person, about):
        return True
    if due.coordinator_id not in (None, person.pk) and not _says_died(due):
        return False
    return is_coordinator(person, about) if isinstance(about, Case) else _sees(person, due)


def _says_died(due: DueContact) -> bool:
    """Whether its records say that somebody died: whoever keeps registries there puts that right."""
    return Contact.objects.unscoped("of one contact").filter(due=due, outcome=ContactOutcome.DIED).exists()


def _sees(person: User, due: DueContact) -> bool:
    return bool(DueContact.objects.visible_to(person, Right.VIEW_REGISTRIES).filter(pk=due.pk).exists())
