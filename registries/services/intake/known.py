"""Whom of a file a branch knows already: written down under the same document, or a donor in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.sealed import holds, look_up_digests, matching
from registries.choices.intake import BAG, DOCUMENT, NAME
from registries.models import Donor, Registrant, Sample
from registries.services.intake.lines import PaperDonor
from registries.services.registrants import another_name

if TYPE_CHECKING:
    from organizations.models import Branch
    from registries.services.intake.reading import Told

_Key = tuple[str, str]


@dataclass
class Known:
    """Of some people: their registrants in the branch by document, the numbers of those in force, bags of ours."""

    people: dict[_Key, Registrant] = field(default_factory=dict)
    in_force: dict[int, str] = field(default_factory=dict)
    bags: set[str] = field(default_factory=set)

    def registrant(self, donor: PaperDonor) -> Registrant | None:
        """Who it is, where the branch has written them down."""
        return self.people.get(_key(donor))

    def faults(self, donor: PaperDonor) -> list[Told]:
        """What of them forbids to bring somebody in."""
        found: list[Told] = []
        registrant = self.registrant(donor)
        if registrant is not None:
            if not holds(registrant, "name", donor.person.name):
                found.append((NAME, another_name().message))
            if number := self.in_force.get(registrant.pk):
                sentence = _("这个人已是本会的志愿者 %(number)s，不再带入。请删去这一行；资料有出入的，打开编号更正。")
                found.append((DOCUMENT, sentence % {"number": number}))
        if donor.bag in self.bags:
            found.append((BAG, _("这个袋号在本平台已用于另一份血样。请核对条码，或不填。")))
        return found


def known_among(branch: Branch, donors: Sequence[PaperDonor], *, lock: bool = False) -> Known:
    """Look for some people in a branch; `lock` locks who is found, in the order of their ids. Three queries."""
    found = Known()
    digests = {_key(one): look_up_digests(Registrant, "document", one.person.document.number) for one in donors}
    by_digest = {(kind, digest): (kind, number) for (kind, number), each in digests.items() for digest in each}
    rows = Registrant.objects.unscoped("documents in a branch that the actor may write in").filter(
        matching(Registrant, "document", *(one.person.document.number for one in donors)), branch=branch
    )
    for row in (rows.select_for_update(of=("self",)) if lock else rows).order_by("pk"):
        for digest in (row.document_digest, row.document_digest_next):
            key = by_digest.get((row.document_kind, bytes(digest))) if digest is not None else None
            if key is not None:
                found.people[key] = row
    found.in_force = _in_force(branch, list(found.people.values()))
    wanted = [one.bag for one in donors if one.bag]
    found.bags = set(Sample.objects.filter(bag__in=wanted).values_list("bag", flat=True)) if wanted else set()
    return found


def _in_force(branch: Branch, people: Sequence[Registrant]) -> dict[int, str]:
    """The numbers of those who are a donor in force, by the id of the registrant; one query."""
    whose = {digest: one.pk for one in people for digest in look_up_digests(Donor, "registrant", str(one.row_key))}
    rows = Donor.objects.unscoped("of registrants just found").filter(
        matching(Donor, "registrant", *(str(one.row_key) for one in people)), branch=branch, ended_at=None
    )
    found: dict[int, str] = {}
    for number, *digests in rows.values_list("number", "registrant_digest", "registrant_digest_next"):
        found |= {whose[bytes(one)]: number for one in digests if one is not None and bytes(one) in whose}
    return found


def _key(donor: PaperDonor) -> _Key:
    return donor.person.document.kind, donor.person.document.number
