"""The doors to the people of a case and to what is medical in it: each reading is logged before it is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.masking import mask_name
from core.sealed import reveal, reveal_many
from registries.choices.cases import EXITS
from registries.errors import WrongState
from registries.models import Case, CaseKin, CasePerson, CaseUse, CaseWitness, Wish
from registries.permissions.cases import grant_of, is_coordinator, require_coordinator, require_reader
from registries.services.cases.scope import labels_of, single_items
from registries.services.cases.wish_in_life import said_of
from registries.services.cases.witnessing import newest_witness
from registries.services.wish_content import SHOWN_LABELS, WishContent, content_of

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class ShownKin:
    """One of the kin with name and telephone."""

    kin: CaseKin
    name: str
    phone: str


@dataclass(frozen=True)
class People:
    """Who it is, who told the association, and the kin."""

    name: str
    document: str
    caller_name: str
    caller_phone: str
    kin: list[ShownKin]


@dataclass(frozen=True)
class Record:
    """What is medical: what was said at the notification, the paper of a wish in life, the witness record's words."""

    note: str
    evidence: str
    witness: CaseWitness | None
    place: str
    text: str
    organs: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownWish:
    """One declaration by which a dead person gives something, as lines of label and text; no refusal."""

    lines: list[tuple[str, str]]
    executor_name: str
    executor_phone: str
    is_secret: bool


def reveal_people(*, case: Case, purpose: str, actor: User) -> People:
    """Show the people of a case to somebody who says what for; each value is logged. Not in a transaction.

    Raises DomainError `purpose_missing`, NotAllowed, NotFound.
    """
    require_reader(actor, case)
    person = CasePerson.objects.select_related("case__branch").get(case_id=case.pk)
    said = {name: reveal(person, name, reader=actor, purpose=purpose) or "" for name in ("name", "document", "caller")}
    caller = json.loads(said["caller"] or "{}")
    return People(
        name=said["name"],
        document=said["document"],
        caller_name=caller.get("name", ""),
        caller_phone=caller.get("phone", ""),
        kin=reveal_kin(case=case, purpose=purpose, actor=actor),
    )


def reveal_kin(*, case: Case, purpose: str, actor: User) -> list[ShownKin]:
    """Show the kin of a case who are listed, with telephones; each value is logged. Not in a transaction."""
    require_reader(actor, case)
    rows = list(CaseKin.objects.filter(case=case, struck_at=None).select_related("case__branch").order_by("pk"))
    if not rows:
        return []
    names = reveal_many(rows, "name", reader=actor, purpose=purpose)
    phones = reveal_many(rows, "phone", reader=actor, purpose=purpose)
    return [ShownKin(one, name or "", phone or "") for one, name, phone in zip(rows, names, phones, strict=True)]


def reveal_record(*, case: Case, purpose: str, actor: User) -> Record:
    """Show what is medical in a case to somebody who says what for; each value is logged. Not in a transaction."""
    require_reader(actor, case)
    note = reveal(case, "note", reader=actor, purpose=purpose) or ""
    evidence = reveal(case, "evidence", reader=actor, purpose=purpose) or ""
    witness = newest_witness(case)
    content: dict[str, str] = {}
    if witness is not None:
        content = json.loads(reveal(witness, "content", reader=actor, purpose=purpose) or "{}")
    organs = json.loads(reveal(case, "organs", reader=actor, purpose=purpose) or "[]")
    return Record(note, evidence, witness, content.get("place", ""), content.get("text", ""), tuple(labels_of(organs)))


def reveal_wish_in_life(*, case: Case, purpose: str, actor: User) -> list[ShownWish]:
    """Show the wish in life to who carries it out, whichever branch keeps it; each is logged. Not in a transaction.

    To those who are assigned alone, and of what is given alone: a refusal is shown to nobody. Raises DomainError
    `purpose_missing`, NotAllowed, WrongState where nothing is found.
    """
    require_coordinator(actor, case)
    if case.status in EXITS:
        raise WrongState("no_wish_in_life", _("案例已终止，不再查看生前登记的意愿。"))
    said = said_of(case)
    rows = Wish.objects.unscoped("the wish in life of a case that the reader accompanies").filter(pk__in=said.wishes)
    found = list(rows.select_related("branch").order_by("-signed_on", "-pk"))
    if not found:
        raise WrongState("no_wish_in_life", _("本系统没有查到本人生前愿意捐献的登记。"))
    texts = reveal_many(found, "content", reader=actor, purpose=purpose)
    pairs = zip(found, texts, strict=True)
    return [_shown_wish(wish, content_of(text), said.willing) for wish, text in pairs if text is not None]


def _shown_wish(wish: Wish, content: WishContent, willing: frozenset[str]) -> ShownWish:
    listed = _("、")
    pairs = [
        (_("签字日期"), wish.signed_on.isoformat()),
        (_("愿意捐献"), listed.join(labels_of(single_items(content.items) & willing))),
        (_("用途"), listed.join(str(SHOWN_LABELS["purposes"][one]) for one in content.purposes)),
        (_("执行人与本人的关系"), str(SHOWN_LABELS["executor_kind"].get(content.executor_kind, ""))),
        (_("接受单位"), content.receiving_unit),
        (_("遗体利用后的火化和处理"), content.afterwards),
    ]
    lines = [(label, text) for label, text in pairs if text]
    return ShownWish(lines, content.executor_name, content.executor_phone, content.is_secret)


def reveal_uses(*, case: Case, purpose: str, actor: User) -> list[tuple[CaseUse, str]]:
    """Show the report of use of a body with its notes; each is logged. Not in a transaction."""
    require_reader(actor, case)
    rows = list(CaseUse.objects.filter(case=case, replaced_by=None).select_related("case__branch").order_by("on", "pk"))
    if not rows:
        return []
    notes = reveal_many(rows, "note", reader=actor, purpose=purpose)
    return [(row, note or "") for row, note in zip(rows, notes, strict=True)]


def masked_people(cases: Sequence[Case], *, reader: User) -> dict[int, str]:
    """The masked name beside each of one's own cases of a page, by the case's id; each reading is logged.

    The caller has fetched the cases that this reader works on. Not in a transaction. Two queries.
    """
    rows = list(
        CasePerson.objects.filter(case__in=[case.pk for case in cases]).select_related("case__branch").order_by("pk")
    )
    if not rows:
        return {}
    names = reveal_many(rows, "name", reader=reader, purpose=_("查看我的案例名单（姓名掩码）"))
    return {row.case_id: mask_name(name) if name else "" for row, name in zip(rows, names, strict=True)}


def note_look(case: Case, *, actor: User) -> None:
    """Leave a row in the audit trail where somebody opens a case by a grant: each look shows."""
    if not is_coordinator(actor, case) and grant_of(actor, case) is not None:
        record_audit("registries.case.looked_into", actor=actor, obj=case, branch_code=case.branch.code)
