"""A contact with a donor that no plan asked for."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from registries.choices.contacts import ContactOutcome
from registries.choices.donors import IN_FORCE
from registries.errors import RegistryError
from registries.models import Contact
from registries.services.contacts import write_contact
from registries.services.donors.states import check_status, locked_donor

if TYPE_CHECKING:
    from accounts.models import User


def note_contact(
    *, donor_id: int, reason: str, means: str, outcome: str, note: str, key: uuid.UUID, actor: User
) -> Contact:
    """Write down that a donor was contacted, or not reached; sent twice with one key, it is the first. Locks the donor.

    That somebody died is written down by `record_death`. Raises RegistryError with fields, WrongState for who has left.
    """
    if outcome == ContactOutcome.DIED:
        sentence = _("得知本人已故的，请到“联系和回访”页办理“得知本人已故”。")
        raise RegistryError("died_elsewhere", sentence, {"outcome": sentence})
    with transaction.atomic():
        donor = locked_donor(donor_id, actor=actor)
        check_status(donor, *IN_FORCE)
        return write_contact(about=donor, reason=reason, means=means, outcome=outcome, note=note, actor=actor, key=key)
