"""Random histories of gifts, use, transfers and corrections, with a report of each series every month."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from core.errors import DomainError
from core.periods import Period, parse_period
from donations.models import Donation
from spending.choices import PaymentStatus, TransferStatus
from spending.models import Payment, Transfer
from tests.transparency.use_ground import CODES, UseGround

_CODE = st.sampled_from(CODES)
STEPS = st.one_of(
    st.tuples(st.just("give"), _CODE, st.integers(1000, 99_999)),
    st.tuples(st.just("pay"), _CODE, st.integers(1, 60)),
    st.tuples(st.just("send"), st.sampled_from([("33", "3301"), ("3301", "330182"), ("330182", "33")]),
              st.integers(1, 60)),
    st.tuples(st.just("arrive"), st.integers(0, 9), st.integers(0, 100)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("refund"), st.integers(0, 9), st.integers(1, 100)),
    st.tuples(st.just("change"), _CODE, st.integers(1, 60)),
    st.tuples(st.just("open"), _CODE, st.integers(1, 9_999)),
    st.tuples(st.just("month")),
)  # fmt: skip
FIRST: tuple[tuple[Any, ...], ...] = (
    *(("give", code, 50_000) for code in CODES), ("open", "33", 777), ("pay", "33", 10), ("undo", 0),
    ("send", ("33", "3301"), 20), ("arrive", 0, 70), ("send", ("330182", "33"), 20), ("arrive", 0, 100),
    ("refund", 0, 30), ("change", "3301", 25),
)  # fmt: skip
SERIES = (("33", "below"), ("33", "alone"), ("3301", "below"))


class Play:
    """A history that goes on from example to example, month after month."""

    def __init__(self, ground: UseGround) -> None:
        self.ground = ground
        self.month = parse_period("2021-01")
        self.day = 1
        self.narrow = {code: ground.fund(code, purpose="relief") for code in CODES}
        self.opened: set[str] = set()
        self.periods: list[Period] = []

    def step(self, what: str, *facts: Any) -> None:
        """One thing that happens on the next day; what the services refuse did not happen."""
        self.day += 1
        if self.day > 27:
            self.end_month()
        try:
            getattr(self, what)(*facts)
        except DomainError:
            return

    @property
    def today(self) -> str:
        """The day of the history."""
        return f"{self.month.code}-{self.day:02d}"

    def share(self, code: str, percent: int) -> str:
        """A part of what a branch's default fund holds, to the fen."""
        held = self.ground.spending.money(self.ground.fund(code))
        return f"{(held * percent / 100).quantize(Decimal('0.01'))}"

    def give(self, code: str, fen: int) -> None:
        self.ground.gifts.give(code, f"{fen / 100:.2f}", on=self.today, posted=self.today)

    def pay(self, code: str, percent: int) -> None:
        self.ground.pay(code, self.share(code, percent), on=self.today)

    def send(self, way: tuple[str, str], percent: int) -> None:
        self.ground.send(*way, self.share(way[0], percent), on=self.today)

    def arrive(self, which: int, percent: int) -> None:
        open_ones = list(
            Transfer.objects.unscoped("a test").filter(status=TransferStatus.SENT).select_related("branch", "to_branch")
        )
        if open_ones:
            one = open_ones[which % len(open_ones)]
            accepted = (one.amount * percent / 100).quantize(Decimal("0.01"))
            self.ground.arrive(one, str(accepted), on=self.today, sent_back=str(one.amount - accepted))

    def undo(self, which: int) -> None:
        paid = list(Payment.objects.unscoped("a test").filter(status=PaymentStatus.PAID).select_related("branch"))
        if paid:
            self.ground.undo_payment(paid[which % len(paid)], on=self.today)

    def refund(self, which: int, percent: int) -> None:
        gifts = list(Donation.objects.unscoped("a test").select_related("branch", "entry").order_by("-pk")[:10])
        if gifts:
            gift = gifts[which % len(gifts)]
            amount = (gift.amount * percent / 100).quantize(Decimal("0.01"))
            self.ground.refund(gift, str(amount), on=self.today)

    def change(self, code: str, percent: int) -> None:
        self.ground.change_use(self.ground.fund(code), self.narrow[code], self.share(code, percent), on=self.today)

    def open(self, code: str, fen: int) -> None:
        self.ground.open(code, f"{fen / 100:.2f}", on=self.today)

    def end_month(self) -> None:
        for code, scope in SERIES:
            self.ground.gifts.make(self.month.code, code=code, scope=scope)
        self.periods.append(self.month)
        self.month, self.day = self.month.next(), 2
