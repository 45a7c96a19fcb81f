"""Ways to give and notices of changes of use as everybody may see them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Prefetch, Q
from django.utils.translation import gettext as _

from core.errors import NotFound
from donations.choices import ChangeStatus, TermsStatus
from donations.models import AppealEvent, ChangeOfUse, GivingChannel, Objection
from organizations.models import Branch

PAGE_SIZE = 50
_PUBLIC_NOTICE = (ChangeStatus.NOTICE, ChangeStatus.POSTED, ChangeStatus.STOPPED)


@dataclass(frozen=True)
class PublicChannel:
    """A way to give in force, with the digest of its record in the log."""

    id: int
    branch_code: str
    branch_name: str
    kind: str
    kind_label: str
    title: str
    steps: str
    payee: str
    account_number: str
    bank_name: str
    swift: str
    currency: str
    address: str
    postcode: str
    phone: str
    url: str
    remark_hint: str
    in_force_at: datetime.datetime
    record_sha256: str


@dataclass(frozen=True)
class PublicObjection:
    """An objection by its days and its answer; what it says and who raised it stays at the desk."""

    received_on: datetime.date
    answer: str


@dataclass(frozen=True)
class PublicNotice:
    """A notice of a change of use: what, from where to where, since when, until when, what came of it."""

    id: int
    number: str
    branch_code: str
    branch_name: str
    source_code: str
    source_name: str
    target_code: str
    target_name: str
    amount: Decimal
    basis: str
    basis_label: str
    note: str
    notice_on: datetime.date | None
    notice_until: datetime.date | None
    status: str
    status_label: str
    entry: str
    posted_on: datetime.date | None
    stop_reason: str
    objections: tuple[PublicObjection, ...]


def public_channels(branch: Branch | None = None) -> list[PublicChannel]:
    """The ways to give in force, of all branches or of one alone, in the order of the tree; one query."""
    rows = GivingChannel.objects.unscoped("ways to give in force are public").filter(status=TermsStatus.IN_FORCE)
    if branch is not None:
        rows = rows.filter(branch_id=branch.pk)
    return [_channel(row) for row in rows.select_related("branch").order_by("branch__path", "position", "pk")[:500]]


def channels_of(campaign_id: int) -> list[PublicChannel]:
    """The ways to give that a campaign names and that are in force, new versions in place of old; one query."""
    named = Q(campaign_channels__campaign_id=campaign_id) | Q(replaces__campaign_channels__campaign_id=campaign_id)
    rows = (
        GivingChannel.objects.unscoped("ways to give in force are public")
        .filter(named, status=TermsStatus.IN_FORCE)
        .select_related("branch")
        .order_by("position", "pk")
        .distinct()
    )
    return [_channel(row) for row in rows]


_CHANNEL_SAME = (
    "id", "kind", "title", "steps", "payee", "account_number", "bank_name", "swift", "currency", "address", "postcode",
    "phone", "url", "remark_hint", "in_force_at", "record_sha256",
)  # fmt: skip


def _channel(row: Any) -> PublicChannel:
    return PublicChannel(
        **{name: getattr(row, name) for name in _CHANNEL_SAME},
        kind_label=str(row.get_kind_display()),
        branch_code=row.branch.code,
        branch_name=row.branch.name,
    )


def public_notices(before: int = 0, size: int = PAGE_SIZE, fund_code: str = "") -> list[PublicNotice]:
    """Changes of use that are or were published, or posted on a giver's word, newest first; two queries."""
    rows = _notices()
    if fund_code:
        rows = rows.filter(Q(source__code=fund_code) | Q(target__code=fund_code))
    if before:
        rows = rows.filter(pk__lt=before)
    return [_notice(row) for row in rows.order_by("-pk")[: size + 1]]


def public_notice(number: str) -> PublicNotice:
    """A published change of use by its number; two queries. Raises NotFound."""
    row = _notices().filter(number=number.replace("\x00", "")).first()
    if row is None:
        raise NotFound("notice_unknown", _("没有这个编号的变更用途公示，请核对编号。"))
    return _notice(row)


def _notices() -> Any:
    return (
        ChangeOfUse.objects.unscoped("published changes of use")
        .filter(status__in=_PUBLIC_NOTICE)
        .select_related("branch", "source", "target", "entry")
        .annotate(
            posted_on=F("entry__occurred_on"),
        )
        .prefetch_related(
            Prefetch("objections", queryset=Objection.objects.order_by("pk"), to_attr="raised"),
            Prefetch(
                "events",
                queryset=AppealEvent.objects.filter(to_status=ChangeStatus.STOPPED).order_by("pk"),
                to_attr="stops",
            ),
        )
    )


def _notice(row: Any) -> PublicNotice:
    return PublicNotice(
        id=row.pk,
        number=row.number,
        branch_code=row.branch.code,
        branch_name=row.branch.name,
        source_code=row.source.code,
        source_name=row.source.name,
        target_code=row.target.code,
        target_name=row.target.name,
        amount=row.amount,
        basis=row.basis,
        basis_label=str(row.get_basis_display()),
        note=row.public_note,
        notice_on=row.notice_on,
        notice_until=row.notice_until,
        status=row.status,
        status_label=str(row.get_status_display()),
        entry=row.entry.number if row.entry is not None else "",
        posted_on=row.posted_on,
        stop_reason=row.stops[0].reason if row.stops else "",
        objections=tuple(PublicObjection(one.received_on, one.answer) for one in row.raised),
    )
