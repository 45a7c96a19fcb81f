"""Tables of the registries."""

from registries.models.case import Case, CaseCoordinator, CaseEvent, CaseGrant
from registries.models.case_people import CaseDecision, CaseKin, CasePerson
from registries.models.case_record import (
    CaseCertificate,
    CaseEntitlement,
    CaseHandOver,
    CaseSignature,
    CaseUse,
    CaseWitness,
    ReceivingUnit,
)
from registries.models.consent import Consent
from registries.models.contact import Contact, ContactHandOver, DueContact
from registries.models.duty import DutyShift
from registries.models.registrant import Registrant, RegistrantEvent
from registries.models.wish import Wish, WishEvent

__all__ = [
    "Case",
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
    "Consent",
    "Contact",
    "ContactHandOver",
    "DueContact",
    "DutyShift",
    "ReceivingUnit",
    "Registrant",
    "RegistrantEvent",
    "Wish",
    "WishEvent",
]
