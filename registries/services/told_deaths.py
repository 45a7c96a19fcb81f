"""That a branch was told that somebody of its registries died: a record of contact, put right as any other."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.sealed import matching, open_for_work, seal_into
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.contacts import ContactOutcome, ContactReason, DueStatus
from registries.errors import RegistryError, WrongState
from registries.models import Contact, Donor, DueContact, Wish
from registries.services.contacts import ABOUT, end_calls_of, faults_of_result, sent_already, write_result
from registries.services.departed import told_deaths
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


def carry_deaths(rows: Sequence[Wish] | Sequence[Donor]) -> int:
    """Write over what was told of the death of those whose rows are being emptied, to what is in force of theirs.

    A branch finds what it was told by whom the row names, which is emptied with it: without this, whoever died would be
    called again about the rest. Who said so, when and to whom stays; it is put right like the first. In the caller's
    transaction, which locked the rows and empties them next. Returns how many were written.
    """
    if not rows:
        return 0
    field = ABOUT[type(rows[0])].field
    # The newest of each row; locked, so that nobody puts one right meanwhile.
    told = told_deaths().filter(**{f"{field}__in": rows}, destroyed_at=None).select_for_update(of=("self",))
    newest = {getattr(one, f"{field}_id"): one for one in told.select_related("by").order_by("pk")}
    by_pk = {one.pk: one for one in rows}
    return sum(_carried(old, by_pk[pk]) for pk, old in newest.items())


def _carried(old: Contact, emptied: Wish | Donor) -> int:
    """Write one record over; 0 where nothing of the person is in force, or where it is known there as well."""
    key = str(registrant_of(emptied).row_key)
    kept: list[Wish | Donor] = [
        one
        for model in (Wish, Donor)
        for one in model.objects.unscoped("of the same person")
        .filter(matching(model, "registrant", key), ended_at=None)
        .select_related("branch")
        .order_by("pk")
    ]
    if not kept or any(told_deaths().filter(**{ABOUT[type(one)].field: one}).exists() for one in kept):
        return 0
    about = kept[0]
    named = {**Contact.lineage_of(about.branch), ABOUT[type(about)].field: about, "reason": ContactReason.UPKEEP}
    due = DueContact.objects.create(
        **named, due_on=today(), coordinator=old.by, status=DueStatus.DONE, closed_at=now(), closed_by=old.by
    )
    row = Contact(**named, row_key=uuid.uuid4(), due=due, means=old.means, outcome=old.outcome, by=old.by, at=old.at)
    seal_into(row, note=open_for_work(old, "note", work=f"registries.carry:{uuid.uuid4()}"))
    row.save(force_insert=True)
    record_audit("registries.contact.carried", actor=None, obj=row, branch_code=about.branch.code)
    return 1
