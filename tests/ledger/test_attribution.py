"""Over random histories, every trail says what a plain queue of coins says."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.checks import all_checks
from ledger.models import Entry, Fund, Movement
from ledger.selectors.trails import trail_of
from ledger.services.positions import unspent_pieces
from tests.ledger.ground import Ground

LEVELS = ("33", "3301", "330182")
FATES = ("spent", "taken_back", "in_hand", "in_transit")


@dataclass
class Coin:
    """A piece of a gift as it lies in an account, and the inflow that brought it there."""

    inflow: int
    gift: int
    amount: Decimal


@dataclass
class Oracle:
    """Queues of coins, first in first out, with no idea of axes, positions or holes."""

    queues: dict[int, list[Coin]] = field(default_factory=lambda: defaultdict(list))
    left: dict[int, list[Coin]] = field(default_factory=dict)
    taken_back: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def bring(self, account: int, inflow: int, coins: list[Coin]) -> None:
        self.queues[account] += [Coin(inflow, coin.gift, coin.amount) for coin in coins]

    def pop(self, account: int, amount: Decimal) -> list[Coin]:
        """Take from the front."""
        queue, taken = self.queues[account], []
        while amount:
            size = min(queue[0].amount, amount)
            taken.append(Coin(queue[0].inflow, queue[0].gift, size))
            queue[0].amount -= size
            amount -= size
            if not queue[0].amount:
                queue.pop(0)
        return taken

    def own(self, account: int, inflow: int) -> Decimal:
        """What is left of one inflow."""
        return sum((coin.amount for coin in self.queues[account] if coin.inflow == inflow), Decimal(0))

    def pull(self, account: int, inflow: int, amount: Decimal) -> list[Coin]:
        """Take one inflow's own coins, the last first; returned in their order."""
        taken: list[Coin] = []
        for coin in reversed([one for one in self.queues[account] if one.inflow == inflow]):
            size = min(coin.amount, amount)
            coin.amount -= size
            amount -= size
            if size:
                taken.insert(0, Coin(inflow, coin.gift, size))
        self.queues[account] = [coin for coin in self.queues[account] if coin.amount]
        return taken

    def give_back(self, payment: int, amount: Decimal) -> list[Coin]:
        """The first coins of a payment that have not come back yet."""
        coins, taken = self.left[payment], []
        while amount:
            size = min(coins[0].amount, amount)
            taken.append(Coin(0, coins[0].gift, size))
            coins[0].amount -= size
            amount -= size
            if not coins[0].amount:
                coins.pop(0)
        return taken

    def fate(self, gift: int, kinds: dict[int, str]) -> dict[str, Decimal]:
        """Where a gift's coins are."""
        found = dict.fromkeys(FATES, Decimal(0))
        for account, queue in self.queues.items():
            place = "in_transit" if kinds[account] == "transit" else "in_hand"
            found[place] += sum((coin.amount for coin in queue if coin.gift == gift), Decimal(0))
        found["spent"] = sum((c.amount for coins in self.left.values() for c in coins if c.gift == gift), Decimal(0))
        found["taken_back"] = self.taken_back[gift]
        return found


@dataclass
class History:
    """The real ledger and the oracle, side by side."""

    ground: Ground
    funds: list[Fund]
    oracle: Oracle = field(default_factory=Oracle)
    gifts: list[Movement] = field(default_factory=list)
    payments: list[Movement] = field(default_factory=list)
    sent: list[tuple[Movement, int]] = field(default_factory=list)
    accepted: list[Movement] = field(default_factory=list)
    kinds: dict[int, str] = field(default_factory=dict)

    def do(self, what: str, pick: int, share: Decimal) -> None:
        getattr(self, what)(pick, share)

    def note(self, movement: Movement) -> Movement:
        for account in (movement.source, movement.destination):
            self.kinds[account.pk] = account.kind
        return movement

    def cut(self, there: Decimal, share: Decimal) -> Decimal:
        return (there * share).quantize(Decimal("0.01"))

    def gift(self, pick: int, share: Decimal) -> None:
        entry = self.ground.gift(self.funds[pick % 3], str(Decimal("0.01") + self.cut(Decimal(1000), share)))
        movement = self.note(self.ground.only(entry))
        self.gifts.append(movement)
        self.oracle.bring(movement.destination_id, movement.pk, [Coin(0, movement.pk, movement.quantity)])

    def spend(self, pick: int, share: Decimal) -> None:
        fund = self.funds[pick % 3]
        amount = self.cut(self.ground.money(fund), share)
        if amount:
            movement = self.note(self.ground.only(self.ground.spend(fund, str(amount))))
            self.payments.append(movement)
            self.oracle.left[movement.pk] = self.oracle.pop(movement.source_id, amount)

    def send(self, pick: int, share: Decimal) -> None:
        level = pick % 2
        amount = self.cut(self.ground.money(self.funds[level]), share)
        if amount:
            movement = self.note(self.ground.send(self.funds[level], str(amount)))
            self.sent.append((movement, level + 1))
            self.oracle.bring(movement.destination_id, movement.pk, self.oracle.pop(movement.source_id, amount))

    def accept(self, pick: int, share: Decimal) -> None:
        self._leave_transit(
            pick, share, lambda sent, level, amount: self.ground.accept(sent, self.funds[level], amount)
        )

    def send_back(self, pick: int, share: Decimal) -> None:
        self._leave_transit(pick, share, lambda sent, _level, amount: self.ground.send_back(sent, amount))

    def _leave_transit(self, pick: int, share: Decimal, act: Any) -> None:
        if not self.sent:
            return
        sent, level = self.sent[pick % len(self.sent)]
        amount = self.cut(self.ground.balance(sent.destination), share)
        if amount:
            movement = self.note(act(sent, level, str(amount)))
            self.accepted.append(movement)
            self.oracle.bring(movement.destination_id, movement.pk, self.oracle.pop(movement.source_id, amount))

    def reverse_gift(self, pick: int, share: Decimal) -> None:
        self._take_out(self.gifts, pick, share)

    def reverse_arrival(self, pick: int, share: Decimal) -> None:
        self._take_out([*self.accepted, *(sent for sent, _level in self.sent)], pick, share)

    def _take_out(self, inflows: list[Movement], pick: int, share: Decimal) -> None:
        if not inflows:
            return
        inflow = inflows[pick % len(inflows)]
        amount = self.cut(self.oracle.own(inflow.destination_id, inflow.pk), share)
        if not amount:
            return
        back = self.note(self.ground.only(self.ground.reverse(inflow.entry, quantity=amount)))
        coins = self.oracle.pull(inflow.destination_id, inflow.pk, amount)
        if back.in_from is None:
            for coin in coins:
                self.oracle.taken_back[coin.gift] += coin.amount
        else:
            self.oracle.bring(back.destination_id, back.pk, coins)

    def reverse_payment(self, pick: int, share: Decimal) -> None:
        if not self.payments:
            return
        payment = self.payments[pick % len(self.payments)]
        amount = self.cut(sum((coin.amount for coin in self.oracle.left[payment.pk]), Decimal(0)), share)
        if amount:
            back = self.note(self.ground.only(self.ground.reverse(payment.entry, quantity=amount)))
            self.oracle.bring(back.destination_id, back.pk, self.oracle.give_back(payment.pk, amount))

    def agrees(self) -> None:
        for gift in self.gifts:
            where = trail_of(gift).whereabouts
            assert where.adds_up
            assert {fate: getattr(where, fate) for fate in FATES} == self.oracle.fate(gift.pk, self.kinds)
            summed = trail_of(gift, most=0)
            assert summed.whereabouts == where
        for inflow in [*self.gifts, *self.accepted]:
            left = sum((end - start for start, end in unspent_pieces(inflow)), Decimal(0))
            assert left == self.oracle.own(inflow.destination_id, inflow.pk)


ACTS = st.sampled_from(
    [
        "gift",
        "gift",
        "spend",
        "send",
        "send",
        "accept",
        "accept",
        "send_back",
        "reverse_gift",
        "reverse_arrival",
        "reverse_payment",
    ]
)
SHARES = st.sampled_from([Decimal(text) for text in ("0.01", "0.3", "0.5", "0.77", "1")])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(ACTS, st.integers(0, 11), SHARES), min_size=8, max_size=28))
def test_trails_say_what_queues_of_coins_say(ground: Ground, acts: list[tuple[str, int, Decimal]]) -> None:
    point = transaction.savepoint()
    try:
        history = History(ground, [ground.fund(code) for code in LEVELS])
        history.gift(0, Decimal(1))
        for what, pick, share in acts:
            history.do(what, pick, share)
        history.agrees()
        assert not any(all_checks().values())
        assert Entry.objects.unscoped("test").exists()
    finally:
        transaction.savepoint_rollback(point)
