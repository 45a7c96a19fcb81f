"""Tables of the registries."""

from registries.models.consent import Consent
from registries.models.memorial import MemorialBooking, MemorialOccasion, MemorialPlace
from registries.models.memorial_pages import MemorialConsent, MemorialMessage, MemorialPage, MemorialStep
from registries.models.registrant import Registrant, RegistrantEvent
from registries.models.wish import Wish, WishEvent

__all__ = [
    "Consent",
    "MemorialBooking",
    "MemorialConsent",
    "MemorialMessage",
    "MemorialOccasion",
    "MemorialPage",
    "MemorialPlace",
    "MemorialStep",
    "Registrant",
    "RegistrantEvent",
    "Wish",
    "WishEvent",
]
