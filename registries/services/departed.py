"""Whoever has died is called no more, whichever branch keeps their registration: found by document, nowhere written."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import Q

from core.sealed import look_up_digests, matching, open_many_for_work
from registries.choices import WishStatus
from registries.choices.cases import ExitReason
from registries.models import CasePerson, Registrant, Wish

_BATCH = 1_000


def died_among(people: Sequence[Registrant]) -> frozenset[int]:
    """The ids of those registrants who died, as a case of any branch says; opens documents as work; two queries."""
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
    """The ids of those wishes in force whose person died, for rows that the caller was let into; five queries.

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
    return sorted(set(found))


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
