"""The consent that a family signs, blank, as PDF: the same text, version and choices as the desk types in."""

from __future__ import annotations

from registries.choices.memorial import NameShown, PageKind, Relation
from registries.services.memorial.pages import PAGE_CONSENT
from registries.services.printing import Printed, set_paper


def print_blank_consent() -> Printed:
    """Set the consent to be filled in by hand. Raises DomainError. Source: 个人信息保护法 Arts. 14, 25, 29."""
    choices = {
        "version": PAGE_CONSENT,
        "kinds": PageKind.labels,
        "relations": Relation.labels,
        "names": NameShown.labels,
    }
    return Printed(set_paper("memorial_consent", choices, PAGE_CONSENT), "缅怀公开同意书.pdf")
