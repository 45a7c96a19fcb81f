"""Whoever is known to have died since the file of an export was made, where the file is to ring people up by."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from registries.choices.cases import CaseVerb
from registries.choices.papers import OF_DONORS
from registries.models import CaseEvent, Donor, Export, Wish
from registries.services.departed import dead_by_case, in_force_of_dead, told_deaths
from registries.services.exports.sources import SOURCES

# By which a case says who died, and when.
_SAYING = (CaseVerb.NOTIFIED, CaseVerb.PERSON_WRITTEN)


def died_since(export: Export) -> list[str]:
    """The numbers of those who must not be rung although they may stand in the file with their telephone, in order.

    What is in force of whoever died, as a case of any branch or a record of contact of this one says since; none where
    nobody is to be rung by the list. Of a list with telephones beside other things since it was approved, for the file
    is read from then on and not anew. Opens documents and keys as work: two queries where nobody died, else seven at
    most for each thousand deaths, two of them rows of the read log.
    """
    source = SOURCES[export.listed]
    since = export.built_at if source.skips_dead else export.decided_at
    if export.built_at is None or since is None or not source.is_for_ringing(export):
        return []
    said = CaseEvent.objects.filter(case=OuterRef("case"), verb__in=_SAYING, at__gte=since)
    told = told_deaths().filter(branch_id=export.branch_id, at__gte=since)
    model: type[Wish] | type[Donor] = Donor if export.listed in OF_DONORS else Wish
    found = in_force_of_dead(model, dead_by_case().filter(Exists(said)), told)
    if not found:
        return []
    begun = "enrolled_at" if export.listed in OF_DONORS else "registered_at"
    rows = source.rows(export).filter(pk__in=found, **{f"{begun}__lt": export.built_at})
    return sorted(rows.values_list("number", flat=True))
