"""What the tests of remembrance stand on: a place, gatherings, bookings, pages with consent, messages."""

from __future__ import annotations

import datetime
import io
import uuid
from dataclasses import replace
from typing import Any

from PIL import Image

from core.clock import today
from core.models import StoredFile
from organizations.models import Branch, Division
from registries.choices.memorial import NameShown, PageKind, Relation, Visitor
from registries.models import MemorialBooking, MemorialMessage, MemorialOccasion, MemorialPage, MemorialPlace
from registries.services.memorial.bookings import Party, book_gathering
from registries.services.memorial.messages import Words, approve_message, leave_words
from registries.services.memorial.page_content import PageContent
from registries.services.memorial.pages import (
    KinConsent,
    PageDraft,
    approve_page,
    keep_consent_paper,
    keep_portrait,
    submit_page,
    write_page,
)
from registries.services.memorial.places import Gathering, open_memorial_place, plan_gathering
from tests.registries.ground import Ground
from tests.registries.papers import pdf

NAME, PSEUDONYM, TEXT = "示例怀念人", "一位老师", "他在山里教了四十年书，爱种兰花。"
KIN, KIN_PHONE = "示例家属甲", "13700000001"
PAPER = pdf()
BORN, DIED = datetime.date(1950, 3, 2), datetime.date(2024, 4, 4)


def place_facts(**over: Any) -> dict[str, Any]:
    """What is said of a place."""
    facts = {
        "name": "示例缅怀园", "area": Division.objects.get(code="330106"), "address": "示例路 9 号",
        "opening_hours": "每天 8:00 至 17:00", "phone": "", "directions": "", "description": "", "visit_seats": 10,
        "visit_weekdays": [1, 2, 3, 4, 5, 6, 7], "opened_on": today(),
    }  # fmt: skip
    return {**facts, **over}


def opened_place(ground: Ground, **over: Any) -> MemorialPlace:
    """A place of the ground's branch."""
    clerk = ground.person("clerk")
    return open_memorial_place(branch=ground.branch, facts=place_facts(**over), key=uuid.uuid4(), actor=clerk)


def planned(ground: Ground, place: MemorialPlace | None = None, *, seats: int = 10, days: int = 7) -> MemorialOccasion:
    """A gathering some days from now."""
    gathering = Gathering(
        place=place or opened_place(ground),
        title="示例集体缅怀",
        on=today() + datetime.timedelta(days=days),
        starts_at=datetime.time(9, 30),
        seats=seats,
    )
    return plan_gathering(gathering=gathering, actor=ground.person("clerk"))


def party(at: int = 0, **over: Any) -> Party:
    """Somebody who comes, another for each number."""
    who = Party(f"示例来者{chr(0x4E00 + at)}", f"139{at:08d}", 1, Visitor.PUBLIC, uuid.uuid4())
    return replace(who, **over)


def booked(occasion: MemorialOccasion, at: int = 0, **over: Any) -> MemorialBooking:
    """A booking of a gathering."""
    return book_gathering(occasion_id=occasion.pk, party=party(at, **over))


def picture(*, with_place: bool = False) -> bytes:
    """A small photo; with where it was taken, where asked."""
    out = io.BytesIO()
    exif = Image.Exif()
    if with_place:
        exif[0x010E] = "示例拍摄地点"
        exif[0x0110] = "ExampleCam"
    Image.new("RGB", (40, 60), (90, 90, 90)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def content(**over: Any) -> PageContent:
    """What a family says."""
    return replace(PageContent(NAME, PSEUDONYM, BORN, DIED, TEXT), **over)


def paper_of(ground: Ground) -> StoredFile:
    """A signed consent, scanned."""
    return keep_consent_paper(upload=io.BytesIO(PAPER), actor=ground.person("clerk"))


def consent(ground: Ground, **over: Any) -> KinConsent:
    """A consent to everything."""
    said = KinConsent(
        kin_name=KIN,
        kin_phone=KIN_PHONE,
        relation=Relation.CHILD,
        signed_on=today(),
        paper=paper_of(ground),
        name_shown=NameShown.FULL,
        shows_dates=True,
        shows_portrait=True,
        shows_text=True,
        takes_messages=True,
        invites=True,
    )
    return replace(said, **over)


def draft(ground: Ground, *, said: PageContent | None = None, branch: Branch | None = None, **over: Any) -> PageDraft:
    """A page as a clerk writes it; `over` goes to the consent."""
    return PageDraft(
        branch or ground.branch,
        PageKind.MEMORIAL,
        said or content(),
        consent(ground, **over),
        keep_portrait(upload=io.BytesIO(picture(with_place=True)), actor=ground.person("clerk")),
    )


def written(ground: Ground, **over: Any) -> MemorialPage:
    """A draft by the clerk."""
    return write_page(draft=draft(ground, **over), actor=ground.person("clerk"))


def published(ground: Ground, **over: Any) -> MemorialPage:
    """A page that the clerk wrote and the coordinator approved."""
    page = written(ground, **over)
    submit_page(page_id=page.pk, actor=ground.person("clerk"))
    return approve_page(page_id=page.pk, actor=ground.person("coordinator"))


def left(page: MemorialPage, text: str = "老师，我们想您。", name: str = "学生们") -> MemorialMessage:
    """A message that waits."""
    return leave_words(page_id=page.pk, words=Words(text, name, uuid.uuid4()))


def shown_message(ground: Ground, page: MemorialPage, text: str = "老师，我们想您。") -> MemorialMessage:
    """A message that everybody sees."""
    return approve_message(message_id=left(page, text).pk, actor=ground.person("coordinator"))
