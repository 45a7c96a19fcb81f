"""The doors to who somebody is and what they wish: each reading by the staff is logged before it is shown."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.documents import read_document
from core.masking import mask_name
from core.sealed import matching, open_many_for_work, reveal, reveal_many
from organizations.choices import Right
from organizations.permissions import require
from registries.models import Registrant, Wish
from registries.services.wish_content import WishContent, content_of
from registries.services.wishes import registrant_of

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Identity:
    """Who somebody is, in full; `details` as in models.Registrant."""

    name: str
    document: str
    phone: str
    details: dict[str, Any]


@dataclass(frozen=True)
class Declared:
    """What a wish says, and the number of the national system where there is one."""

    content: WishContent
    reference: str


def masked_names(wishes: Sequence[Wish], *, reader: User) -> dict[int, str]:
    """The masked name beside each wish of a page, by the wish's id; each reading is logged. Not in a transaction.

    The caller has fetched the wishes for this reader. A destroyed one has none. Four queries for a page.
    """
    if not wishes:
        return {}
    keys = open_many_for_work(wishes, "registrant", work=f"registries.list:{reader.pk}")
    wanted = {wish.pk: uuid.UUID(key) for wish, key in zip(wishes, keys, strict=True) if key}
    rows = Registrant.objects.unscoped("whose wishes the reader was let into").select_related("branch")
    people = {one.row_key: one for one in rows.filter(row_key__in=set(wanted.values()))}
    shown = list(people.values())
    names = reveal_many(shown, "name", reader=reader, purpose=_("查看登记名单（姓名掩码）"))
    by_key = {one.row_key: mask_name(name) if name else "" for one, name in zip(shown, names, strict=True)}
    return {pk: by_key.get(key, "") for pk, key in wanted.items()}


def reveal_identity(*, wish: Wish, purpose: str, actor: User) -> Identity:
    """Show who it is to somebody who says what for; each value is logged. Not in a transaction.

    Raises DomainError `purpose_missing`, NotAllowed, WrongState for a destroyed one.
    """
    require(actor, Right.READ_REGISTRANTS, wish.branch)
    registrant = registrant_of(wish)
    said = {
        name: reveal(registrant, name, reader=actor, purpose=purpose) or ""
        for name in ("name", "document", "phone", "details")
    }
    return Identity(said["name"], said["document"], said["phone"], json.loads(said["details"] or "{}"))


def reveal_wish(*, wish: Wish, purpose: str, actor: User) -> Declared:
    """Show what a wish says to somebody who says what for; each value is logged. Not in a transaction.

    Raises DomainError `purpose_missing`, NotAllowed.
    """
    require(actor, Right.READ_WISHES, wish.branch)
    content = reveal(wish, "content", reader=actor, purpose=purpose)
    reference = reveal(wish, "reference", reader=actor, purpose=purpose)
    if content is None:
        return Declared(WishContent(stance="", items=()), "")
    return Declared(content_of(content), reference or "")


def find_by_document(*, document_kind: str, document: str, actor: User) -> list[Wish]:
    """The wishes of whoever has a document, newest first, among those that the actor may see; the look-up is logged.

    Finds by keyed digest; the number goes nowhere. Raises DomainError with the field `document`. Three queries.
    """
    read = read_document(document_kind, document)
    people = Registrant.objects.visible_to(actor, Right.VIEW_REGISTRIES).filter(
        matching(Registrant, "document", read.number), document_kind=read.kind
    )
    keys = [str(one) for one in people.values_list("row_key", flat=True)]
    record_audit(
        "registries.registrant.looked_up", actor=actor, object_label="registries.registrant", object_key=str(len(keys))
    )
    if not keys:
        return []
    rows = Wish.objects.visible_to(actor, Right.VIEW_REGISTRIES).filter(matching(Wish, "registrant", *keys))
    return list(rows.select_related("branch").order_by("-pk"))
