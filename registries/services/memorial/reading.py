"""The doors of the desk to who is behind pages, consents, bookings and messages: each reading is logged."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.clock import today
from core.errors import NotFound
from core.files import reveal_stored
from core.masking import mask_name
from core.models import StoredFile
from core.sealed import matching, open_many_for_work, reveal, reveal_many
from core.throttling import Limit, count_once
from organizations.choices import Right
from organizations.permissions import branches_with, require
from registries.choices.memorial import PageKind, PageStatus
from registries.models import MemorialBooking, MemorialMessage, MemorialPage
from registries.permissions.memorial import require_consent_paper
from registries.services.marking import mark_text, marked
from registries.services.memorial.page_content import PageContent, Shown, content_of, shown

if TYPE_CHECKING:
    from accounts.models import User

LIMIT = Limit("memorial_name", 60, 3_600)
# What a list of days to come looks through; a branch has some hundreds.
MOST_PAGES = 2000


@dataclass(frozen=True)
class Contact:
    """Who signed or booked, in full."""

    name: str
    phone: str


@dataclass(frozen=True)
class Remembered:
    """That the day on which somebody died comes round: the page, the day of this year, whether kin wish to be asked."""

    page: MemorialPage
    on: datetime.date
    years: int
    invites: bool


def masked_page_names(pages: Sequence[MemorialPage], *, reader: User) -> dict[int, str]:
    """The masked name of each page of a list, by id; each reading is logged. Not in a transaction."""
    names = reveal_many(pages, "name", reader=reader, purpose=_("查看纪念页名单（姓名掩码）"))
    return {page.pk: mask_name(name) if name else "" for page, name in zip(pages, names, strict=True)}


def masked_booking_names(bookings: Sequence[MemorialBooking], *, reader: User) -> dict[int, str]:
    """The masked name of each booking of a list, by id; each reading is logged. Not in a transaction."""
    names = reveal_many(bookings, "name", reader=reader, purpose=_("查看预约名单（姓名掩码）"))
    return {one.pk: mask_name(name) if name else "" for one, name in zip(bookings, names, strict=True)}


def reveal_booking(*, booking: MemorialBooking, purpose: str, actor: User) -> Contact:
    """Show who booked to somebody who says what for. Not in a transaction. Raises NotAllowed, DomainError."""
    require(actor, Right.READ_REGISTRANTS, booking.branch)
    name, phone = (reveal(booking, one, reader=actor, purpose=purpose) or "" for one in ("name", "phone"))
    return Contact(name, phone)


def reveal_kin(*, page: MemorialPage, purpose: str, actor: User) -> Contact:
    """Show who signed the consent of a page. Not in a transaction. Raises NotAllowed, DomainError."""
    require(actor, Right.READ_REGISTRANTS, page.branch)
    consent, code = page.consent, page.branch.code
    name, phone = (
        reveal(consent, one, reader=actor, purpose=purpose, branch_code=code) or "" for one in ("kin_name", "kin_phone")
    )
    return Contact(name, phone)


def reveal_page(*, page: MemorialPage, purpose: str, actor: User) -> tuple[PageContent, Shown] | None:
    """Show a page's content to who writes or approves it, and what of it everybody would see; None once destroyed.

    Not in a transaction.
    """
    require(actor, Right.KEEP_MEMORIAL, page.branch)
    name, text = (reveal(page, one, reader=actor, purpose=purpose) for one in ("name", "content"))
    if not name or not text:
        return None
    content = content_of(name, text)
    return content, shown(page, page.consent, content)


def reveal_consent_paper(*, page: MemorialPage, purpose: str, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open the signed consent of a page to somebody who says what for, with who looks, when and what for over it.

    Not in a transaction. Raises NotAllowed, NotFound once it is destroyed, DomainError `purpose_missing` or for a PDF
    that cannot be opened.
    """
    require_consent_paper(actor, page)
    stored, source = _opened(page.consent.paper, page=page, purpose=purpose, actor=actor)
    return stored, marked(stored, source, mark_text(page.number, purpose, actor))


def reveal_portrait(*, page: MemorialPage, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open the portrait of a page for who writes or approves it. Not in a transaction. Raises NotFound."""
    require(actor, Right.KEEP_MEMORIAL, page.branch)
    if page.portrait is None:
        raise NotFound("portrait_not_found", _("这一页没有照片。"))
    purpose = _("核对纪念页 %(number)s 的照片") % {"number": page.number}
    return _opened(page.portrait, page=page, purpose=purpose, actor=actor)


def read_messages(messages: Sequence[MemorialMessage], *, reader: User) -> list[tuple[str, str]]:
    """Text and name of each message at the desk, in order; each reading is logged. Not in a transaction."""
    purpose = _("审核缅怀留言")
    texts = reveal_many(messages, "text", reader=reader, purpose=purpose)
    names = reveal_many(messages, "name", reader=reader, purpose=purpose)
    return [(text or "", name or "") for text, name in zip(texts, names, strict=True)]


def find_pages(*, name: str, actor: User) -> list[MemorialPage]:
    """The pages of a name, in the actor's branches: when kin call and do not know the number. Logged; two queries."""
    count_once(LIMIT, str(actor.pk))
    rows = MemorialPage.objects.visible_to(actor, Right.KEEP_MEMORIAL).filter(matching(MemorialPage, "name", name))
    found = list(rows.select_related("branch", "consent").order_by("-pk")[:50])
    # In the trail of each branch that was searched, as for documents (services/reading.py).
    for code in sorted(branches_with(actor, Right.KEEP_MEMORIAL).values_list("code", flat=True)):
        record_audit(
            "registries.memorial_page.looked_up",
            actor=actor,
            object_label="registries.memorialpage",
            object_key=str(len(found)),
            branch_code=code,
        )
    return found


def coming_days(*, actor: User, days: int) -> list[Remembered]:
    """Whose day of death comes round within so many days, of the published pages in the actor's branches, by the day.

    Opens the days as work of the system: what is shown is the page's number and the day. Two queries.
    """
    rows = MemorialPage.objects.visible_to(actor, Right.KEEP_MEMORIAL).filter(
        status=PageStatus.PUBLISHED, kind=PageKind.MEMORIAL
    )
    pages = list(rows.select_related("branch", "consent").order_by("pk")[:MOST_PAGES])
    texts = open_many_for_work(pages, "content", work=f"registries.memorial_days:{actor.pk}:{today()}")
    found = []
    for page, text in zip(pages, texts, strict=True):
        died_on = content_of("", text).died_on if text else None
        on = _next(died_on) if died_on else None
        if died_on and on and (on - today()).days <= days:
            found.append(Remembered(page, on, on.year - died_on.year, page.consent.invites))
    return sorted(found, key=lambda one: (one.on, one.page.pk))


def invited_kin(*, purpose: str, actor: User) -> list[tuple[MemorialPage, Contact]]:
    """Who signed for a published page and wishes to be asked to gatherings, to somebody who says what for; each logged.

    In the branches in which the actor reads identities. Not in a transaction. Raises DomainError `purpose_missing`.
    """
    rows = MemorialPage.objects.visible_to(actor, Right.READ_REGISTRANTS).filter(
        status=PageStatus.PUBLISHED, consent__invites=True, consent__withdrawn_at=None
    )
    pages = list(rows.select_related("branch", "consent").order_by("pk")[:MOST_PAGES])
    said: dict[str, list[str | None]] = {"kin_name": [], "kin_phone": []}
    for code in sorted({page.branch.code for page in pages}):
        consents = [page.consent for page in pages if page.branch.code == code]
        for field, values in said.items():
            values += reveal_many(consents, field, reader=actor, purpose=purpose, branch_code=code)
    ordered = sorted(pages, key=lambda page: page.branch.code)
    return [
        (page, Contact(name or "", phone or ""))
        for page, name, phone in zip(ordered, said["kin_name"], said["kin_phone"], strict=True)
    ]


def _opened(stored: StoredFile, *, page: MemorialPage, purpose: str, actor: User) -> tuple[StoredFile, BinaryIO]:
    try:
        return stored, reveal_stored(stored, reader=actor, purpose=purpose, branch_code=page.branch.code)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error


def _next(day: datetime.date) -> datetime.date:
    """When a day comes round next, today included; 29 February is remembered on the 28th."""
    for year in (today().year, today().year + 1):
        try:
            on = day.replace(year=year)
        except ValueError:
            on = day.replace(year=year, day=28)
        if on >= today():
            return on
    raise AssertionError("a day comes round within two years")
