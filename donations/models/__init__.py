"""The tables of gifts, one subject a file."""

from donations.models.agreement import Agreement, GiftLetter
from donations.models.appeal_event import AppealEvent
from donations.models.batch import Batch, BatchEvent
from donations.models.campaign import Campaign, CampaignChannel, CampaignFile, CampaignFund
from donations.models.change import ChangeOfUse, Objection
from donations.models.channel import GivingChannel
from donations.models.claim import ClaimEvent, GiftClaim
from donations.models.correction import Correction
from donations.models.donation import DailyTotal, Donation
from donations.models.draft import CounterDraft
from donations.models.giver import GiverContact, GiverFeedback, GiverRequest
from donations.models.layout import LayoutMapping
from donations.models.receipt import PaperPrint, Receipt
from donations.models.staged import StagedGift
from donations.models.unidentified import GiverIdentity, PoolEvent, UnidentifiedGift

__all__ = [
    "Agreement",
    "AppealEvent",
    "Batch",
    "BatchEvent",
    "Campaign",
    "CampaignChannel",
    "CampaignFile",
    "CampaignFund",
    "ChangeOfUse",
    "ClaimEvent",
    "Correction",
    "CounterDraft",
    "DailyTotal",
    "Donation",
    "GiftClaim",
    "GiftLetter",
    "GiverContact",
    "GiverFeedback",
    "GiverIdentity",
    "GiverRequest",
    "GivingChannel",
    "LayoutMapping",
    "Objection",
    "PaperPrint",
    "PoolEvent",
    "Receipt",
    "StagedGift",
    "UnidentifiedGift",
]
