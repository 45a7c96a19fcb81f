"""Tables of the registries."""

from registries.models.collection import Collection, DonorExpense, DrugDay, FollowUp, Honour
from registries.models.consent import Consent
from registries.models.donor import Donor, DonorEvent, Drive
from registries.models.exchange import ExchangeFile, ExchangeFileEvent, ExchangeRow, ExchangeSent
from registries.models.registrant import Registrant, RegistrantEvent
from registries.models.request import Request, RequestEvent
from registries.models.sample import Sample, SampleBatch
from registries.models.wish import Wish, WishEvent

__all__ = [
    "Collection",
    "Consent",
    "Donor",
    "DonorEvent",
    "DonorExpense",
    "Drive",
    "DrugDay",
    "ExchangeFile",
    "ExchangeFileEvent",
    "ExchangeRow",
    "ExchangeSent",
    "FollowUp",
    "Honour",
    "Registrant",
    "RegistrantEvent",
    "Request",
    "RequestEvent",
    "Sample",
    "SampleBatch",
    "Wish",
    "WishEvent",
]
