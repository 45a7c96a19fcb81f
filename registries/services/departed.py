"""Whoever has died is called no more: found by the document of a case, wherever it is, or told to their own branch."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value

from core.sealed import look_up_digests, matching, open_many_for_work
from registries.choices import WishStatus
from registries.choices.cases import ExitReason
from registries.choices.contacts import ContactOutcome
from registries.models import CasePerson, Contact, Donor, Registrant, Wish
from registries.services.registrants import registrant_of

_BATCH = 1_000
# By which keys of a contact a branch is told of somebody.
_TOLD_ABOUT: dict[str, type[Wish] | type[Donor]] = {"wish": Wish, "donor": Donor}


def died_among(people: Sequence[Registrant], *, by_case_alone: bool = False) -> frozenset[int]:
    """The ids of those registrants who died, as a case of any branch says, or as their own branch was told.

    What somebody told may be wrong: it ends calls, and takes nothing from whoever lives (`by_case_alone`).
    Opens documents as work; two queries. What a branch was told is found by the keyed digests of what its wishes and
    donors name their registrants by, so it says nothing of anybody of another branch.
    """
    documents = open_many_for_work(people, "document", work=f"registries.departed:{uuid.uuid4()}")
    whose: dict[tuple[str, bytes], set[int]] = defaultdict(set)
    for one, document in zip(people, documents, strict=True):
        for digest in look_up_digests(CasePerson, "document", document) if document else ():
            whose[one.document_kind, digest].add(one.pk)
        for field, model in _TOLD_ABOUT.items():
            for digest in look_up_digests(model, "registrant", str(one.row_key)):
                whose[field, digest].add(one.pk)
    wanted = {kind: [digest for name, digest in whose if name == kind] for kind in _TOLD_ABOUT}
    # A case that was a mistake says of nobody that they died.
    cases = CasePerson.objects.filter(
        document_digest__in=[digest for name, digest in whose if name not in _TOLD_ABOUT], case__died_on__isnull=False
    ).exclude(case__exit_reason=ExitReason.MISTAKE)
    told = [
        told_deaths()
        .filter(**{f"{column}__in": wanted[field]})
        .annotate(kind=Value(field, CharField()), digest=F(column))
        .values_list("kind", "digest")
        for field in _TOLD_ABOUT
        for column in (f"{field}__registrant_digest", f"{field}__registrant_digest_next")
    ]
    rows = cases.annotate(kind=F("document_kind"), digest=F("document_digest")).values_list("kind", "digest")
    found = {(kind, bytes(digest)) for kind, digest in (rows if by_case_alone else rows.union(*told, all=True))}
    return frozenset(pk for key in found for pk in whose.get(key, ()))


def is_departed(about: Wish | Donor) -> bool:
    """Whether the person of something that the caller was let into died."""
    if about.destroyed_at is not None:
        return False
    return bool(died_among([registrant_of(about)]))


def told_deaths() -> QuerySet[Contact]:
    """The records that say that somebody died, without those that were put right; by an index of their own."""
    rows = Contact.objects.unscoped("who is said to have died")
    found: QuerySet[Contact] = rows.filter(~Exists(rows.filter(corrects=OuterRef("pk"))), outcome=ContactOutcome.DIED)
    return found


def departed_wishes(wishes: Sequence[Wish], *, by_case_alone: bool = False) -> frozenset[int]:
    """The ids of those wishes in force whose person died, for rows that the caller was let into; five queries.

    A mark and no state: nothing says so in a row of another branch, a case that was a mistake takes it back by itself,
    and the wish stays in force, since the gift rests on it (人体器官捐献和移植条例 Art. 9).
    """
    return _departed([one for one in wishes if one.status == WishStatus.IN_FORCE], by_case_alone=by_case_alone)


def departed_donors(donors: Sequence[Donor]) -> frozenset[int]:
    """The ids of those donors who have not left and died, for rows that the caller was let into; five queries.

    A mark and no state, as of wishes: what was told may be wrong, and whoever lives gives yet.
    """
    return _departed([one for one in donors if one.ended_at is None])


def _departed(rows: Sequence[Wish] | Sequence[Donor], *, by_case_alone: bool = False) -> frozenset[int]:
    if not rows:
        return frozenset()
    keys = open_many_for_work(rows, "registrant", work=f"registries.departed:{uuid.uuid4()}")
    whose = {one.pk: uuid.UUID(key) for one, key in zip(rows, keys, strict=True) if key}
    people = Registrant.objects.unscoped("of rows that the reader was let into").filter(row_key__in=set(whose.values()))
    known = list(people.filter(destroyed_at=None))
    died = died_among(known, by_case_alone=by_case_alone)
    dead = {one.row_key for one in known if one.pk in died}
    return frozenset(pk for pk, key in whose.items() if key in dead)


def all_departed_wishes() -> list[int]:
    """The ids of all wishes in force whose person died, in any branch; opens the documents of those who died as work.

    As many digests as there are cases with a day of death, which are few beside the wishes; four queries for each
    thousand.
    """
    return in_force_of_dead(Wish, dead_by_case(), told_deaths())


def dead_by_case() -> QuerySet[CasePerson]:
    """Those of whom a case says with their document that they died; not one that was a mistake."""
    rows = CasePerson.objects.filter(case__died_on__isnull=False, document__isnull=False)
    return rows.exclude(case__exit_reason=ExitReason.MISTAKE)


def in_force_of_dead(model: type[Wish] | type[Donor], dead: QuerySet[CasePerson], told: QuerySet[Contact]) -> list[int]:
    """The ids of the wishes, or donors, that are in force of those whom cases and records of contact say to have died.

    In any branch, for work of the system; opens documents and keys as such, a thousand at a time.
    """
    cases, records = list(dead.order_by("pk")), list(told.select_related(*_TOLD_ABOUT).order_by("pk"))
    keys = {key for begin in range(0, len(cases), _BATCH) for key in _keys_of_cases(cases[begin : begin + _BATCH])}
    keys |= {key for begin in range(0, len(records), _BATCH) for key in _keys_told_of(records[begin : begin + _BATCH])}
    wanted, found = sorted(keys), set[int]()
    for begin in range(0, len(wanted), _BATCH):
        rows = model.objects.unscoped("of whoever died").filter(
            matching(model, "registrant", *wanted[begin : begin + _BATCH]), ended_at=None
        )
        found.update(rows.values_list("pk", flat=True))
    return sorted(found)


def _keys_told_of(told: Sequence[Contact]) -> list[str]:
    """By what the rows that a branch was told of name whoever died."""
    keys: list[str] = []
    for field in _TOLD_ABOUT:
        rows = [getattr(one, field) for one in told if getattr(one, f"{field}_id") is not None]
        opened = open_many_for_work(rows, "registrant", work=f"registries.departed:{uuid.uuid4()}")
        keys += [key for key in opened if key]
    return keys


def _keys_of_cases(dead: Sequence[CasePerson]) -> list[str]:
    """By what rows name those registrants whose document a case has; two of one number and another kind are others."""
    documents = open_many_for_work(dead, "document", work=f"registries.departed:{uuid.uuid4()}")
    kinds = {(one.document_kind, text) for one, text in zip(dead, documents, strict=True) if text}
    digests = {(kind, digest) for kind, text in kinds for digest in look_up_digests(Registrant, "document", text)}
    people = Registrant.objects.unscoped("whoever died").filter(
        Q(document_digest__in=[digest for _kind, digest in digests])
        | Q(document_digest_next__in=[digest for _kind, digest in digests]),
        destroyed_at=None,
    )
    return [
        str(key)
        for kind, digest, following, key in people.values_list(
            "document_kind", "document_digest", "document_digest_next", "row_key"
        )
        if {(kind, bytes(digest)), (kind, bytes(following))} & digests
    ]
