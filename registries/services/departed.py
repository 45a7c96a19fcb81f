"""Whoever has died is called no more, whichever branch keeps their registration: found by document, nowhere written."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from core.sealed import look_up_digests, open_many_for_work
from registries.choices.cases import ExitReason
from registries.models import CasePerson, Registrant


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
