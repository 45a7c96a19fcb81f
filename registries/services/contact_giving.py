"""Contacts given to another coordinator, by whose they are or by who says who calls: one, or all with one's donors."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now, today
from core.errors import NotFound
from organizations.choices import Right
from organizations.permissions import may, require
from registries.choices import Channel
from registries.choices.contacts import DueStatus
from registries.errors import RegistryError, WrongState
from registries.models import ContactHandOver, Donor, DonorEvent, DueContact
from registries.permissions.contacts import gives_contact
from registries.selectors.contacts import callers_of, contact_keepers
from registries.services.contacts import locked_in_order
from registries.services.form_keys import hold_key, sent_before

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch


def give_contact(*, due_id: int, to_person: User, key: uuid.UUID, actor: User) -> ContactHandOver:
    """Give one open contact to another who calls about the same: who works there, of a case who is assigned to it.

    Said twice with one key, it is the first one. Locks the contact. Raises RegistryError with fields, NotFound for one
    that is somebody else's, WrongState once it is closed.
    """
    with transaction.atomic():
        hold_key(key)
        rows = DueContact.objects.unscoped("lock of one known row").select_related("branch", "coordinator")
        due: DueContact = rows.select_for_update(of=("self",)).get(pk=due_id)
        handed = ContactHandOver.objects.unscoped("the same form sent twice")
        same: dict[str, Any] = {"by_id": actor.pk, "branch_id": due.branch_id, "to_person_id": to_person.pk}
        if first := sent_before(handed, key, **same):
            return first
        if not gives_contact(actor, due):
            raise NotFound("contact_not_found", _("没有找到这件联系，它可能已移交给另一位协调员。"))
        if due.status != DueStatus.OPEN:
            raise WrongState("contact_wrong_state", _("这件联系已办结或取消，不用再移交，请刷新页面查看。"))
        if to_person == due.coordinator or to_person not in callers_of(due.about):
            sentence = _("请选择另一位在岗的协调员；案例的联系只能交给指派到这个案例的协调员。")
            raise RegistryError("hand_over_to_whom", sentence, {"to_person": sentence})
        done = ContactHandOver.objects.create(
            **ContactHandOver.lineage_of(due.branch),
            key=key,
            from_person=due.coordinator,
            to_person=to_person,
            contact_count=1,
            by=actor,
            at=now(),
        )
        due.coordinator = to_person
        due.save(update_fields=["coordinator"])
        record_audit("registries.contacts.handed_over", actor=actor, obj=done, branch_code=due.branch.code)
    return done


def hand_over_contacts(
    *, from_person: User | None, to_person: User, branch: Branch, actor: User, key: uuid.UUID | None = None
) -> ContactHandOver:
    """Hand a coordinator's open contacts in a branch (None: what is nobody's) to another who works there.

    Not those of cases, which go with their case (services/cases/assigning.py). The donors in force with whom somebody
    goes along go too, also where no contact is open, so that later contacts find the new one. One's own by oneself, any
    with ASSIGN_COORDINATORS. Said twice with one key, it is the first one. Locks the donors, then the contacts. Raises
    RegistryError with fields, WrongState where there is neither a contact nor a donor to hand over.
    """
    with transaction.atomic():
        is_own = from_person is not None and from_person.pk == actor.pk
        if not (is_own and may(actor, Right.KEEP_REGISTRIES, branch)):
            require(actor, Right.ASSIGN_COORDINATORS, branch)
        row_key = key or uuid.uuid4()
        same: dict[str, Any] = {"by_id": actor.pk, "branch_id": branch.pk, "to_person_id": to_person.pk}
        handed = ContactHandOver.objects.unscoped("the same form sent twice")
        from_id = from_person.pk if from_person else None
        if there := sent_before(handed, row_key, **same, from_person_id=from_id):
            return there
        if to_person == from_person or to_person not in contact_keepers(branch):
            sentence = _("请选择本会另一位在岗的协调员。")
            raise RegistryError("hand_over_to_whom", sentence, {"to_person": sentence})
        donor_count = 0 if from_person is None else _hand_over_donors(from_person, to_person, branch, actor)
        rows = DueContact.objects.unscoped("of a branch in which the actor may").filter(
            branch=branch, coordinator=from_person, status=DueStatus.OPEN, case=None
        )
        count = locked_in_order(rows).update(coordinator=to_person)
        if not count and not donor_count:
            sentence = _("没有可移交的待联系和志愿者，可能刚由他人移交，请刷新页面查看。")
            raise WrongState("nothing_to_hand_over", sentence)
        done = ContactHandOver.objects.create(
            **ContactHandOver.lineage_of(branch),
            key=row_key,
            from_person=from_person,
            to_person=to_person,
            contact_count=count,
            donor_count=donor_count,
            by=actor,
            at=now(),
        )
        record_audit("registries.contacts.handed_over", actor=actor, obj=done, branch_code=branch.code)
    return done


def _hand_over_donors(from_person: User, to_person: User, branch: Branch, actor: User) -> int:
    """Make another go along with somebody's donors in force in a branch, noted of each; return how many.

    Locks them by id.
    """
    rows = Donor.objects.unscoped("of a branch in which the actor may").select_for_update(of=("self",))
    donors = list(rows.filter(branch=branch, coordinator=from_person, ended_at=None).order_by("pk"))
    Donor.objects.unscoped("rows that were just locked").filter(pk__in=[one.pk for one in donors]).update(
        coordinator=to_person
    )
    DonorEvent.objects.bulk_create(
        DonorEvent(
            donor=one, from_status=one.status, to_status=one.status, verb="coordinator", on=today(),
            channel=Channel.COUNTER, actor=actor, at=now(),
        )
        for one in donors
    )  # fmt: skip
    return len(donors)
