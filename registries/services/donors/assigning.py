"""Who goes along with a donor from a match to the collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.clock import today
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.contacts import ContactReason, DueStatus
from registries.choices.donors import ACCOMPANIED
from registries.errors import RegistryError
from registries.models import Donor, DueContact
from registries.selectors.contacts import contact_keepers
from registries.services.contacts import plan_contact
from registries.services.donors.states import Step, check_status, keep_donor, locked_donor

if TYPE_CHECKING:
    from accounts.models import User


def assign_donor(*, donor_id: int, person: User, actor: User) -> Donor:
    """Give a donor who is under way to a coordinator of the branch, with the contacts that are open about them.

    Who has none who works there, anybody takes who keeps the branch; one's own one hands over; else with
    ASSIGN_COORDINATORS. Said twice, it is once. Locks the donor. Raises RegistryError with the field `person`,
    NotAllowed, WrongState.
    """
    with transaction.atomic():
        # Who assigns need not keep the branch, so the right is asked here.
        donor = locked_donor(donor_id, actor=None)
        old = coordinator_of(donor)
        is_own = old == actor or (old is None and person == actor)
        require(actor, Right.KEEP_REGISTRIES if is_own else Right.ASSIGN_COORDINATORS, donor.branch)
        check_status(donor, *ACCOMPANIED)
        if old == person:
            return donor
        if person not in contact_keepers(donor.branch):
            sentence = _("请选择本会在岗的协调员。")
            raise RegistryError("not_a_coordinator", sentence, {"person": sentence})
        # What was planned since somebody left is nobody's; what was before is still theirs.
        whose = Q(coordinator=donor.coordinator_id) | (Q(coordinator=None) if old is None else Q())
        keep_donor(donor, Step("coordinator", today(), actor), coordinator=person)
        rows = DueContact.objects.unscoped("of a donor that the actor assigns").filter(
            whose, donor=donor, status=DueStatus.OPEN
        )
        wanted = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
        DueContact.objects.unscoped("rows that were just locked").filter(pk__in=wanted).update(coordinator=person)
    return donor


def coordinator_of(donor: Donor) -> User | None:
    """Whose a contact with a donor is: the coordinator's while they work in the branch, else anybody's."""
    if donor.coordinator_id is None:
        return None
    return next((one for one in contact_keepers(donor.branch) if one.pk == donor.coordinator_id), None)


def plan_asking(donor: Donor) -> None:
    """Plan that a matched donor who was found is asked, unless that is open already. In the caller's transaction."""
    rows = DueContact.objects.unscoped("of a donor that the caller was let into")
    if not rows.filter(donor=donor, reason=ContactReason.REMOBILISE, status=DueStatus.OPEN).exists():
        plan_contact(about=donor, reason=ContactReason.REMOBILISE, due_on=today(), coordinator=coordinator_of(donor))
