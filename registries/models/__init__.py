"""Tables of the registries."""

from registries.models.collection import Collection, DonorExpense, DrugDay, FollowUp, Honour
from registries.models.consent import Consent
from registries.models.contact import Contact, ContactHandOver, DueContact
from registries.models.donor import Donor, DonorEvent, Drive
from registries.models.figures import CountedStep, RegistryFigures, RegistryTally
from registries.models.national import NationalFigure
from registries.models.registrant import Registrant, RegistrantEvent
from registries.models.sample import Sample, SampleBatch
from registries.models.wish import Wish, WishEvent

__all__ = [
    "Collection",
    "Consent",
    "Contact",
    "ContactHandOver",
    "CountedStep",
    "Donor",
    "DonorEvent",
    "DonorExpense",
    "Drive",
    "DrugDay",
    "DueContact",
    "FollowUp",
    "Honour",
    "NationalFigure",
    "Registrant",
    "RegistrantEvent",
    "RegistryFigures",
    "RegistryTally",
    "Sample",
    "SampleBatch",
    "Wish",
    "WishEvent",
]
