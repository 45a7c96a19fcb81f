"""Tables of the registries."""

from registries.models.consent import Consent
from registries.models.registrant import Registrant, RegistrantEvent
from registries.models.request import Request, RequestEvent
from registries.models.wish import Wish, WishEvent

__all__ = ["Consent", "Registrant", "RegistrantEvent", "Request", "RequestEvent", "Wish", "WishEvent"]
