"""Pages as everybody sees them: only what is published, and of it what was consented to."""

from __future__ import annotations

import datetime
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.errors import DomainError, NotFound
from core.files import open_stored_for_work
from core.models import StoredFile
from core.random_codes import CODE_LENGTH, normalise_code
from core.sealed import open_many_for_work
from registries.choices.memorial import MessageStatus, PageKind, PageStatus
from registries.models import MemorialMessage, MemorialPage
from registries.services.memorial.messages import PUBLIC_WORK
from registries.services.memorial.page_content import Shown, content_of, shown

WALL_SIZE, MESSAGES_SIZE = 24, 20


class PageGone(DomainError):
    """The page was taken down; nothing of it is told but that (HTTP 410)."""

    http_status = 410

    def __init__(self) -> None:
        super().__init__("page_gone", _("这一页已经撤下。"))


@dataclass(frozen=True)
class ShownMessage:
    """A message as everybody sees it."""

    code: str
    text: str
    name: str
    on: datetime.date


def public_page(code: str) -> tuple[MemorialPage, Shown]:
    """A published page by its code; raises PageGone for one that was taken down, NotFound for any other. One query."""
    rows = MemorialPage.objects.unscoped("by its code").select_related("branch", "consent", "portrait")
    page: MemorialPage | None = rows.filter(
        code=normalise_code(code)[:CODE_LENGTH], status__in=[PageStatus.PUBLISHED, PageStatus.WITHDRAWN]
    ).first()
    # One that never was public is not there, also once it was withdrawn.
    if page is None or (page.status == PageStatus.WITHDRAWN and page.published_on is None):
        raise NotFound("page_not_found", _("没有找到这一页，请核对网址。"))
    if page.status == PageStatus.WITHDRAWN:
        raise PageGone
    return page, _shown([page])[0]


def public_wall(kind: str, *, after: str = "") -> tuple[list[Shown], str]:
    """A part of the wall by the day of publishing, newest first, and the place (`<day>_<id>`) to go on from; one query.

    No other order is there: nobody is before somebody else because more came.
    """
    rows = MemorialPage.objects.for_public_display().filter(kind=PageKind(kind)).select_related("consent")
    day, _line, pk = after.partition("_")
    # A place that cannot be read is the beginning.
    with suppress(ValueError, OverflowError):
        since, last_id = datetime.date.fromisoformat(day), int(pk) if len(pk) < 19 else 0
        rows = rows.filter(published_on__lte=since).exclude(published_on=since, pk__gte=last_id)
    found = list(rows.order_by("-published_on", "-pk")[: WALL_SIZE + 1])
    last = found[WALL_SIZE - 1] if len(found) > WALL_SIZE else None
    place = f"{last.published_on.isoformat()}_{last.pk}" if last and last.published_on else ""
    return _shown(found[:WALL_SIZE]), place


def shown_messages(page: MemorialPage, *, before: int | None = None) -> tuple[list[ShownMessage], int | None]:
    """A part of the messages of a page that may be seen, newest first, and where to go on; one query."""
    rows = MemorialMessage.objects.unscoped("of a published page").filter(page=page, status=MessageStatus.SHOWN)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: MESSAGES_SIZE + 1])
    page_of = found[:MESSAGES_SIZE]
    texts = open_many_for_work(page_of, "text", work=PUBLIC_WORK)
    names = open_many_for_work(page_of, "name", work=PUBLIC_WORK)
    messages = [
        ShownMessage(one.code, text or "", name or "", one.sent_at.astimezone(SHANGHAI).date())
        for one, text, name in zip(page_of, texts, names, strict=True)
    ]
    return messages, page_of[-1].pk if len(found) > MESSAGES_SIZE else None


def public_portrait(code: str) -> tuple[StoredFile, BinaryIO]:
    """The portrait of a published page, where the consent lets it be seen. Raises PageGone, NotFound."""
    page, said = public_page(code)
    if not said.has_portrait or page.portrait is None:
        raise NotFound("portrait_not_found", _("这一页没有照片。"))
    try:
        return page.portrait, open_stored_for_work(page.portrait, work=PUBLIC_WORK)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("照片在存储里找不到了。")) from error


def _shown(pages: list[MemorialPage]) -> list[Shown]:
    names = open_many_for_work(pages, "name", work=PUBLIC_WORK)
    texts = open_many_for_work(pages, "content", work=PUBLIC_WORK)
    return [
        shown(page, page.consent, content_of(name or "", text or "{}"))
        for page, name, text in zip(pages, names, texts, strict=True)
    ]
