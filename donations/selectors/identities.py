"""Who the giver of a gift is, whether recorded with it or found out afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from core.sealed import open_many_for_work
from donations.choices import DonorKind
from donations.models import Donation, GiftClaim, GiverIdentity

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Giver:
    """A giver's name and kind; `since`: when they were found out, None where they were known from the first day."""

    name: str
    kind: str
    since: datetime | None = None


def giver_of(gift: Donation, *, work: str) -> Giver:
    """The giver of one gift, for work that shows the name to nobody who may not read it (`core.sealed`).

    One query where the gift was posted without a giver, else none.
    """
    return givers_of([gift], work=work)[gift.pk]


def givers_of(gifts: Iterable[Donation], *, work: str) -> dict[int, Giver]:
    """The givers of gifts, by the gift's id; at most two queries."""
    rows = list(gifts)
    unknown = [gift.pk for gift in rows if gift.donor_kind == DonorKind.ANONYMOUS]
    found: dict[int, Giver] = {gift.pk: Giver(gift.donor_name, gift.donor_kind) for gift in rows}
    if unknown:
        standing = list(standing_identities(unknown))
        names = open_many_for_work(standing, "name", work=work)
        for one, name in zip(standing, names, strict=True):
            found[one.donation_id] = Giver(name or "", one.kind, one.confirmed_at)
    return found


def standing_identity(gift: Donation) -> GiverIdentity | None:
    """Who a gift's giver turned out to be; None where nobody found out or nobody had to. At most one query."""
    if gift.donor_kind != DonorKind.ANONYMOUS:
        return None
    return standing_identities([gift.pk]).first()


def standing_identities(gift_ids: list[int]) -> QuerySet[GiverIdentity]:
    """The identities that stand of gifts by id."""
    return (
        GiverIdentity.objects.unscoped("of known gifts")
        .select_related("branch")
        .filter(donation_id__in=gift_ids, undone_at__isnull=True)
    )


def identity_of_claim(claim: GiftClaim) -> GiverIdentity | None:
    """What came of a claim that was confirmed, undone or not; one query."""
    rows = GiverIdentity.objects.unscoped("of a claim already in scope").select_related(
        "confirmed_by", "undo_asked_by", "undone_by"
    )
    return rows.filter(claim=claim).first()


def public_identity_notes(gift_id: int) -> list[tuple[datetime, str]]:
    """The 更正说明 of names that were shown with a gift by mistake, the newest first: when and what; one query."""
    rows = GiverIdentity.objects.unscoped("public notes of one gift").filter(donation_id=gift_id, undo_is_public=True)
    found = rows.order_by("-pk").values_list("undone_at", "undo_note")
    return [(at, note) for at, note in found if at is not None]
