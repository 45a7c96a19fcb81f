"""A past year of registrations in the demo, so that there are figures and a yearbook to read; everybody is made up."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import replace

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.people import create_person
from core.clock import SHANGHAI, frozen_at, today
from core.identifiers import id_check_digit
from organizations.choices import Role
from organizations.models import Branch
from organizations.services import grant_role
from registries.choices import WISH_CONSENTS, Channel, Executor, Item, Purpose, Stance
from registries.choices.figures import NationalMeasure
from registries.demo.cases import leave_given_year
from registries.models import Wish
from registries.services.figures.publishing import publish_years
from registries.services.national import confirm_national, enter_national
from registries.services.registrants import Person
from registries.services.wish_content import WishContent
from registries.services.wishes import Registration, register_wish, withdraw_wish

_SURNAMES = "赵钱孙李周吴郑王冯陈"
_GIFT = WishContent(
    stance=Stance.DONATE,
    items=(Item.ALL_ORGANS, Item.CORNEA),
    purposes=(Purpose.TRANSPLANT,),
    executor_kind=Executor.CHILD,
    executor_name="示例执行人",
    executor_phone="13900000000",
    executor_agrees=True,
)
_BODY = replace(_GIFT, items=(Item.CORNEA, Item.BODY), purposes=(Purpose.TRANSPLANT, Purpose.TEACHING))
_REFUSAL = WishContent(stance=Stance.REFUSE, items=(Item.ALL_ORGANS, Item.CORNEA, Item.TISSUE, Item.BODY))
# What was registered where: an association, how many of what.
_REGISTERED = (("3301", 14, _GIFT), ("3301", 7, _BODY), ("330182", 6, _GIFT), ("3303", 8, _GIFT), ("3303", 2, _BODY))
_REFUSING, _LEAVING = 5, 6
_NATIONAL = {
    NationalMeasure.ORGAN_VOLUNTEERS: 7_280_000,
    NationalMeasure.ORGAN_DONATIONS: 60_000,
    NationalMeasure.ORGAN_DONATIONS_YEAR: 6_500,
    NationalMeasure.MARROW_DONORS: 3_720_000,
    NationalMeasure.MARROW_DONATIONS: 21_000,
    NationalMeasure.MARROW_COLLECTED: 2_157,
}


def leave_registered_year(year: int, branches: dict[str, Branch], people: dict[str, User]) -> None:
    """Leave a year of registrations in three associations, publish its figures; none for a year that still runs."""
    if year >= today().year:
        return
    with frozen_at(_day(year, 1)):
        clerk = _registrar("330182.registrar", _("示例建德登记员"), branches["330182"])
    keepers = {"3301": people["hangzhou.registrar"], "3303": people["wenzhou.coordinator"], "330182": clerk}
    made: list[Wish] = []
    at = 0
    for code, count, content in (*_REGISTERED, ("3301", _REFUSING, _REFUSAL)):
        for _one in range(count):
            with frozen_at(_day(year, 2 + at % 10)):
                made.append(_register(branches[code], at, content, keepers[code]))
            at += 1
    with frozen_at(_day(year, 12)):
        for wish in made[:_LEAVING]:
            withdraw_wish(wish_id=wish.pk, channel=Channel.ONLINE)
    leave_given_year(year, branches["3301"], people)
    publish_years()
    _stand_beside_the_nation(year, branches["33"], people["registry.coordinator"])


def _stand_beside_the_nation(year: int, province: Branch, second: User) -> None:
    """What national bodies say of the year's end, rounded; the last number waits for whom the demo signs in."""
    with frozen_at(_day(year, 1)):
        clerk = _registrar("33.registrar", _("示例省登记员"), province)
    entered = [
        enter_national(
            year=year,
            measure=measure,
            number=number,
            source_title=_("示例来源：全国捐献工作数字"),
            source_url="https://example.org/national",
            key=uuid.uuid4(),
            actor=clerk,
        )
        for measure, number in _NATIONAL.items()
    ]
    for figure in entered[:-1]:
        confirm_national(figure_id=figure.pk, actor=second)


def _registrar(login: str, name: str, branch: Branch) -> User:
    """Somebody who keeps registries; nobody signs in as this one: there is no password."""
    person = create_person(login=login, name=name, actor=None)
    grant_role(person=person, role=Role.REGISTRY_CLERK, branch=branch, valid_from=today(), actor=None)
    return person


def _day(year: int, month: int) -> datetime.datetime:
    return datetime.datetime(year, month, 15, 10, tzinfo=SHANGHAI)


def _register(branch: Branch, at: int, content: WishContent, clerk: User) -> Wish:
    number = f"{branch.code[:4]}0219{50 + at % 40}0{1 + at % 9}15{at % 100:02d}0"
    person = Person(
        name=_("%(surname)s示例年%(n)s") % {"surname": _SURNAMES[at % 10], "n": chr(0x7532 + at)},
        document_kind="",
        document=number + id_check_digit(number),
        phone=str(13_800_001_000 + at),
        sex="female" if at % 2 else "male",
        address=_("示例路 %(n)d 号") % {"n": at + 1},
        has_capacity=True,
    )
    registration = Registration(
        branch=branch,
        person=person,
        content=content,
        channel=Channel.COUNTER,
        signed_on=today(),
        consents=WISH_CONSENTS,
    )
    return register_wish(registration=registration, actor=clerk)
