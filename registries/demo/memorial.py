"""Remembrance of the demo: a place, a gathering with bookings, pages of made-up people, messages shown and waiting."""

from __future__ import annotations

import datetime
import io
import uuid
from dataclasses import replace

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw
from pypdf import PdfWriter

from accounts.models import User
from core.clock import today
from organizations.models import Branch, Division
from registries.choices.memorial import NameShown, PageKind, Relation, Visitor
from registries.models import MemorialPage, MemorialPlace
from registries.selectors.memorial import next_qingming
from registries.services.memorial.bookings import Party, book_gathering
from registries.services.memorial.messages import Words, approve_message, leave_words, light_candle
from registries.services.memorial.page_content import PageContent
from registries.services.memorial.pages import (
    KinConsent,
    PageDraft,
    approve_page,
    keep_consent_paper,
    keep_portrait,
    submit_page,
    take_down_page,
    write_page,
)
from registries.services.memorial.places import Gathering, open_memorial_place, plan_gathering

# Who may look at a booking at /memorial/bookings/ in the demo.
BOOKER_PHONE = "13800000400"
_SURNAMES = "赵钱孙李周吴"


def leave_memorial(branch: Branch, people: dict[str, User]) -> None:
    """Leave places, a gathering with bookings, pages in every state and messages in a branch of the demo."""
    clerk, coordinator = people["hangzhou.registrar"], people["hangzhou.coordinator"]
    place = _places(branch, clerk)
    _gatherings(place, clerk)
    shown = [_page(branch, at, clerk, coordinator) for at in range(5)]
    _page(branch, 5, clerk, coordinator, is_approved=False)
    take_down_page(page_id=shown[4].pk, reason="phone", actor=coordinator)
    _words(shown, coordinator)


def _places(branch: Branch, clerk: User) -> MemorialPlace:
    area = Division.objects.filter(code__startswith=branch.code[:4], level="county").order_by("code").first()
    facts = {
        "name": _("示例生命礼赞缅怀园"), "area": area, "address": _("示例路 9 号"), "phone": "0571-00000000",
        "opening_hours": _("每天 8:00 至 17:00"), "visit_seats": 40, "visit_weekdays": [2, 3, 4, 5, 6, 7],
        "directions": _("公交示例线到“示例园”站，进南门后沿小路走两分钟。可停车。"),
        "description": _("园中有纪念墙和一片桂花林。请轻声，可以献花，不烧纸。"), "opened_on": today(),
    }  # fmt: skip
    open_memorial_place(
        branch=branch,
        facts={**facts, "name": _("示例医学院缅怀堂"), "visit_seats": 0, "visit_weekdays": []},
        key=uuid.uuid4(),
        actor=clerk,
    )
    return open_memorial_place(branch=branch, facts=facts, key=uuid.uuid4(), actor=clerk)


def _gatherings(place: MemorialPlace, clerk: User) -> None:
    soon = today() + datetime.timedelta(days=20)
    for title, on, seats in ((_("示例集体缅怀活动"), soon, 60), (_("清明集体缅怀活动"), next_qingming(today()), 200)):
        gathering = Gathering(
            place=place,
            title=title,
            on=on,
            starts_at=datetime.time(9, 30),
            seats=seats,
            text=_("请提前十五分钟到南门集合。现场备有菊花，行动不便的有轮椅。"),
        )
        occasion = plan_gathering(gathering=gathering, actor=clerk)
        for at in range(4):
            phone = str(int(BOOKER_PHONE) + at)
            party = Party(_("%(s)s示例来者") % {"s": _SURNAMES[at]}, phone, at + 1, Visitor.KIN, uuid.uuid4())
            book_gathering(occasion_id=occasion.pk, party=party)


def _signed_paper() -> io.BytesIO:
    """A signed form as a scanner leaves it, of one empty page."""
    writer, found = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(found)
    found.seek(0)
    return found


def _texts() -> tuple[str, str]:
    """What is told of somebody grown up, and of a child."""
    return (
        _("在山里教了三十年书，爱种兰花。学生们说，教室窗台上总有一盆花。走的时候，把光明留给了这个世界。"),
        _("爱笑，爱画太阳和小鸟。画本的最后一页写着：长大了要当医生。谢谢你来过。"),
    )


def _page(branch: Branch, at: int, clerk: User, coordinator: User, *, is_approved: bool = True) -> MemorialPage:
    name = _("%(surname)s示例怀") % {"surname": _SURNAMES[at]}
    died_on = today() - datetime.timedelta(days=365 * (at + 1) - 12 * at)
    content = PageContent(
        name=name,
        pseudonym=_("一个爱画画的孩子") if at == 3 else _("一位老师"),
        born_on=died_on - datetime.timedelta(days=365 * 9 if at == 3 else 365 * (52 + at)),
        died_on=died_on,
        text=_texts()[at == 3],
    )
    consent = KinConsent(
        kin_name=_("%(surname)s示例家属") % {"surname": _SURNAMES[at]},
        kin_phone=str(13_800_000_500 + at),
        relation=Relation.PARENT if at == 3 else Relation.CHILD,
        signed_on=today(),
        paper=keep_consent_paper(upload=_signed_paper(), actor=clerk),
        name_shown=(NameShown.FULL, NameShown.SURNAME, NameShown.PSEUDONYM, NameShown.PSEUDONYM)[min(at, 3)],
        shows_dates=at in (0, 1, 4),
        shows_portrait=at == 0,
        shows_text=at != 2,
        takes_messages=at != 1,
        invites=at % 2 == 0,
    )
    portrait = keep_portrait(upload=io.BytesIO(_picture()), actor=clerk) if consent.shows_portrait else None
    draft = PageDraft(branch, PageKind.MEMORIAL, content, consent, portrait)
    if at == 4:
        draft = replace(draft, consent=replace(consent, name_shown=NameShown.FULL))
    page = write_page(draft=draft, actor=clerk)
    submit_page(page_id=page.pk, actor=clerk)
    return approve_page(page_id=page.pk, actor=coordinator) if is_approved else page


def _words(pages: list[MemorialPage], coordinator: User) -> None:
    light_candle(page_id=pages[0].pk)
    for text, name in ((_("老师，窗台上的兰花又开了。"), _("学生们")), (_("谢谢您。"), "")):
        message = leave_words(page_id=pages[0].pk, words=Words(text, name, uuid.uuid4()))
        approve_message(message_id=message.pk, actor=coordinator)
    for text in (_("一路走好，我们记着您。"), _("听说受者恢复得很好。"), _("要买墓地请打 13900000000")):
        leave_words(page_id=pages[0].pk, words=Words(text, "", uuid.uuid4()))


def _picture() -> bytes:
    """A drawing that shows nobody: a flower on a windowsill."""
    image = Image.new("RGB", (480, 600), (214, 218, 222))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 470, 480, 600), fill=(150, 156, 164))
    draw.rectangle((190, 380, 290, 480), fill=(120, 110, 100))
    for x, y in ((240, 180), (200, 220), (280, 220), (220, 260), (262, 260)):
        draw.ellipse((x - 28, y - 28, x + 28, y + 28), fill=(240, 240, 236))
    draw.line((240, 260, 240, 380), fill=(96, 116, 96), width=8)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()
