"""What somebody does about their own registrations, by telephone, code and name, without an account."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.errors import DomainError, NotFound
from core.identifiers import normalise_phone
from core.phone_codes import checked_mobile
from core.phones import PhoneKind, phone_kind
from core.sealed import holds, matching, open_many_for_work
from registries.choices import Channel, ConsentAct, ConsentSubject, WishStatus
from registries.models import Consent, Registrant, Wish
from registries.services.consenting import FREE_CONSENTS, give_consent, take_back_consent
from registries.services.reading import others_in_force
from registries.services.registrants import change_registrant
from registries.services.wish_content import content_lines, content_of
from registries.services.wishes import withdraw_wish

if TYPE_CHECKING:
    import datetime


@dataclass(frozen=True)
class OwnWish:
    """A wish as its own person sees it: `lines` are what they declared, `consents` the free ones, given or not."""

    number: str
    branch_name: str
    branch_phone: str
    signed_on: datetime.date
    is_handed_over: bool
    is_known_there: bool
    withdrawn_there_on: datetime.date | None
    lines: list[tuple[str, str]]
    consents: list[tuple[str, str, bool]]


def mobile_for_code(written: str) -> str:
    """The mobile that a code can be sent to. Raises DomainError; for a telephone of another kind with the way to go."""
    kind = phone_kind(normalise_phone(written))
    if kind and kind != PhoneKind.MOBILE:
        sentence = _(
            "座机、香港、澳门和境外号码收不到验证码。请带证件到登记的红十字会办理，或打电话请工作人员上门；撤回马上生效。"
        )
        raise DomainError("phone_without_codes", sentence, {"phone": sentence})
    return checked_mobile(written)


def knows_phone(phone: str) -> bool:
    """Whether anybody is registered with this telephone; the answer is never shown. One query."""
    rows = Registrant.objects.unscoped("whether a code is worth sending")
    return bool(rows.filter(matching(Registrant, "phone", checked_mobile(phone)), destroyed_at=None).exists())


def own_registrants(*, phone: str, name: str) -> list[int]:
    """The ids of who is registered, in any branch, with a telephone that was proved and this name; one query."""
    rows = Registrant.objects.unscoped("asked for by their own telephone and name").filter(
        matching(Registrant, "phone", checked_mobile(phone)), matching(Registrant, "name", name), destroyed_at=None
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def own_wishes(registrant_ids: Sequence[int]) -> list[OwnWish]:
    """The wishes in force of people who proved who they are, for themselves; seven queries."""
    rows = _own(registrant_ids)
    # One opening, one row of the log, so that somebody who asks can be told when it was looked at.
    work = f"registries.mine:{uuid.uuid4()}"
    texts = open_many_for_work(rows, "content", work=work)
    keys = open_many_for_work(rows, "registrant", work=work)
    given = _consents_by_key(registrant_ids)
    for wish in rows:
        record_audit("registries.wish.seen_online", actor=None, obj=wish, branch_code=wish.branch.code)
    return [
        OwnWish(
            number=wish.number,
            branch_name=wish.branch.name,
            branch_phone=wish.branch.phone,
            signed_on=wish.signed_on,
            is_handed_over=wish.handed_over_on is not None,
            is_known_there=wish.is_there,
            withdrawn_there_on=wish.withdrawn_there_on,
            lines=content_lines(content_of(text), is_own=True) if text else [],
            consents=[(one, str(ConsentSubject(one).label), one in given.get(key or "", ())) for one in FREE_CONSENTS],
        )
        for wish, text, key in zip(rows, texts, keys, strict=True)
    ]


def has_several_in_force(registrant_ids: Sequence[int]) -> bool:
    """Whether they have more than one wish in force, in whichever branches, also under another telephone or name.

    Told to the person alone: the branches learn nothing of each other. Four queries for each registration.
    """
    if not _own(registrant_ids):
        return False
    people = Registrant.objects.unscoped("their own").filter(pk__in=registrant_ids, destroyed_at=None)
    return any(others is not None and others.exists() for others in map(others_in_force, people))


def change_own_consent(*, registrant_ids: Sequence[int], number: str, subject: str, gives: bool) -> None:
    """Give or take back one of the free consents of one's own wish. Raises NotFound for one that is not theirs."""
    for wish in _own(registrant_ids):
        if wish.number == number:
            step = give_consent if gives else take_back_consent
            return step(wish_id=wish.pk, subject=subject, channel=Channel.ONLINE)
    raise NotFound("wish_not_found", _("没有这份有效的登记，它可能已经撤回。"))


def withdraw_own_wish(*, registrant_ids: Sequence[int], number: str) -> Wish:
    """Withdraw one's own wish at once. Raises NotFound for one that is not theirs or no longer in force, WrongState."""
    for wish in _own(registrant_ids):
        if wish.number == number:
            return withdraw_wish(wish_id=wish.pk, channel=Channel.ONLINE)
    raise NotFound("wish_not_found", _("没有这份有效的登记，它可能已经撤回。"))


def change_own_phone(*, registrant_ids: Iterable[int], phone: str) -> int:
    """Keep a telephone, proved by a code, in the place of the old one; return how many registrations changed.

    Locks the registrants in the order of their ids.
    """
    number, changed = checked_mobile(phone), 0
    with transaction.atomic():
        rows = Registrant.objects.unscoped("their own").select_for_update(of=("self",)).select_related("branch")
        for row in rows.filter(pk__in=list(registrant_ids), destroyed_at=None).order_by("pk"):
            if not holds(row, "phone", number):
                # They had the same telephone in each branch: it is told once.
                change_registrant(row, {"phone": number}, verb="phone_changed", actor=None, tells=not changed)
                changed += 1
    return changed


def _consents_by_key(registrant_ids: Sequence[int]) -> dict[str, set[str]]:
    """The subjects in force of each person, by their row's key; one query."""
    taken_back = Consent.objects.filter(withdraws=OuterRef("pk"))
    rows = Consent.objects.filter(~Exists(taken_back), registrant__in=list(registrant_ids), act=ConsentAct.GIVEN)
    found: dict[str, set[str]] = {}
    for key, subject in rows.values_list("registrant__row_key", "subject"):
        found.setdefault(str(key), set()).add(subject)
    return found


def has_withdrawn(*, registrant_ids: Sequence[int], number: str) -> bool:
    """Whether a wish of theirs is over: for who clicked twice, or comes back to the page; two queries."""
    return any(one.number == number for one in _theirs(registrant_ids) if one.status != WishStatus.IN_FORCE)


def _own(registrant_ids: Sequence[int]) -> list[Wish]:
    return [one for one in _theirs(registrant_ids) if one.status == WishStatus.IN_FORCE]


def _theirs(registrant_ids: Sequence[int]) -> list[Wish]:
    people = Registrant.objects.unscoped("their own").filter(pk__in=registrant_ids, destroyed_at=None)
    keys = [str(one) for one in people.values_list("row_key", flat=True)]
    if not keys:
        return []
    rows = Wish.objects.unscoped("their own").filter(matching(Wish, "registrant", *keys))
    return list(rows.select_related("branch").order_by("pk"))
