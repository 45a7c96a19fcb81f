"""A small ground for the tests of the registries: counties of two cities with their people."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import User
from core.clock import today
from core.identifiers import id_check_digit
from organizations.models import Branch
from registries.choices import WISH_CONSENTS, Item, Purpose, Stance
from registries.models import Wish
from registries.selectors.counts import CountTable, registry_counts
from registries.services.counting import take_counts
from registries.services.registrants import Person
from registries.services.wish_content import WishContent
from registries.services.wishes import Registration, register_wish
from tests.factories.people import branch_at, make_person, make_province
from tests.standing import Standing

CODE, ELSEWHERE = "330106", "330302"
SURNAMES = "赵钱孙李周吴郑王冯陈"


@dataclass
class Ground:
    """What the tests stand on: two branches of different cities, and people by login."""

    branch: Branch
    elsewhere: Branch
    people: dict[str, User]

    def person(self, login: str) -> User:
        """Somebody of the ground."""
        return self.people[login]


def make_ground() -> Ground:
    """A province with a clerk, two coordinators and the head of 330106, coordinators elsewhere, a supervisor."""
    make_province()
    branch, elsewhere = branch_at(CODE), branch_at(ELSEWHERE)
    people = {
        "clerk": make_person("clerk", "registry_clerk", branch),
        "coordinator": make_person("coordinator", "registry_coordinator", branch),
        "second": make_person("second", "registry_coordinator", branch),
        "head": make_person("head", "registry_head", branch),
        "stranger": make_person("stranger", "registry_coordinator", elsewhere),
        "province": make_person("province", "registry_coordinator", branch_at("33"), with_below=True),
        "supervisor": make_person("supervisor", "supervisor", branch_at("33"), with_below=True),
    }
    return Ground(branch, elsewhere, people)


STANDING = Standing("registries", make_ground)


def id_number(at: int, *, born: str = "19700115") -> str:
    """A made-up identity number with a right check digit; another for each number up to 999."""
    first = f"330106{born}{at % 1000:03d}"
    return first + id_check_digit(first)


def somebody(at: int = 0, **over: Any) -> Person:
    """Somebody made up, another for each number."""
    person = Person(
        name=f"{SURNAMES[at % 10]}登记{chr(0x4E00 + at)}",
        document_kind="",
        document=id_number(at),
        phone=f"138{at:08d}",
        sex="female",
        address="示例路 1 号",
        has_capacity=True,
    )
    return replace(person, **over)


def gift(**over: Any) -> WishContent:
    """A wish to donate organs and corneas."""
    content = WishContent(
        stance=Stance.DONATE,
        items=(Item.ALL_ORGANS, Item.CORNEA),
        purposes=(Purpose.TRANSPLANT,),
        executor_kind="spouse",
        executor_name="示例执行人",
        executor_phone="13900000001",
        executor_agrees=True,
    )
    return replace(content, **over)


# What a body with its corneas is given for.
BODY_USES = (Purpose.TRANSPLANT, Purpose.TEACHING)
# Who brought a form for somebody else, and by which letter.
BROUGHT = {"proxy_name": "示例受托人", "proxy_paper": "示委 2026-1"}


def refusal() -> WishContent:
    """A declaration that nothing is given."""
    return WishContent(stance=Stance.REFUSE, items=(Item.ALL_ORGANS, Item.CORNEA, Item.TISSUE, Item.BODY))


def form(branch: Branch, at: int = 0, **over: Any) -> Registration:
    """A form as it was signed today."""
    registration = Registration(
        branch=branch,
        person=somebody(at),
        content=gift(),
        channel="counter",
        signed_on=today(),
        consents=WISH_CONSENTS,
        key=uuid.uuid4(),
    )
    return replace(registration, **over)


def registered(ground: Ground, at: int = 0, *, actor: str = "clerk", **over: Any) -> Wish:
    """A wish in force in the ground's branch."""
    return register_wish(registration=form(ground.branch, at, **over), actor=ground.person(actor))


def counts_for(person: User) -> CountTable:
    """All lines of all pages of counts of somebody, counted this very moment."""
    take_counts()
    table = registry_counts(person)
    rows, further = list(table.rows), [row.branch.code for row in table.rows if row.leads_on]
    while further:
        below = registry_counts(person, code=further.pop())
        # The association itself stands on the page above as well.
        rows += [row for row in below.rows if row not in rows]
        further += [row.branch.code for row in below.rows if row.leads_on]
    # As a page without leading on: a line is the same on whichever page it stands.
    lines = {(row.branch.pk, row.is_sum): replace(row, leads_on=False) for row in rows}
    return replace(table, rows=list(lines.values()))


def days_ago(days: int) -> datetime.date:
    """A day before today."""
    return today() - datetime.timedelta(days=days)
