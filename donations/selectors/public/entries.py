"""Gifts by the ledger's entries, for pages that show entries."""

from __future__ import annotations

from collections.abc import Collection

from donations.models import ChangeOfUse, Donation


def gift_numbers(entry_ids: Collection[int]) -> dict[int, str]:
    """The numbers of the gifts that these entries posted; one query, none for no entries."""
    if not entry_ids:
        return {}
    gifts = Donation.objects.for_public_display().filter(entry_id__in=entry_ids)
    return dict(gifts.values_list("entry_id", "number"))


def correction_notes(entry_ids: Collection[int]) -> dict[int, str]:
    """The 更正说明 of gifts that these entries took back; one query, none for no entries."""
    if not entry_ids:
        return {}
    gifts = Donation.objects.for_public_display().filter(corrections__entry_id__in=entry_ids)
    return dict(gifts.values_list("corrections__entry_id", "corrections__public_note"))


def change_notes(entry_ids: Collection[int]) -> dict[int, str]:
    """The public notes of changes of use that these entries made; one query, none for no entries."""
    if not entry_ids:
        return {}
    changes = ChangeOfUse.objects.unscoped("posted changes of use are public").filter(entry_id__in=entry_ids)
    return dict(changes.values_list("entry_id", "public_note"))
