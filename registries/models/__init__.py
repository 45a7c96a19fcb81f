"""Tables of the registries."""

from registries.models.consent import Consent
from registries.models.figures import CountedStep, RegistryFigures, RegistryTally
from registries.models.national import NationalFigure
from registries.models.registrant import Registrant, RegistrantEvent
from registries.models.wish import Wish, WishEvent

__all__ = [
    "Consent",
    "CountedStep",
    "NationalFigure",
    "Registrant",
    "RegistrantEvent",
    "RegistryFigures",
    "RegistryTally",
    "Wish",
    "WishEvent",
]
