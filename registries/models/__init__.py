"""Tables of the registries."""

from registries.models.case import Case, CaseCoordinator, CaseEvent, CaseGrant
from registries.models.case_people import CaseDecision, CaseKin, CasePerson
from registries.models.case_record import (
    CaseAcceptance,
    CaseCertificate,
    CaseEntitlement,
    CaseHandOver,
    CaseSignature,
    CaseUse,
    CaseWitness,
    ReceivingUnit,
)
from registries.models.collection import Collection, DonorEscort, DonorExpense, DrugDay, FollowUp, Honour
from registries.models.consent import Consent
from registries.models.contact import Contact, ContactHandOver, DueContact, DueNote
from registries.models.donor import Donor, DonorEvent, Drive
from registries.models.duty import DutyShift
from registries.models.exchange import ExchangeFile, ExchangeFileEvent, ExchangeRow, ExchangeSent
from registries.models.export import Export, ExportEvent
from registries.models.figures import CountedStep, DeskCount, RegistryFigures, RegistryTally
from registries.models.intake import DonorIntake, DonorIntakeEvent, DonorIntakeRow
from registries.models.memorial import MemorialBooking, MemorialOccasion, MemorialPlace
from registries.models.memorial_pages import MemorialConsent, MemorialMessage, MemorialPage, MemorialStep
from registries.models.national import NationalFigure
from registries.models.paper import WishPaper
from registries.models.registrant import Registrant, RegistrantEvent
from registries.models.request import Request, RequestEvent
from registries.models.sample import Sample, SampleBatch
from registries.models.wish import Wish, WishEvent

__all__ = [
    "Case",
    "CaseAcceptance",
    "CaseCertificate",
    "CaseCoordinator",
    "CaseDecision",
    "CaseEntitlement",
    "CaseEvent",
    "CaseGrant",
    "CaseHandOver",
    "CaseKin",
    "CasePerson",
    "CaseSignature",
    "CaseUse",
    "CaseWitness",
    "Collection",
    "Consent",
    "Contact",
    "ContactHandOver",
    "CountedStep",
    "DeskCount",
    "Donor",
    "DonorEscort",
    "DonorEvent",
    "DonorExpense",
    "DonorIntake",
    "DonorIntakeEvent",
    "DonorIntakeRow",
    "Drive",
    "DrugDay",
    "DueContact",
    "DueNote",
    "DutyShift",
    "ExchangeFile",
    "ExchangeFileEvent",
    "ExchangeRow",
    "ExchangeSent",
    "Export",
    "ExportEvent",
    "FollowUp",
    "Honour",
    "MemorialBooking",
    "MemorialConsent",
    "MemorialMessage",
    "MemorialOccasion",
    "MemorialPage",
    "MemorialPlace",
    "MemorialStep",
    "NationalFigure",
    "ReceivingUnit",
    "Registrant",
    "RegistrantEvent",
    "RegistryFigures",
    "RegistryTally",
    "Request",
    "RequestEvent",
    "Sample",
    "SampleBatch",
    "Wish",
    "WishEvent",
    "WishPaper",
]
