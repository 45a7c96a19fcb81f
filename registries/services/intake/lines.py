"""One line of a file of donors who joined on paper: looked at by the rules of joining, and as it is sealed."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.clock import today
from core.documents import Document
from core.errors import DomainError
from core.phones import checked_phone
from registries.choices.donors import GIVING_ENDS_AGE
from registries.choices.intake import (
    ADDRESS,
    BAG,
    BORN_ON,
    DOCUMENT,
    DOCUMENT_KIND,
    DOCUMENT_KINDS,
    IS_CALLED,
    JOINED_ON,
    KIN,
    LONGEST_PAPER,
    NAME,
    PAPER,
    PHONE,
    RELATIONS,
    STATE,
    TAKEN_STATE,
    TYPED_ON,
    YES_NO,
)
from registries.services.donors.enrolment import check_who_joins
from registries.services.donors.kin import Kin, check_kin
from registries.services.donors.sampling import BAG as BAG_FORM
from registries.services.donors.states import last_birthday
from registries.services.exchange.parsing import read_day
from registries.services.registrants import CheckedPerson, Person, check_person

if TYPE_CHECKING:
    from registries.services.intake.reading import ReadLine, Told

# By which column a rule of joining tells of a field.
_COLUMN_OF = {"name": NAME, "document": DOCUMENT, "born_on": BORN_ON, "phone": PHONE, "address": ADDRESS} | {
    f"kin{at}_{name}": column
    for at, columns in enumerate(KIN, start=1)
    for name, column in zip(("name", "relation", "phone"), columns, strict=True)
}


@dataclass(frozen=True)
class PaperDonor:
    """Somebody who joined on paper and was typed: who, when, which paper; `kin` as it is sealed, empty for nobody."""

    person: CheckedPerson
    joined_on: datetime.date
    typed_on: datetime.date
    paper: str
    bag: str
    is_called: bool
    kin: str

    @property
    def born_on(self) -> datetime.date:
        """Their birthday."""
        return datetime.date.fromisoformat(self.person.details["born_on"])


def judge_line(read: ReadLine) -> tuple[PaperDonor | None, list[Told]]:
    """Who a line is of, or all that is wrong with it by itself, in the order of the columns."""
    if read.faults:
        return None, list(read.faults)
    said = read.cells
    faults: list[Told] = []
    joined_on = read_day(said[JOINED_ON])
    person = _person(said, joined_on, faults)
    typed_on = _days(said, joined_on, faults)
    _check_paper(said, faults)
    is_called = YES_NO.get(said[IS_CALLED])
    if is_called is None:
        faults.append((IS_CALLED, _("请填“是”或“否”。")))
    # Nobody rings for who did not agree to it: whom to ring instead is not kept either.
    kin = _kin(said, faults) if is_called else ""
    if faults or person is None or joined_on is None or typed_on is None:
        order = list(said)
        return None, sorted(faults, key=lambda one: order.index(one[0]) if one[0] in order else -1)
    bag = "".join(said[BAG].split()).upper()
    return PaperDonor(person, joined_on, typed_on, said[PAPER], bag, bool(is_called), kin), []


def fault_of_age(born_on: datetime.date) -> str:
    """What is wrong where somebody is too old to give today; empty where nothing is."""
    if last_birthday(born_on) <= today():
        return _("已满 %(age)d 周岁，不能再捐献。不必带入，请删去这一行。") % {"age": GIVING_ENDS_AGE}
    return ""


def as_sealed(donor: PaperDonor) -> str:
    """As it is sealed in its line."""
    return json.dumps(asdict(donor), ensure_ascii=False, default=_day_text)


def from_sealed(text: str) -> PaperDonor:
    """As it was sealed."""
    said: dict[str, Any] = json.loads(text)
    who = said.pop("person")
    born_on = who["document"].pop("born_on")
    document = Document(**who.pop("document"), born_on=_day(born_on) if born_on else None)
    said |= {name: _day(said[name]) for name in ("joined_on", "typed_on")}
    return PaperDonor(person=CheckedPerson(**who, document=document), **said)


def _person(said: dict[str, str], joined_on: datetime.date | None, faults: list[Told]) -> CheckedPerson | None:
    kind = DOCUMENT_KINDS.get(said[DOCUMENT_KIND])
    if kind is None:
        faults.append((DOCUMENT_KIND, _("认不出证件类型。请照模板的写法，或不填。")))
    born_on = read_day(said[BORN_ON])
    if said[BORN_ON] and born_on is None:
        faults.append((BORN_ON, _("不是日期。请写成 1990-01-31 的样子。")))
    if not said[PHONE]:
        faults.append((PHONE, _("没有手机号。请填写。")))
    who = Person(
        name=said[NAME],
        document_kind=str(kind or ""),
        document=said[DOCUMENT],
        phone=said[PHONE],
        born_on=born_on,
        address=said[ADDRESS],
        # Whoever brought the file said of each paper that its signer was of age and of full capacity.
        has_capacity=True,
    )
    try:
        # Without the day of signing the age on it is not known; the rest is told all the same.
        person = check_who_joins(who, signed_on=joined_on) if joined_on else check_person(who, signed_on=today())
    except DomainError as error:
        before = {column for column, _sentence in faults}
        faults += [one for one in _rule_faults(error) if one[0] not in before]
        return None
    if sentence := fault_of_age(datetime.date.fromisoformat(person.details["born_on"])):
        faults.append((DOCUMENT, sentence))
    return person


def _rule_faults(error: DomainError) -> Iterator[Told]:
    """What a rule of joining tells, by columns, in words that fit a file."""
    for name, sentence in error.fields.items():
        is_of_age = name in ("document", "born_on")
        more = _("核对后仍不符合的，请删去这一行。") if is_of_age else ""
        yield _COLUMN_OF.get(name, name), f"{sentence}{more}"


def _days(said: dict[str, str], joined_on: datetime.date | None, faults: list[Told]) -> datetime.date | None:
    typed_on = read_day(said[TYPED_ON])
    for column, day in ((JOINED_ON, joined_on), (TYPED_ON, typed_on)):
        if day is None:
            faults.append((column, _("不是日期。请写成 2019-01-31 的样子。")))
        elif day > today():
            faults.append((column, _("日期晚于今天。请核对日期。")))
    if joined_on and typed_on and typed_on < joined_on:
        faults.append((TYPED_ON, _("入库早于报名。请核对两个日期。")))
    return typed_on


def _check_paper(said: dict[str, str], faults: list[Told]) -> None:
    if not said[PAPER]:
        faults.append((PAPER, _("没有同意书编号。请照档案里的纸质同意书填写；没有同意书的人不能带入。")))
    elif len(said[PAPER]) > LONGEST_PAPER:
        faults.append((PAPER, _("太长。请只写编号，%(n)d 字以内。") % {"n": LONGEST_PAPER}))
    if said[STATE] != TAKEN_STATE:
        faults.append((
            STATE,
            _("只带入“已入库”的人。还没有入库的，请本人来“报名”：要问今天的健康情况，并有七天考虑期；捐献过的请逐人办理。"),
        ))  # fmt: skip
    if said[BAG] and not BAG_FORM.fullmatch("".join(said[BAG].split()).upper()):
        faults.append((BAG, _("袋号应为 6 至 32 位字母、数字。请照条码填写，或不填。")))


def _kin(said: dict[str, str], faults: list[Told]) -> str:
    wrong: list[Told] = []
    named = [columns for at, columns in enumerate(KIN) if at == 0 or any(said[one] for one in columns)]
    for columns in named:
        wrong += _faults_of_kin([said[one] for one in columns], columns)
    if wrong:
        faults += wrong
        return ""
    people = [Kin(said[name], RELATIONS[said[relation]], said[phone]) for name, relation, phone in named]
    try:
        return check_kin(people, own_phone=said[PHONE], least=1)
    except DomainError as error:
        faults += [(_COLUMN_OF[name], sentence) for name, sentence in error.fields.items()]
        return ""


def _faults_of_kin(cells: list[str], columns: tuple[str, str, str]) -> Iterator[Told]:
    """What is wrong with the words of somebody to ring; the rest is looked at by the rule of joining."""
    if cells[1] not in RELATIONS:
        yield columns[1], _("认不出关系。请写：配偶、父母、成年子女、兄弟姐妹、其他亲属、朋友。")
    try:
        checked_phone(cells[2])
    except DomainError as error:
        yield columns[2], error.message


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _day_text(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"not in a line: {type(value)}")
