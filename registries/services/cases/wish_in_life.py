"""What a dead person declared in life, found by document in every branch; a refusal binds everybody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.clock import today
from core.sealed import matching, open_for_work
from registries.choices import Stance, WishStatus
from registries.choices.cases import KIND_OF_ITEM, CaseStatus, ExitReason
from registries.models import Case, CasePerson, Registrant, Wish
from registries.services.cases.moving import last_day, move_case
from registries.services.wish_content import content_of

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Said:
    """What was declared in life, by kind of gift; `registrant` is the key of who said yes where there is one."""

    refused: frozenset[str] = frozenset()
    willing: frozenset[str] = frozenset()
    registrant: str = ""


def said_in_life(*, document_kind: str, document: str) -> Said:
    """What somebody declared that is in force, whichever branch keeps it; opens wishes as work of the system.

    Neither where nor the words go anywhere but into the answer. Source: 人体器官捐献和移植条例 Art. 9.
    """
    people = Registrant.objects.unscoped("whether the dead person declared anything, wherever").filter(
        matching(Registrant, "document", document), document_kind=document_kind, destroyed_at=None
    )
    keys = {str(one) for one in people.values_list("row_key", flat=True)}
    if not keys:
        return Said()
    rows = Wish.objects.unscoped("whether the dead person declared anything, wherever").filter(
        matching(Wish, "registrant", *keys), status=WishStatus.IN_FORCE
    )
    # Named by chance: a number would stand in the log of reading beside the case's.
    work = f"registries.cases:{uuid.uuid4()}"
    refused: set[str] = set()
    willing: set[str] = set()
    registrant = ""
    for wish in rows.order_by("pk"):
        content = content_of(open_for_work(wish, "content", work=work) or '{"stance": "", "items": []}')
        kinds = {KIND_OF_ITEM[item] for item in content.items}
        if content.stance == Stance.REFUSE:
            refused |= kinds
        else:
            willing |= kinds
            registrant = open_for_work(wish, "registrant", work=work) or ""
    return Said(frozenset(refused), frozenset(willing - refused), registrant)


def end_where_refused(case: Case, *, actor: User) -> bool:
    """End a locked case where the dead person refused in life what it is about; whether it was ended.

    Nothing is asked of the family then, and nothing that it says counts (Art. 9). Without a document nobody is found.
    """
    said = said_of(case)
    if not said.refused & frozenset(case.kinds):
        return False
    move_case(
        case,
        CaseStatus.REFUSED_IN_LIFE,
        on=max(today(), last_day(case)),
        verb="refusal_found",
        actor=actor,
        exit_reason=ExitReason.REFUSAL_FOUND,
    )
    return True


def said_of(case: Case) -> Said:
    """What the person of a case declared in life; nothing where no document is written down."""
    person = CasePerson.objects.filter(case_id=case.pk).first()
    if person is None or person.document is None:
        return Said()
    document = open_for_work(person, "document", work=f"registries.cases:{uuid.uuid4()}") or ""
    return said_in_life(document_kind=person.document_kind, document=document)
