"""Counts of people that are shown to everybody: few of them could be recognised (docs/personal-data.md)."""

from collections.abc import Sequence

# A number of people below this is not shown.
SMALLEST_SHOWN = 5


def hide_small(counts: Sequence[int]) -> list[int | None]:
    """Return the counts of one sum's parts as they may be shown: None for 1 to 4.

    Where one alone is hidden, or all that are hidden can only be 1, the smallest other that is not zero is hidden with
    them, so that the sum does not give them away.
    """
    shown: list[int | None] = [None if 0 < count < SMALLEST_SHOWN else count for count in counts]
    hidden = [count for count in counts if 0 < count < SMALLEST_SHOWN]
    if hidden and (len(hidden) == 1 or sum(hidden) == len(hidden)):
        others = [place for place, count in enumerate(shown) if count]
        if others:
            shown[min(others, key=lambda place: counts[place])] = None
    return shown


def hide_few(count: int) -> int | None:
    """Return a count that stands by itself as it may be shown: None for 1 to 4."""
    return None if 0 < count < SMALLEST_SHOWN else count
