"""Tables of the registries."""

from registries.models.consent import Consent
from registries.models.export import Export, ExportEvent
from registries.models.paper import WishPaper
from registries.models.registrant import Registrant, RegistrantEvent
from registries.models.wish import Wish, WishEvent

__all__ = [
    "Consent",
    "Export",
    "ExportEvent",
    "Registrant",
    "RegistrantEvent",
    "Wish",
    "WishEvent",
    "WishPaper",
]
