"""One contact given to another coordinator, by whose it is or by who says who calls."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import now
from core.errors import NotFound
from registries.choices.contacts import DueStatus
from registries.errors import RegistryError, WrongState
from registries.models import ContactHandOver, DueContact
from registries.permissions.contacts import gives_contact
from registries.selectors.contacts import callers_of
from registries.services.form_keys import hold_key, sent_before

if TYPE_CHECKING:
    from accounts.models import User


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
