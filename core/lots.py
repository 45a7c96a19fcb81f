"""Lots that nobody outside can work out: what is hidden beside few people is chosen by them, never by its size.

Whoever knows that the smallest is hidden next learns from what is hidden that it was no smaller than what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.crypto import lookup_digest


@dataclass(frozen=True)
class Lots:
    """The order in which keys are taken, and those that `goes` names though something smaller could be taken."""

    order: Callable[[Hashable], Any]
    goes: Callable[[Hashable], bool]


def lots_of(purpose: str) -> Lots:
    """Return the lots of one purpose: always the same of one key, until the look-up key is changed.

    A purpose that names its year has lots of its own in each, so that no order is learnt from many years together.
    """

    @cache
    def drawn(key: Hashable) -> str:
        return lookup_digest(repr(key), f"core.lots:{purpose}")

    # One in eight.
    return Lots(order=drawn, goes=lambda key: drawn(("goes", key))[0] in "01")
