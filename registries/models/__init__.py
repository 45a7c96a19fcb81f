"""Tables of the registries."""

from registries.models.consent import Consent
from registries.models.contact import Contact, ContactHandOver, DueContact
from registries.models.duty import DutyShift
from registries.models.registrant import Registrant, RegistrantEvent
from registries.models.wish import Wish, WishEvent

__all__ = [
    "Consent",
    "Contact",
    "ContactHandOver",
    "DueContact",
    "DutyShift",
    "Registrant",
    "RegistrantEvent",
    "Wish",
    "WishEvent",
]
