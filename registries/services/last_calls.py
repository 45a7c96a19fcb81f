"""A contact in which somebody said that they do not want to be called any more: written down, and held to at once."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from registries.choices import Channel, ConsentSubject
from registries.choices.contacts import ContactMeans, ContactOutcome
from registries.errors import RegistryError
from registries.models import Contact, Donor, Wish
from registries.services.consenting import take_back_consent
from registries.services.contacts import cancel_contacts, log_contact
from registries.services.donors.consenting import take_back_donor_consent

if TYPE_CHECKING:
    from accounts.models import User

# Nobody has asked for anything who was not spoken with.
SPOKEN: tuple[str, ...] = (ContactOutcome.REACHED, ContactOutcome.DECLINED)


def log_last_contact(*, due_id: int, means: str, outcome: str, note: str, key: uuid.UUID, actor: User) -> Contact:
    """Write down what came of a contact that was due, and that it was the last one by the wish of whoever was called.

    The consent to be contacted is taken back in the same step, and what else is open is cancelled; of a case, where
    the family speaks, all its calls are. Said twice with one key, it is the first one. Locks and raises as
    `log_contact`. Source: 个人信息保护法 Art. 15.
    """
    if outcome in ContactOutcome.values and outcome not in SPOKEN:
        sentence = _("联系上了本人或家属，才能记下不再打电话的要求。")
        raise RegistryError("not_spoken_with", sentence, {"is_last": sentence})
    with transaction.atomic():
        row = log_contact(due_id=due_id, means=means, outcome=outcome, note=note, next_on=None, key=key, actor=actor)
        channel = Channel.HOME if means == ContactMeans.VISIT else Channel.COUNTER
        about = row.about
        if isinstance(about, Wish):
            take_back_consent(wish_id=about.pk, subject=ConsentSubject.CONTACT, channel=channel, actor=actor)
        elif isinstance(about, Donor):
            take_back_donor_consent(
                donor_id=about.pk, subject=ConsentSubject.STEM_CONTACT, channel=channel, actor=actor
            )
        else:
            # The case is locked: nobody plans anew meanwhile.
            type(about).objects.unscoped("lock of one known row").select_for_update(of=("self",)).get(pk=about.pk)
            cancel_contacts(about=about, actor=actor)
    return row
