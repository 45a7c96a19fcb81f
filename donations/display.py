"""How a giver is shown."""

from decimal import Decimal

from django.utils.translation import gettext as _

from core.masking import mask_name
from donations.choices import DonorKind, GiftStatus, NameChoice


def anonymous_name() -> str:
    """What stands for a giver who is not named."""
    return _("爱心人士")


def display_name(donor: str, donor_kind: str, name_choice: str) -> str:
    """Return the name that the public sees: an organisation in full, a person masked unless they agreed to be named.

    Either may ask not to be named at all (慈善法 Art. 82); whoever gave no name is 爱心人士.
    """
    if not donor or donor_kind == DonorKind.ANONYMOUS or name_choice == NameChoice.ANONYMOUS:
        return anonymous_name()
    if donor_kind == DonorKind.ORGANISATION or name_choice == NameChoice.REAL:
        return donor
    return mask_name(donor)


def gift_status(amount: Decimal, taken_back: Decimal) -> GiftStatus:
    """What a gift of `amount` yuan is called of which `taken_back` was reversed or refunded."""
    if not taken_back:
        return GiftStatus.POSTED
    return GiftStatus.REVERSED if taken_back >= amount else GiftStatus.PARTLY_REVERSED
