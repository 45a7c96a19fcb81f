"""The tables of gifts, one subject a file."""

from donations.models.batch import Batch, BatchEvent
from donations.models.correction import Correction
from donations.models.donation import DailyTotal, Donation
from donations.models.draft import CounterDraft
from donations.models.giver import GiverContact, GiverFeedback, GiverRequest
from donations.models.layout import LayoutMapping
from donations.models.receipt import PaperPrint, Receipt
from donations.models.staged import StagedGift

__all__ = [
    "Batch",
    "BatchEvent",
    "Correction",
    "CounterDraft",
    "DailyTotal",
    "Donation",
    "GiverContact",
    "GiverFeedback",
    "GiverRequest",
    "LayoutMapping",
    "PaperPrint",
    "Receipt",
    "StagedGift",
]
