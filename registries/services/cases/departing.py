"""What ends at once in all registries when a case says that somebody died."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.documents import Document
from core.sealed import matching
from registries.models import Donor, Registrant, Wish
from registries.services.contacts import cancel_contacts

if TYPE_CHECKING:
    from accounts.models import User


def cancel_contacts_of_dead(*, document: Document, actor: User) -> int:
    """Cancel at once what is open about whoever has a document, in any branch; return how many.

    In the caller's transaction; locks the registrants. That somebody died is written nowhere beside their registration.
    """
    people = Registrant.objects.unscoped("who died, wherever they are registered").filter(
        matching(Registrant, "document", document.number), document_kind=document.kind, destroyed_at=None
    )
    keys = [str(one.row_key) for one in people.select_for_update(of=("self",)).order_by("pk")]
    if not keys:
        return 0
    rows = [
        one
        for model in (Wish, Donor)
        for one in model.objects.unscoped("of who died")
        .filter(matching(model, "registrant", *keys), ended_at=None)
        .select_related("branch")
        .order_by("pk")
    ]
    return sum(cancel_contacts(about=one, actor=actor) for one in rows)
