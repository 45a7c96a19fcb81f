"""The doors to who somebody is and what they wish: each reading by the staff is logged before it is shown."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from core.audit import record_audit
from core.documents import read_document
from core.masking import mask_name
from core.sealed import matching, open_for_work, open_many_for_work, reveal, reveal_many
from core.throttling import Limit, count_once
from organizations.choices import ROLE_RIGHTS, Right
from organizations.models import held_grants
from organizations.permissions import require
from registries.choices import STEM_CONSENTS, WISH_CONSENTS, ConsentSubject, Sex, WishStatus
from registries.choices.readings import LIST_PURPOSE
from registries.models import Contact, DueContact, DueNote, Registrant, Wish
from registries.permissions.contacts import require_notes
from registries.services.consents import consents_in_force
from registries.services.contacts import ABOUT
from registries.services.departed import died_among
from registries.services.registrants import registrant_of
from registries.services.wish_content import WishContent, content_of

if TYPE_CHECKING:
    from accounts.models import User


# Somebody of the staff finds those who stand before them; nobody tries numbers through.
LIMIT = Limit("registries_document", 60, 3_600)


@dataclass(frozen=True)
class Identity:
    """Who somebody is, in full; `details` as in models.Registrant, `phone` empty for who has none.

    `consents` are those in force, in words. Without one to be contacted, or once nothing is in force, nobody calls.
    """

    name: str
    document: str
    phone: str
    details: dict[str, Any]
    consents: list[str]
    may_contact: bool

    @property
    def sex(self) -> str:
        """The sex as it is read; empty where the form says none."""
        said = self.details.get("sex", "")
        return str(Sex(said).label) if said in Sex.values else ""


@dataclass(frozen=True)
class Declared:
    """What a wish says, and the number of the national system where there is one.

    `is_newer_elsewhere`: the same person signed something later in another branch; neither where nor what is said.
    """

    content: WishContent
    reference: str
    is_newer_elsewhere: bool = False


def masked_names(rows: Sequence[Any], *, reader: User) -> dict[int, str]:
    """The masked name beside each row of a page that names its registrant, by the row's id; each reading is logged.

    The caller has fetched the rows, all of one model, for this reader. A destroyed one has none. Not in a transaction.
    Four queries for a page.
    """
    if not rows:
        return {}
    keys = open_many_for_work(rows, "registrant", work=f"registries.list:{reader.pk}")
    wanted = {row.pk: uuid.UUID(key) for row, key in zip(rows, keys, strict=True) if key}
    found = Registrant.objects.unscoped("of rows that the reader was let into").select_related("branch")
    people = {one.row_key: one for one in found.filter(row_key__in=set(wanted.values()))}
    shown = list(people.values())
    names = reveal_many(shown, "name", reader=reader, purpose=LIST_PURPOSE)
    by_key = {one.row_key: mask_name(name) if name else "" for one, name in zip(shown, names, strict=True)}
    return {pk: by_key.get(key, "") for pk, key in wanted.items()}


def reveal_identity(
    *, wish: Any, purpose: str, actor: User, fields: Sequence[str] = ("name", "document", "phone", "details")
) -> Identity:
    """Show who it is, or as much of it as is needed, to somebody who says what for; each value is logged.

    `wish`: whatever names its registrant and says whether it `is_accompanied`. Not in a transaction. Raises DomainError
    `purpose_missing`, NotAllowed, WrongState for a destroyed one.
    """
    require(actor, Right.READ_REGISTRANTS, wish.branch)
    registrant = registrant_of(wish)
    said = {name: reveal(registrant, name, reader=actor, purpose=purpose) or "" for name in fields}
    consents = consents_in_force(registrant)
    asked = WISH_CONSENTS if isinstance(wish, Wish) else frozenset(STEM_CONSENTS)
    return Identity(
        name=said.get("name", ""),
        document=said.get("document", ""),
        phone=said.get("phone", ""),
        details=json.loads(said.get("details") or "{}"),
        consents=[str(ConsentSubject(one).label) for one in ConsentSubject.values if one in consents and one in asked],
        may_contact=(ABOUT[type(wish)].consent in consents and wish.is_accompanied and not died_among([registrant])),
    )


def reveal_wish(*, wish: Wish, purpose: str, actor: User) -> Declared:
    """Show what a wish says to somebody who says what for; each value is logged. Not in a transaction.

    Raises DomainError `purpose_missing`, NotAllowed.
    """
    require(actor, Right.READ_WISHES, wish.branch)
    content = reveal(wish, "content", reader=actor, purpose=purpose)
    reference = reveal(wish, "reference", reader=actor, purpose=purpose)
    if content is None:
        return Declared(WishContent(stance="", items=()), "")
    return Declared(content_of(content), reference or "", is_newer_elsewhere=_is_newer_elsewhere(wish))


def reveal_notes(*, contacts: Sequence[Contact], purpose: str, actor: User) -> dict[int, str]:
    """The notes of contacts about one thing, by their ids, to somebody who says what for; each is logged.

    Not in a transaction. The caller has let the actor into what they are about. Raises DomainError `purpose_missing`,
    NotAllowed.
    """
    noted = [one for one in contacts if one.note is not None]
    # All are about one thing.
    for one in contacts[:1]:
        require_notes(actor, one.about)
    texts = reveal_many(noted, "note", reader=actor, purpose=purpose)
    return {one.pk: text or "" for one, text in zip(noted, texts, strict=True)}


def reveal_why(*, due: DueContact, purpose: str, actor: User) -> str:
    """Why a contact was planned, to somebody who says what for; logged. Not in a transaction. Empty where nothing is.

    The caller has let the actor into the contact. Raises DomainError `purpose_missing`, NotAllowed.
    """
    require_notes(actor, due.about)
    said = DueNote.objects.filter(due=due, note__isnull=False).first()
    return reveal(said, "note", reader=actor, purpose=purpose) or "" if said is not None else ""


def _is_newer_elsewhere(wish: Wish) -> bool:
    """Whether something of the same person is in force elsewhere that they signed later; three queries.

    By the day of signing: a form may lie for weeks before it is typed. A refusal binds everybody
    (人体器官捐献和移植条例 Art. 9), so who reads a wish is sent to the national system.
    """
    same_day = Q(signed_on=wish.signed_on, registered_at__gt=wish.registered_at)
    others = others_in_force(registrant_of(wish))
    return others is not None and others.filter(Q(signed_on__gt=wish.signed_on) | same_day).exists()


def others_in_force(registrant: Registrant) -> QuerySet[Wish] | None:
    """What is in force of the same person in other branches, None where they are not registered there; two queries.

    For a yes or no to who reads their wish, or to themselves: branches learn nothing of each other.
    """
    document = open_for_work(registrant, "document", work=f"registries.elsewhere:{uuid.uuid4()}") or ""
    others = Registrant.objects.unscoped("whether there is anything newer, not where").filter(
        matching(Registrant, "document", document), document_kind=registrant.document_kind, destroyed_at=None
    )
    keys = [str(one) for one in others.exclude(pk=registrant.pk).values_list("row_key", flat=True)]
    if not keys:
        return None
    rows: QuerySet[Wish] = Wish.objects.unscoped("whether there is anything, not where").filter(
        matching(Wish, "registrant", *keys), status=WishStatus.IN_FORCE
    )
    return rows


def find_by_document(*, document_kind: str, document: str, actor: User) -> list[Wish]:
    """The wishes of whoever has a document, newest first, among those that the actor may see; the look-up is logged.

    Finds by keyed digest; the number goes nowhere. Raises DomainError with the field `document`. Three queries.
    """
    keys = look_up_document(document_kind=document_kind, document=document, actor=actor)
    if not keys:
        return []
    rows = Wish.objects.visible_to(actor, Right.VIEW_REGISTRIES).filter(matching(Wish, "registrant", *keys))
    return list(rows.select_related("branch").order_by("-pk"))


def look_up_document(*, document_kind: str, document: str, actor: User) -> list[str]:
    """The row keys of who has a document in the branches that the actor may see; logged, at most so many an hour.

    Raises DomainError with the field `document`. Two queries.
    """
    read = read_document(document_kind, document)
    count_once(LIMIT, str(actor.pk))
    people = Registrant.objects.visible_to(actor, Right.VIEW_REGISTRIES).filter(
        matching(Registrant, "document", read.number), document_kind=read.kind
    )
    keys = [str(one) for one in people.values_list("row_key", flat=True)]
    note_look_up(actor=actor, count=len(keys))
    return keys


def note_look_up(*, actor: User, count: int, reason: str = "") -> None:
    """Write down that somebody looked people up, and how many were found: in the trail of each branch searched."""
    # Its own overseers see there who tries numbers through.
    grants = [one for one in held_grants(actor) if Right.VIEW_REGISTRIES in ROLE_RIGHTS[one.role]]
    for branch in sorted({one.branch.code for one in grants}):
        record_audit(
            "registries.registrant.looked_up",
            actor=actor,
            object_label="registries.registrant",
            object_key=str(count),
            branch_code=branch,
            reason=reason,
        )
