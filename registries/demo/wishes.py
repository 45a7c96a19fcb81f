"""Registrations of the demo: made-up people of two cities, wishes, a refusal, a change, a withdrawal."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import replace

from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from core.identifiers import id_check_digit
from organizations.models import Branch
from registries.choices import WISH_CONSENTS, Channel, Executor, Item, Purpose, Stance
from registries.demo.donors import leave_donors
from registries.models import Wish
from registries.services.registrants import Person
from registries.services.wish_content import WishContent
from registries.services.wishes import Registration, change_wish, hand_over_wish, register_wish, withdraw_wish

_SURNAMES = "赵钱孙李周吴郑王冯陈"
_GIVEN = "甲乙丙丁戊己庚辛壬癸"
# Who may be tried at /organ/mine/ in the demo: 赵示例甲 by 13800000100.
FIRST_PHONE = 13_800_000_100
_GIFT = WishContent(
    stance=Stance.DONATE,
    items=(Item.ALL_ORGANS, Item.CORNEA),
    purposes=(Purpose.TRANSPLANT,),
    executor_kind=Executor.SPOUSE,
    executor_name="示例执行人",
    executor_phone="13900000000",
    executor_agrees=True,
)
_BODY = replace(
    _GIFT,
    items=(Item.CORNEA, Item.BODY),
    purposes=(Purpose.TRANSPLANT, Purpose.TEACHING),
    receiving_unit="示例医学院",
    afterwards="由接受单位火化，骨灰交执行人",
    is_secret=True,
)
_REFUSAL = WishContent(stance=Stance.REFUSE, items=(Item.ALL_ORGANS, Item.CORNEA, Item.TISSUE, Item.BODY))
_BROUGHT = replace(
    _GIFT, items=(Item.CORNEA,), refused=(Item.BODY,), proxy_name="示例受托人", proxy_paper="示例委托 2026-1"
)
# Each a registration: days since it was signed, what it says, how it was made.
_FORMS = (
    (300, _GIFT, Channel.COUNTER),
    (210, _BODY, Channel.HOME),
    (120, _GIFT, Channel.COUNTER),
    (90, _REFUSAL, Channel.COUNTER),
    (45, _BROUGHT, Channel.PROXY),
    (20, _GIFT, Channel.COUNTER),
    (3, _BODY, Channel.HOME),
)


def leave_registrations(branch: Branch, elsewhere: Branch, people: dict[str, User]) -> None:
    """Leave registrations in a branch, one of them handed over, one changed, one withdrawn; and one in another city."""
    clerk = people["hangzhou.registrar"]
    wishes = [_register(branch, at, clerk) for at in range(len(_FORMS))]
    hand_over_wish(wish_id=wishes[0].pk, reference="示例 2026 000001", on=today(), actor=clerk)
    change_wish(
        wish_id=wishes[2].pk, content=_BODY, channel=Channel.COUNTER, signed_on=today(), key=uuid.uuid4(), actor=clerk
    )
    withdraw_wish(wish_id=wishes[4].pk, channel=Channel.COUNTER, actor=clerk)
    _register(elsewhere, 1, people["wenzhou.coordinator"], first=50)
    leave_donors(branch, elsewhere, people)


def document_of(branch: Branch, at: int, *, first: int = 0) -> str:
    """The made-up identity number of one of those who register in the demo."""
    number = f"{branch.code[:4]}06196{at}0{at + 1}1{at}{first + at:03d}"
    return number + id_check_digit(number)


def _register(branch: Branch, at: int, clerk: User, *, first: int = 0) -> Wish:
    days, content, channel = _FORMS[at]
    person = Person(
        name=_("%(surname)s示例%(given)s") % {"surname": _SURNAMES[at], "given": _GIVEN[at]},
        document_kind="",
        document=document_of(branch, at, first=first),
        phone=str(FIRST_PHONE + first + at),
        sex="female" if at % 2 else "male",
        address=_("示例路 %(n)d 号") % {"n": at + 1},
        has_capacity=True,
    )
    registration = Registration(
        branch=branch,
        person=person,
        content=content,
        channel=channel,
        signed_on=today() - datetime.timedelta(days=days),
        consents=WISH_CONSENTS,
    )
    return register_wish(registration=registration, actor=clerk)
