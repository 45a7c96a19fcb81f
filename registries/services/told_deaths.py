"""That a branch was told that somebody of its registries died: a record of contact, put right as any other."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.contacts import ContactOutcome, ContactReason, DueStatus
from registries.errors import RegistryError, WrongState
from registries.models import Contact, Donor, DueContact, Wish
from registries.services.contacts import ABOUT, end_calls_of, faults_of_result, sent_already, write_result
from registries.services.form_keys import hold_key
from registries.services.registrants import registrant_of

if TYPE_CHECKING:
    from accounts.models import User


def record_death(*, about: Wish | Donor, means: str, note: str, key: uuid.UUID, actor: User) -> Contact:
    """Write down that somebody told the branch that the person died: who says so in the note, sealed.

    No state and no figure: the registration stays as it is. All that is open about the person in this branch is
    cancelled, and nothing planned any more until the record is put right (`correct_contact`). Said twice with one key,
    it is the first one. Locks the registrant, then the row. Raises RegistryError with fields, WrongState, NotAllowed.
    """
    with transaction.atomic():
        hold_key(key)
        require(actor, Right.KEEP_REGISTRIES, about.branch)
        named = {ABOUT[type(about)].field: about}
        if first := sent_already(key, actor, corrects_id=None, **{f"{one}_id": it.pk for one, it in named.items()}):
            return first
        if faults := faults_of_result(means, ContactOutcome.DIED, note, about):
            raise RegistryError("contact_incomplete", _("还不完整，请按提示填写。"), faults)
        registrant_of(about, lock=True)
        if not type(about)._base_manager.select_for_update(of=("self",)).get(pk=about.pk).is_accompanied:
            raise WrongState("contact_over", _("本人已退出，登记已终止，不用再记。"))
        # A contact of today that is closed at once, so that the record has its page and can be put right.
        due = DueContact.objects.create(
            **DueContact.lineage_of(about.branch),
            **named,
            reason=ContactReason.UPKEEP,
            due_on=today(),
            coordinator=actor,
            status=DueStatus.DONE,
            closed_at=now(),
            closed_by=actor,
        )
        row = write_result(about, ContactReason.UPKEEP, means, ContactOutcome.DIED, note, actor=actor, key=key, due=due)
        end_calls_of(about, actor=actor)
    return row
