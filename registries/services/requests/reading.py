"""The doors to who made a request: masked in lists, in full to who says what for, each logged; and their own."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.masking import mask_name
from core.sealed import open_for_work, reveal, reveal_many
from organizations.choices import Right
from organizations.permissions import require
from registries.models import Request

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Asker:
    """Who made a request, in full, with what they said of where."""

    name: str
    phone: str
    organisation: str
    address: str
    place: str


@dataclass(frozen=True)
class OwnRequest:
    """A request as who made it sees it."""

    id: int
    number: str
    subject_name: str
    kind_name: str
    status: str
    status_name: str
    is_open: bool
    branch_name: str
    branch_phone: str
    first_day: datetime.date
    second_day: datetime.date | None
    part_name: str
    arranged_on: datetime.date | None
    arranged_time: datetime.time | None
    place: str
    reason: str


def masked_askers(rows: Sequence[Request], *, reader: User) -> dict[int, str]:
    """The masked name beside each request of a page, by its id; each reading is logged. Not in a transaction.

    The caller has fetched the rows for this reader. A destroyed one has none.
    """
    names = reveal_many(rows, "name", reader=reader, purpose=_("查看预约名单（姓名掩码）")) if rows else []
    return {row.pk: mask_name(name) if name else "" for row, name in zip(rows, names, strict=True)}


def reveal_asker(*, request: Request, purpose: str, actor: User) -> Asker:
    """Show who made a request to somebody who says what for; each value is logged. Not in a transaction.

    Raises DomainError `purpose_missing`, NotAllowed.
    """
    require(actor, Right.READ_REGISTRANTS, request.branch)
    said = {
        name: reveal(request, name, reader=actor, purpose=purpose) or ""
        for name in ("name", "phone", "details", "place")
    }
    details = json.loads(said["details"] or "{}")
    return Asker(
        name=said["name"],
        phone=said["phone"],
        organisation=details.get("organisation", ""),
        address=details.get("address", ""),
        place=said["place"],
    )


def own_request_shown(request_id: int) -> OwnRequest | None:
    """A request for who made it, proved to the caller; None once it was destroyed. Two queries."""
    rows = Request.objects.unscoped("their own").select_related("branch").filter(destroyed_at=None)
    row: Request | None = rows.filter(pk=request_id).first()
    if row is None:
        return None
    return OwnRequest(
        id=row.pk,
        number=row.number,
        subject_name=row.get_subject_display(),
        kind_name=row.get_kind_display(),
        status=row.status,
        status_name=row.get_status_display(),
        is_open=row.is_open,
        branch_name=row.branch.name,
        branch_phone=row.branch.phone,
        first_day=row.first_day,
        second_day=row.second_day,
        part_name=row.get_part_display(),
        arranged_on=row.arranged_on,
        arranged_time=row.arranged_time,
        place=open_for_work(row, "place", work=f"registries.request.own:{uuid.uuid4()}") or "",
        reason=row.get_decline_reason_display() if row.decline_reason else "",
    )
