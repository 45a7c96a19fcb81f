"""Made-up donation lists: names that nobody can have, the same for the same seed."""

from __future__ import annotations

import csv
import datetime
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

STEMS = "甲乙丙丁戊己庚辛壬癸"
MADE_UP = ("示例", "虚构", "样例", "演示")
TRADES = ("贸易有限公司", "建材有限公司", "纺织股份有限公司", "物流有限公司", "商会", "小学", "医院", "志愿服务队")
CHANNELS = ("银行转账", "支付宝", "微信支付", "现金")
# What people give, in yuan, and how often.
PERSONS_GIVE = ("10.00", "20.00", "50.00", "100.00", "200.00", "500.00", "1000.00", "88.88", "66.60", "33.33")
FIRMS_GIVE = ("2000.00", "5000.00", "10000.00", "20000.00", "50000.00", "12345.67", "8800.50")
ANONYMOUS = "爱心人士"
HEADER = ("捐赠日期", "捐赠人", "金额（元）", "捐赠意向", "捐赠渠道", "流水号", "备注")


@dataclass(frozen=True)
class MadeUpGift:
    """One row of a list; `amount` in yuan as text."""

    received_on: datetime.date
    donor: str
    amount: str
    channel: str
    reference: str
    remark: str = ""


def dice_for(*parts: object) -> random.Random:
    """A die for one place and time, so that one list does not change with what was made before it."""
    return random.Random(":".join(str(part) for part in parts))  # noqa: S311 -- made-up data must repeat


def person_name(dice: random.Random) -> str:
    """A name like 甲示例乙: a stem for a surname, and a word that says it is made up."""
    return f"{dice.choice(STEMS)}{dice.choice(MADE_UP)}{dice.choice(STEMS)}"


def firm_name(dice: random.Random) -> str:
    """A name like 虚构甲乙贸易有限公司."""
    return f"{dice.choice(MADE_UP[:2])}{dice.choice(STEMS)}{dice.choice(STEMS)}{dice.choice(TRADES)}"


def make_gifts(dice: random.Random, days: Sequence[datetime.date], count: int, *, label: str) -> list[MadeUpGift]:
    """Return `count` gifts on the given days: seven of ten from persons, two from firms, one without a name."""
    gifts = []
    for number in range(1, count + 1):
        kind = dice.random()
        donor = ANONYMOUS
        amounts: tuple[str, ...] = PERSONS_GIVE
        if kind < 0.7:
            donor = person_name(dice)
        elif kind < 0.9:
            donor, amounts = firm_name(dice), FIRMS_GIVE
        gifts.append(
            MadeUpGift(
                received_on=dice.choice(days),
                donor=donor,
                amount=dice.choice(amounts),
                channel=dice.choice(CHANNELS),
                reference=f"DEMO{label}{number:04d}",
            )
        )
    return sorted(gifts, key=lambda gift: (gift.received_on, gift.reference))


def list_file(gifts: Sequence[MadeUpGift], *, purpose: str = "", with_total: bool = True) -> bytes:
    """The gifts as a CSV file in the layout of the portal's own import template, with its total."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(HEADER)
    for gift in gifts:
        writer.writerow(
            (gift.received_on.isoformat(), gift.donor, gift.amount, purpose, gift.channel, gift.reference, gift.remark)
        )
    if with_total:
        total = sum((Decimal(gift.amount) for gift in gifts), Decimal("0.00"))
        writer.writerow(("合计", "", f"{total:.2f}", "", "", "", ""))
    return stream.getvalue().encode("utf-8-sig")
