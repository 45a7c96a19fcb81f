"""How many people a payment helped, as everybody may read it."""

from django.utils.translation import gettext as _

from core.small_cells import SMALLEST_SHOWN

# The bands of public records: the first number that a band does not hold any more, and its code.
BANDS: tuple[tuple[int, str], ...] = (
    (1, "0"),
    (SMALLEST_SHOWN, "1-4"),
    (10, "5-9"),
    (50, "10-49"),
    (100, "50-99"),
    (500, "100-499"),
    (1000, "500-999"),
)
LAST_BAND = "1000+"


def helped_band(count: int) -> str:
    """The band of a number of people, for public records, where it stands for ever."""
    return next((code for limit, code in BANDS if count < limit), LAST_BAND)


def helped_shown(count: int) -> int | None:
    """The number of people as it may be shown; None for a few, who could be recognised."""
    return None if 0 < count < SMALLEST_SHOWN else count


def helped_text(count: int) -> str:
    """The number of people in words; empty where nobody was counted."""
    if not count:
        return ""
    return (
        _("%(count)d 人") % {"count": count}
        if count >= SMALLEST_SHOWN
        else _("少于%(limit)d人") % {"limit": SMALLEST_SHOWN}
    )
