"""Contacts: planned, written down as they took place, put right, cancelled at once."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import NotFound
from core.sealed import matching, open_for_work, seal_into
from registries.choices import ConsentSubject
from registries.choices.contacts import DUE_TRANSITIONS, ContactMeans, ContactOutcome, DueStatus
from registries.errors import RegistryError, WrongState
from registries.models import Case, Contact, Donor, DueContact, DueNote, Wish
from registries.permissions.contacts import require_keeper
from registries.services.consents import consents_in_force
from registries.services.departed import died_among
from registries.services.form_keys import hold_key, sent_before
from registries.services.owed_calls import caller_of, donors_like, owed_calls
from registries.services.registrants import registrant_of

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_NOTE = 500
# Nobody plans further ahead by hand than the yearly visit after the next.
FURTHEST = datetime.timedelta(days=731)


@dataclass(frozen=True)
class About:
    """How contacts hang on a model: by which foreign key, on which consent of its registrant they rest (None: none).

    Such a model has a sealed `registrant`; each has the property `is_accompanied`.
    """

    field: str
    consent: str | None = ConsentSubject.CONTACT


# What contacts may be about; each field stands in choices.contacts.ABOUT_FIELDS as well.
ABOUT: dict[type[Model], About] = {
    Wish: About("wish"),
    Donor: About("donor", ConsentSubject.STEM_CONTACT),
    Case: About("case", consent=None),
}


def plan_contact(
    *, about: Any, reason: str, due_on: datetime.date, coordinator: User | None = None
) -> DueContact | None:
    """Plan a contact, once for each open (about, reason, day); None where nobody may be contacted.

    In the caller's transaction. Locks whose it is, then what it is about: whoever locks both does so in this order.
    """
    if not hold_contactable(about):
        return None
    named = {ABOUT[type(about)].field: about}
    rows = DueContact.objects.unscoped("of something the caller was let into")
    there: DueContact | None = rows.filter(**named, reason=reason, due_on=due_on, status=DueStatus.OPEN).first()
    if there is not None:
        return there
    return _planned(about, reason, due_on, coordinator)


def log_contact(
    *,
    due_id: int,
    means: str,
    outcome: str,
    note: str,
    next_on: datetime.date | None,
    key: uuid.UUID,
    actor: User,
) -> Contact:
    """Write down what came of a contact that was due, which closes it, and plan the next where a day is given.

    Said twice with one key, it is the first one. Locks whose it is, what it is about, then the due contact. Raises
    NotFound for one that is somebody else's, RegistryError with fields, WrongState.
    """
    with transaction.atomic():
        hold_key(key)
        due = DueContact.objects.unscoped("lock of one known row").select_related("branch").get(pk=due_id)
        require_keeper(actor, due.about)
        if first := sent_already(key, actor, due_id=due.pk, corrects_id=None):
            return first
        about = due.about
        faults = faults_of_result(means, outcome, note, about)
        if next_on is not None and outcome == ContactOutcome.DIED:
            faults["next_on"] = _("本人已故的，不再联系，请留空。")
        elif next_on is not None and not today() < next_on <= today() + FURTHEST:
            faults["next_on"] = _("下次联系的日期须在明天以后、两年以内；不用再联系的请留空。")
        if faults:
            raise RegistryError("contact_incomplete", _("还不完整，请按提示填写。"), faults)
        if not hold_contactable(about):
            raise WrongState("contact_not_consented", _("本人已撤回登记或没有同意联系，这件联系已取消，请不要再联系。"))
        due = _closed(due_id, DueStatus.DONE, actor=actor)
        row = write_result(about, due.reason, means, outcome, note, actor=actor, key=key, due=due)
        if outcome == ContactOutcome.DIED:
            end_calls_of(about, actor=actor)
        if next_on is not None:
            plan_contact(about=about, reason=due.reason, due_on=next_on, coordinator=due.coordinator or actor)
    return row


def write_contact(
    *, about: Any, reason: str, means: str, outcome: str, note: str, actor: User, key: uuid.UUID | None = None
) -> Contact:
    """Write down a contact that no plan asked for, in the caller's transaction; the caller has asked the right to.

    Said twice with one key, it is the first one. Raises RegistryError with fields, WrongState for a form that was used.
    """
    same: dict[str, Any] = {f"{ABOUT[type(about)].field}_id": about.pk, "due_id": None, "corrects_id": None}
    if key is not None and (first := sent_already(key, actor, **same)):
        return first
    if faults := faults_of_result(means, outcome, note, about):
        raise RegistryError("contact_incomplete", _("还不完整，请按提示填写。"), faults)
    row = write_result(about, reason, means, outcome, note, actor=actor, key=key or uuid.uuid4())
    if outcome == ContactOutcome.DIED:
        end_calls_of(about, actor=actor)
    return row


def correct_contact(*, contact_id: int, means: str, outcome: str, note: str, key: uuid.UUID, actor: User) -> Contact:
    """Put a contact right by a second record that names it; the first stays. Only by who wrote it, once.

    That somebody died, by whoever keeps registries there; the calls that the steps of the person as a donor had planned
    are planned anew then.

    Locks whose it is where it says that they died, then the first record. Raises NotFound, RegistryError with fields,
    WrongState.
    """
    with transaction.atomic():
        hold_key(key)
        rows = Contact.objects.unscoped("lock of one known row").select_related("branch")
        seen: Contact = rows.get(pk=contact_id)
        require_keeper(actor, seen.about)
        # Before the record, as retention does: what follows of a death touches all that is kept of the person.
        if seen.outcome == ContactOutcome.DIED and seen.destroyed_at is None:
            registrant_of(seen.about, lock=True)
        old: Contact = rows.select_for_update(of=("self",)).get(pk=contact_id)
        if first := sent_already(key, actor, corrects_id=old.pk):
            return first
        # That somebody died is put right by whoever meets them.
        if old.by_id != actor.pk and old.outcome != ContactOutcome.DIED:
            raise NotFound("contact_not_found", _("只有写下这条记录的人能更正它。"))
        if old.destroyed_at is not None or rows.filter(corrects=old).exists():
            raise WrongState("contact_corrected", _("这条记录已更正过，请刷新页面，在最新的一条上更正。"))
        about = old.about
        if faults := faults_of_result(means, outcome, note, about):
            raise RegistryError("contact_incomplete", _("还不完整，请按提示填写。"), faults)
        row = write_result(about, old.reason, means, outcome, note, actor=actor, key=key, due=old.due, corrects=old)
        if outcome == ContactOutcome.DIED:
            end_calls_of(about, actor=actor)
        elif old.outcome == ContactOutcome.DIED:
            for donor in donors_like(about):
                for reason, day in owed_calls(donor):
                    plan_contact(about=donor, reason=reason, due_on=day, coordinator=caller_of(donor))
    return row


def cancel_contacts(*, about: Any, reasons: Collection[str] | None = None, actor: User | None = None) -> int:
    """Cancel all that is open about something, or what is for some reasons, at once; return how many.

    In the caller's transaction, which has locked what it is about, so that nobody plans anew meanwhile.
    """
    rows = DueContact.objects.unscoped("of something the caller was let into").filter(
        **{ABOUT[type(about)].field: about}, status=DueStatus.OPEN
    )
    if reasons is not None:
        rows = rows.filter(reason__in=reasons)
    count: int = locked_in_order(rows).update(status=DueStatus.CANCELLED, closed_at=now(), closed_by=actor)
    if count:
        record_audit("registries.contacts.cancelled", actor=actor, obj=about, branch_code=about.branch.code)
    return count


def carry_contacts(*, from_about: Any, to_about: Any, actor: User) -> int:
    """Plan what is open about something about what came in its place instead; return how many. As `cancel_contacts`."""
    rows = DueContact.objects.unscoped("of something the caller was let into").filter(
        **{ABOUT[type(from_about)].field: from_about}, status=DueStatus.OPEN
    )
    for one in rows.select_related("coordinator", "said__by").order_by("pk"):
        planned = plan_contact(about=to_about, reason=one.reason, due_on=one.due_on, coordinator=one.coordinator)
        said: DueNote | None = getattr(one, "said", None)
        if planned is not None and said is not None:
            text = open_for_work(said, "note", work=f"registries.carry:{uuid.uuid4()}")
            note_why(planned, text or "", actor=said.by)
    return cancel_contacts(about=from_about, actor=actor)


def empty_notes(**about: Any) -> None:
    """Empty what was noted of contacts, and why they were planned, about what is being destroyed; that they were stays.

    `about` is a condition on the foreign key, as `donor__in`. In the caller's transaction.
    """
    destroyed: dict[str, Any] = {"note": None, "destroyed_at": now()}
    Contact.objects.unscoped("retention").filter(**about, destroyed_at=None).update(**destroyed)
    planned = {f"due__{name}": value for name, value in about.items()}
    DueNote.objects.filter(**planned, destroyed_at=None).update(**destroyed)


def note_why(due: DueContact, note: str, *, actor: User) -> None:
    """Write down, sealed, why a contact is planned, in the caller's transaction; what was said first stands."""
    text = note.replace("\x00", "").strip()
    if text and not DueNote.objects.filter(due=due).exists():
        row = DueNote(due=due, by=actor, at=now())
        seal_into(row, note=text)
        row.save(force_insert=True)


def end_calls_of(about: Wish | Donor, *, actor: User) -> int:
    """Cancel what is open about all that the branch keeps of a person who died; return how many. Locks the person.

    Of other branches nothing: what one was told is not told to another.
    """
    key = str(registrant_of(about, lock=True).row_key)
    return sum(
        cancel_contacts(about=one, actor=actor)
        for model in (Wish, Donor)
        for one in model.objects.unscoped("of the same person")
        .filter(matching(model, "registrant", key), ended_at=None)
        .select_related("branch")
        .order_by("pk")
    )


def hold_contactable(about: Any) -> bool:
    """Whether somebody may be contacted about this; locks whose it is, then the row, for the caller's transaction.

    Not without a consent to be contacted in force, where it rests on one; not once it is over, or the person died.
    """
    if (consent := ABOUT[type(about)].consent) is not None:
        if about.registrant is None:
            return False
        registrant = registrant_of(about, lock=True)
        if consent not in consents_in_force(registrant) or died_among([registrant]):
            return False
    locked = type(about)._base_manager.select_for_update(of=("self",)).get(pk=about.pk)
    return bool(locked.is_accompanied)


def locked_in_order(rows: QuerySet[DueContact]) -> QuerySet[DueContact]:
    """The rows, locked in the order of their ids, so that nobody who changes several of them waits for another."""
    found = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    return DueContact.objects.unscoped("rows that were just locked").filter(pk__in=found)


def _planned(about: Any, reason: str, due_on: datetime.date, coordinator: User | None) -> DueContact:
    return DueContact.objects.create(
        **DueContact.lineage_of(about.branch),
        **{ABOUT[type(about)].field: about},
        reason=reason,
        due_on=due_on,
        coordinator=coordinator,
        status=DueStatus.OPEN,
    )


def sent_already(key: uuid.UUID, actor: User, **same: int | None) -> Contact | None:
    """The record that the same form wrote before; None where it is new."""
    rows = Contact.objects.unscoped("the same form sent twice")
    return sent_before(rows, key, field="row_key", by_id=actor.pk, **same)


def _closed(due_id: int, to_status: str, *, actor: User) -> DueContact:
    """The one mover of a due contact: locks, looks up, saves. Raises NotFound for one that is somebody else's."""
    rows = DueContact.objects.unscoped("lock of one known row").select_related("branch", "coordinator")
    due: DueContact = rows.select_for_update(of=("self",)).get(pk=due_id)
    if due.coordinator_id not in (None, actor.pk):
        raise NotFound("contact_not_found", _("这件联系由另一位协调员负责，可能刚移交。"))
    if to_status not in DUE_TRANSITIONS[due.status]:
        raise WrongState(
            "contact_wrong_state",
            _("这件联系现在是“%(now)s”，不能再登记结果，请刷新页面查看。") % {"now": DueStatus(due.status).label},
        )
    due.status, due.closed_at, due.closed_by = to_status, now(), actor
    due.save(update_fields=["status", "closed_at", "closed_by"])
    return due


def faults_of_result(means: str, outcome: str, note: str, about: Any) -> dict[str, str]:
    """What is wrong with what came of a contact, by field."""
    faults = {}
    if means not in ContactMeans.values:
        faults["means"] = _("请选择联系方式。")
    if outcome not in ContactOutcome.values:
        faults["outcome"] = _("请选择联系结果。")
    if outcome == ContactOutcome.DIED and isinstance(about, Case):
        faults["outcome"] = _("案例的联系请选择别的结果。")
    elif outcome == ContactOutcome.DIED and not note.strip():
        faults["note"] = _("请写明是谁说的；知道哪一天去世的，也写上。")
    if len(note) > LONGEST_NOTE:
        faults["note"] = _("备注请写在 500 字以内。")
    return faults


def write_result(
    about: Any,
    reason: str,
    means: str,
    outcome: str,
    note: str,
    *,
    actor: User,
    key: uuid.UUID,
    due: DueContact | None = None,
    corrects: Contact | None = None,
) -> Contact:
    """Write a record down that was checked, in the caller's transaction."""
    row = Contact(
        **Contact.lineage_of(about.branch),
        **{ABOUT[type(about)].field: about},
        row_key=key,
        due=due,
        corrects=corrects,
        reason=reason,
        means=means,
        outcome=outcome,
        by=actor,
        at=now(),
    )
    seal_into(row, note=note.replace("\x00", "").strip() or None)
    row.save(force_insert=True)
    verb = "corrected" if corrects else "written"
    record_audit(f"registries.contact.{verb}", actor=actor, obj=row, branch_code=about.branch.code)
    return row
