"""When the demo's people do what: steps in the order of time, each carried out with the clock held at its moment."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from core.clock import SHANGHAI
from core.periods import Period, PeriodKind, period_of
from transparency.demo import work
from transparency.demo.lists import ANONYMOUS, MadeUpGift, dice_for, list_file, make_gifts
from transparency.demo.people import DESKS, Desk
from transparency.selectors.calendar import due_at


@dataclass(frozen=True)
class Scale:
    """How much is made: further branches, how often (in months) they bring a list, gifts in a list, finished months."""

    cities: int
    counties: int
    every: int
    main_gifts: int
    other_gifts: int
    months: int = 24


SCALES: dict[str, Scale] = {
    "small": Scale(cities=9, counties=4, every=4, main_gifts=20, other_gifts=30),
    "province": Scale(cities=9, counties=90, every=3, main_gifts=160, other_gifts=110),
}


@dataclass(order=True)
class Step:
    """Something that is done at a moment; `number` keeps the order of steps of the same moment."""

    at: datetime.datetime
    number: int
    run: Callable[[], object] = field(compare=False)


def finished_months(moment: datetime.datetime, count: int) -> list[Period]:
    """The last months whose reports are due at a moment, oldest first."""
    month = period_of(PeriodKind.MONTH, moment.astimezone(SHANGHAI).date()).previous()
    if due_at(month) + datetime.timedelta(minutes=5) > moment:
        month = month.previous()
    months = [month]
    while len(months) < count:
        months.insert(0, months[0].previous())
    return months


class MonthPlan:
    """The steps of one month: lists, counters, approvals, reversals of gifts of the month before."""

    def __init__(self, month: Period, *, seed: int, scale: Scale, index: int) -> None:
        self.month, self.seed, self.scale, self.index = month, seed, scale, index
        self._number = 0

    def steps(self, desks: dict[str, Desk], funds: dict[str, str], posted: dict[str, object]) -> Iterator[Step]:
        """All steps; `funds` has restricted funds by branch, `posted` the last posted batch of each branch."""
        for place, (code, desk) in enumerate(sorted(desks.items())):
            if code in DESKS:
                yield from self._list(desk, day=6 + place % 3, posted=posted, count=self.scale.main_gifts)
                if (place + self.index) % 3 == 0:
                    yield from self._counter(desk, day=15)
                if code in funds and self.index % 4 == 1:
                    yield from self._list(desk, day=20, posted=posted, count=8, fund=funds[code])
            elif (place + self.index) % self.scale.every == 0:
                yield from self._list(desk, day=10 + place % 12, posted=posted, count=self.scale.other_gifts)
            if code in DESKS and (place + self.index) % 7 == 3:
                yield from self._reversal(desk, posted)

    def _at(self, day: int, hour: int, minute: int) -> datetime.datetime:
        return datetime.datetime.combine(
            self.month.first_day.replace(day=day), datetime.time(hour, minute), tzinfo=SHANGHAI
        )

    def _step(self, at: datetime.datetime, run: Callable[[], object]) -> Step:
        self._number += 1
        return Step(at, self._number, run)

    def _gifts(self, desk: Desk, day: int, count: int, what: str) -> list[MadeUpGift]:
        """Gifts of the days before; the first list of a month also has what came at the end of the month before."""
        dice = dice_for(self.seed, desk.branch.code, self.month.code, what)
        first = self.month.first_day
        days = [first + datetime.timedelta(days=n) for n in range(-3 if day < 9 else 0, day - 1)]
        label = f"{desk.branch.code}{self.month.code.replace('-', '')}{what}"
        return make_gifts(dice, days, count, label=label)

    def _list(self, desk: Desk, *, day: int, posted: dict[str, object], count: int, fund: str = "") -> Iterator[Step]:
        hands: dict[str, object] = {}
        purpose = "定向" if fund else "非定向"

        def bring() -> None:
            content = list_file(self._gifts(desk, day, count, "F" if fund else "L"), purpose=purpose)
            name = f"{self.month.code}-{desk.branch.code}{'-定向' if fund else ''}.csv"
            hands["batch"] = work.bring_file(desk, content, name=name, fund=fund)
            work.hand_in(desk, hands["batch"])

        def approve() -> None:
            work.approve(desk, hands["batch"])
            posted[desk.branch.code] = hands["batch"]

        minute = int(desk.branch.code[-2:]) % 60
        yield self._step(self._at(day, 9, minute), bring)
        yield self._step(self._at(day, 14, minute), approve)

    def _counter(self, desk: Desk, *, day: int) -> Iterator[Step]:
        hands: dict[str, object] = {}

        def bring() -> None:
            gifts = [gift for gift in self._gifts(desk, day, 5, "C") if gift.donor != ANONYMOUS]
            # Who may be named comes first: a person, as it happens at a counter.
            gifts.sort(key=lambda gift: len(gift.donor))
            hands["batch"] = work.bring_counter(desk, gifts or self._gifts(desk, day, 2, "D"))
            work.hand_in(desk, hands["batch"])

        yield self._step(self._at(day, 11, 20), bring)
        yield self._step(self._at(day, 16, 40), lambda: work.approve(desk, hands["batch"]))

    def _reversal(self, desk: Desk, posted: dict[str, object]) -> Iterator[Step]:
        asked: dict[str, int] = {}

        def ask() -> None:
            if desk.branch.code in posted:
                asked["id"] = work.ask_for_reversal(
                    desk,
                    posted[desk.branch.code],
                    reason="银行退汇，款项未实际到账",
                    public_note="银行退汇，该笔款项未实际到账，予以冲销。",
                )

        def approve() -> None:
            if "id" in asked:
                work.reverse(desk, asked["id"])

        # Before this month's list is posted, so that a gift of the month before is meant.
        yield self._step(self._at(3, 10, 0), ask)
        yield self._step(self._at(4, 15, 0), approve)
