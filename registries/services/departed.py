"""Whoever has died is called no more: found by the document of a case, wherever it is, or told to their own branch."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.sealed import look_up_digests, matching, open_many_for_work
from registries.choices import WishStatus
from registries.choices.cases import ExitReason
from registries.choices.contacts import ContactOutcome
from registries.models import CasePerson, Contact, Donor, Registrant, Wish
from registries.services.registrants import registrant_of

_BATCH = 1_000
# By which keys of a contact a branch is told of somebody.
_TOLD_ABOUT: dict[str, type[Wish] | type[Donor]] = {"wish": Wish, "donor": Donor}


def died_among(people: Sequence[Registrant]) -> frozenset[int]:
    """The ids of those registrants who died, as a case of any branch says, or as their own branch was told.

    Opens documents as work; three queries.
    """
    return _by_cases(people) | _as_told(people)


def is_departed(about: Wish | Donor) -> bool:
    """Whether the person of something that the caller was let into died."""
    if about.destroyed_at is not None:
        return False
    return bool(died_among([registrant_of(about)]))


def _as_told(people: Sequence[Registrant]) -> frozenset[int]:
    """The ids of those of whom a record of contact says that they died, and was not put right; one query.

    By the keyed digests of what they are named by in their wishes and as donors; nobody of another branch.
    """
    digests: dict[tuple[str, bytes], int] = {
        (field, digest): one.pk
        for one in people
        for field, model in _TOLD_ABOUT.items()
        for digest in look_up_digests(model, "registrant", str(one.row_key))
    }
    if not digests:
        return frozenset()
    columns = [(field, f"{field}__registrant_digest{end}") for field in _TOLD_ABOUT for end in ("", "_next")]
    condition = Q()
    for field, column in columns:
        condition |= Q(**{f"{column}__in": [digest for name, digest in digests if name == field]})
    found = _told().filter(condition).values_list(*(column for _field, column in columns))
    return frozenset(
        digests[field, bytes(value)]
        for row in found
        for (field, _column), value in zip(columns, row, strict=True)
        if value is not None and (field, bytes(value)) in digests
    )


def _told() -> QuerySet[Contact]:
    """The records that say that somebody died, without those that were put right; by an index of their own."""
    rows = Contact.objects.unscoped("who is said to have died")
    found: QuerySet[Contact] = rows.filter(~Exists(rows.filter(corrects=OuterRef("pk"))), outcome=ContactOutcome.DIED)
    return found


def _by_cases(people: Sequence[Registrant]) -> frozenset[int]:
    """The ids of those who died as a case of any branch says; two queries."""
    documents = open_many_for_work(people, "document", work=f"registries.departed:{uuid.uuid4()}")
    digests = {
        one.pk: look_up_digests(CasePerson, "document", document)
        for one, document in zip(people, documents, strict=True)
        if document
    }
    wanted = [digest for each in digests.values() for digest in each]
    # A case that was a mistake says of nobody that they died.
    rows = CasePerson.objects.filter(document_digest__in=wanted, case__died_on__isnull=False).exclude(
        case__exit_reason=ExitReason.MISTAKE
    )
    found = {(kind, bytes(digest)) for kind, digest in rows.values_list("document_kind", "document_digest")}
    kinds = {one.pk: one.document_kind for one in people}
    return frozenset(pk for pk, each in digests.items() if any((kinds[pk], digest) in found for digest in each))


def departed_wishes(wishes: Sequence[Wish]) -> frozenset[int]:
    """The ids of those wishes in force whose person died, for rows that the caller was let into; six queries.

    A mark and no state: nothing says so in a row of another branch, a case that was a mistake takes it back by itself,
    and the wish stays in force, since the gift rests on it (人体器官捐献和移植条例 Art. 9).
    """
    rows = [one for one in wishes if one.status == WishStatus.IN_FORCE]
    if not rows:
        return frozenset()
    keys = open_many_for_work(rows, "registrant", work=f"registries.departed:{uuid.uuid4()}")
    whose = {one.pk: uuid.UUID(key) for one, key in zip(rows, keys, strict=True) if key}
    people = Registrant.objects.unscoped("of rows that the reader was let into").filter(row_key__in=set(whose.values()))
    known = list(people.filter(destroyed_at=None))
    died = died_among(known)
    dead = {one.row_key for one in known if one.pk in died}
    return frozenset(pk for pk, key in whose.items() if key in dead)


def all_departed_wishes() -> list[int]:
    """The ids of all wishes in force whose person died, in any branch; opens the documents of those who died as work.

    As many digests as there are cases with a day of death, which are few beside the wishes; four queries for each
    thousand.
    """
    rows = CasePerson.objects.filter(case__died_on__isnull=False, document__isnull=False)
    dead = list(rows.exclude(case__exit_reason=ExitReason.MISTAKE).order_by("pk"))
    found: list[int] = []
    for begin in range(0, len(dead), _BATCH):
        found += _wishes_of(dead[begin : begin + _BATCH])
    told = list(_told().select_related(*_TOLD_ABOUT).order_by("pk"))
    for begin in range(0, len(told), _BATCH):
        found += _wishes_told_of(told[begin : begin + _BATCH])
    return sorted(set(found))


def _wishes_told_of(told: Sequence[Contact]) -> list[int]:
    keys: list[str] = []
    for field in _TOLD_ABOUT:
        rows = [getattr(one, field) for one in told if getattr(one, f"{field}_id") is not None]
        opened = open_many_for_work(rows, "registrant", work=f"registries.departed:{uuid.uuid4()}")
        keys += [key for key in opened if key]
    wishes = Wish.objects.unscoped("of whoever died").filter(
        matching(Wish, "registrant", *keys), status=WishStatus.IN_FORCE
    )
    return list(wishes.values_list("pk", flat=True)) if keys else []


def _wishes_of(dead: Sequence[CasePerson]) -> list[int]:
    documents = open_many_for_work(dead, "document", work=f"registries.departed:{uuid.uuid4()}")
    kinds = {(one.document_kind, text) for one, text in zip(dead, documents, strict=True) if text}
    digests = {(kind, digest) for kind, text in kinds for digest in look_up_digests(Registrant, "document", text)}
    people = Registrant.objects.unscoped("whoever died").filter(
        Q(document_digest__in=[digest for _kind, digest in digests])
        | Q(document_digest_next__in=[digest for _kind, digest in digests]),
        destroyed_at=None,
    )
    keys = [
        str(key)
        for kind, digest, following, key in people.values_list(
            "document_kind", "document_digest", "document_digest_next", "row_key"
        )
        if {(kind, bytes(digest)), (kind, bytes(following))} & digests
    ]
    wishes = Wish.objects.unscoped("of whoever died").filter(
        matching(Wish, "registrant", *keys), status=WishStatus.IN_FORCE
    )
    return list(wishes.values_list("pk", flat=True)) if keys else []
