"""What a giver sees of gifts of their own, and what waits for an answer."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI, today
from core.errors import NotFound
from core.money import ZERO_YUAN
from core.sealed import matching, open_many_for_work
from donations.choices import GiftStatus, ReceiptState, RequestStatus
from donations.display import gift_status
from donations.models import Correction, Donation, GiverContact, GiverFeedback, GiverRequest
from donations.selectors.identities import givers_of, standing_identity
from donations.selectors.receipts import receipt_states
from organizations.choices import Right

if TYPE_CHECKING:
    from accounts.models import User
    from donations.models.donation import DonationQuerySet

SHOWN = 200
_LOOK = "a giver's own gifts, by their telephone and a code"


@dataclass(frozen=True)
class OwnGift:
    """A gift as its giver sees it, in yuan: with the recorded name."""

    number: str
    received_on: datetime.date
    amount: Decimal
    name: str
    display_name: str
    name_choice: str
    name_choice_label: str
    purpose: str
    fund_code: str
    fund_name: str
    branch_name: str
    branch_phone: str
    status: str
    receipt: str

    @property
    def status_label(self) -> str:
        """The state in words, as public pages say it."""
        return str(GiftStatus(self.status).label)


@dataclass(frozen=True)
class OwnRequest:
    """A request as its giver sees it."""

    id: int
    kind: str
    status: str
    status_label: str
    asked_on: datetime.date
    due_on: datetime.date
    text: str
    answer: str
    is_open: bool


def is_known_phone(phone: str) -> bool:
    """Whether any gift was recorded with this telephone; one query."""
    return bool(GiverContact.objects.unscoped(_LOOK).filter(matching(GiverContact, "phone", phone)).exists())


def own_gifts(phone: str) -> list[OwnGift]:
    """The gifts of a telephone's owner, the newest first, at most 200; three queries."""
    return _as_own(list(_of(phone).order_by("-received_on", "-id")[:SHOWN]))


def own_gift(phone: str, number: str) -> Donation:
    """One gift of a telephone's owner; one query. Raises NotFound, also for somebody else's gift."""
    gift: Donation | None = _of(phone).filter(number=number.strip()).first()
    if gift is None:
        raise NotFound("gift_not_found", _("在您手机号登记的捐赠中没有这一笔，请核对编号。"))
    return gift


def as_own(gift: Donation) -> OwnGift:
    """A gift that was fetched by `own_gift`, as its giver sees it; two queries."""
    return _as_own([gift])[0]


def own_requests(gift: Donation) -> list[OwnRequest]:
    """What the giver asked about a gift of their own, the newest first; at most four queries.

    Of a gift whose giver was found out: only since then, because somebody else may have been taken for it before.
    """
    asked = GiverRequest.objects.unscoped(_LOOK).filter(donation=gift, **_since(gift, "asked_at"))
    rows = list(asked.order_by("-pk")[:50])
    work = f"donations.givers:own:{gift.pk}:{today().isoformat()}"
    texts = open_many_for_work(rows, "text", work=work)
    answers = open_many_for_work(rows, "answer", work=work)
    return [_request(row, text, answer) for row, text, answer in zip(rows, texts, answers, strict=True)]


def own_feedbacks(gift: Donation) -> list[GiverFeedback]:
    """What the giver was told about a gift, the newest first, as `own_requests`; at most two queries."""
    told = GiverFeedback.objects.unscoped(_LOOK).filter(donation=gift, **_since(gift, "recorded_at"))
    return list(told.order_by("-told_on", "-pk"))


def _since(gift: Donation, field: str) -> dict[str, Any]:
    identity = standing_identity(gift)
    return {f"{field}__gte": identity.confirmed_at} if identity is not None else {}


def waiting_requests(person: User, limit: int = 100) -> list[GiverRequest]:
    """Requests that wait for an answer in the person's branches, the most urgent first; one query."""
    rows = GiverRequest.objects.visible_to(person, Right.SERVE_GIVERS).filter(status=RequestStatus.OPEN)
    return list(rows.select_related("donation", "branch").order_by("due_on", "pk")[:limit])


def requests_of(gift: Donation) -> list[GiverRequest]:
    """All requests about a gift that the reader may see, the newest first; one query."""
    rows = GiverRequest.objects.unscoped("of a gift already in scope").filter(donation=gift)
    return list(rows.select_related("answered_by").order_by("-pk"))


def feedbacks_of(gift: Donation) -> list[GiverFeedback]:
    """All feedback about a gift that the reader may see, the newest first; one query."""
    rows = GiverFeedback.objects.unscoped("of a gift already in scope").filter(donation=gift)
    return list(rows.select_related("recorded_by").order_by("-told_on", "-pk"))


def has_contact(gift: Donation) -> bool:
    """Whether a telephone was recorded with a gift; one query."""
    return bool(GiverContact.objects.unscoped("of a gift already in scope").filter(donation=gift).exists())


def _of(phone: str) -> DonationQuerySet:
    contacts = GiverContact.objects.unscoped(_LOOK).filter(matching(GiverContact, "phone", phone))
    gifts: DonationQuerySet = Donation.objects.unscoped(_LOOK).filter(pk__in=contacts.values("donation_id"))
    return gifts.select_related("branch", "fund")


def _as_own(gifts: list[Donation]) -> list[OwnGift]:
    ids = [gift.pk for gift in gifts]
    receipts = receipt_states(ids)
    reversals = Correction.objects.unscoped(_LOOK).filter(donation_id__in=ids, is_current=True)
    taken: dict[int, Decimal] = dict(reversals.values_list("donation_id", "taken_total"))
    givers = givers_of(gifts, work=f"donations.givers:own:{today().isoformat()}")
    return [
        _own(gift, givers[gift.pk].name, receipts.get(gift.pk, ""), taken.get(gift.pk, ZERO_YUAN)) for gift in gifts
    ]


def _own(gift: Donation, name: str, receipt: str, taken: Decimal) -> OwnGift:
    status = gift_status(gift.amount, taken)
    return OwnGift(
        number=gift.number,
        received_on=gift.received_on,
        amount=gift.amount,
        name=name,
        display_name=gift.display_name,
        name_choice=gift.name_choice,
        name_choice_label=str(gift.get_name_choice_display()),
        purpose=str(gift.get_purpose_display()),
        fund_code=gift.fund.code,
        fund_name=gift.fund.name,
        branch_name=gift.branch.name,
        branch_phone=gift.branch.phone,
        status=status.value,
        receipt=str(ReceiptState(receipt).label) if receipt else "",
    )


def _request(row: GiverRequest, text: str | None, answer: str | None) -> OwnRequest:
    return OwnRequest(
        id=row.pk,
        kind=str(row.get_kind_display()),
        status=row.status,
        status_label=str(row.get_status_display()),
        asked_on=row.asked_at.astimezone(SHANGHAI).date(),
        due_on=row.due_on,
        text=text or "",
        answer=answer or "",
        is_open=row.status == RequestStatus.OPEN,
    )
