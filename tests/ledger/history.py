"""Random histories of all that the ledger can do, and what must be true of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from core.clock import now, today
from core.errors import DomainError
from core.periods import Period
from ledger.checks import all_checks
from ledger.choices import AccountKind, EntryKind, UseBasis
from ledger.models import Account, AccountBalance, Entry, Fund, Movement, Unit
from ledger.selectors.balances import figures
from ledger.selectors.trails import trail_of
from ledger.services import close_fund, money_holding
from organizations.models import Branch
from tests.factories.people import make_person
from tests.ledger.ground import DAY, POSTED_AT, Ground
from tests.ledger.slow import Fate, read_books

LEVELS = ("33", "3301", "330182")
LARGEST = Decimal(1000)
ACTS = (
    *("gift", "gift", "gift_file", "goods_gift", "opening", "send", "send", "accept", "accept", "accept_in_two"),
    *("lose", "send_back", "purchase", "purchase", "aid", "aid", "hand_out", "send_goods", "fee", "refund", "advance"),
    *("change_of_use", "write_off", "reverse", "reverse", "reverse_part", "reverse_part", "open_fund", "close_fund"),
    *("overspend", "widen"),
)


@dataclass
class History:
    """The ledger under random acts; each act chooses what it works on by numbers, so that a history can be told again."""

    ground: Ground
    funds: list[Fund] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    sent: list[Movement] = field(default_factory=list)
    done: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        for code in LEVELS:
            self.funds += [self.ground.fund(code), self.ground.fund(code, is_restricted=True, purpose="抗洪")]
        self.funds.append(self.ground.fund("330182", is_restricted=True, purpose="抗洪", fee_rate=Decimal("0.05")))
        self.units = [self.ground.goods("示例棉被"), self.ground.goods("示例大米", places=3)]
        self.closers = {code: make_person(f"closer.{code}", "finance", self.ground.branches[code]) for code in LEVELS}

    def do(self, act: str, pick: int, other: int, share: int) -> None:
        """Do one thing; a refusal with a sentence is an answer, anything else is a defect."""
        before = Movement.objects.count()
        try:
            with transaction.atomic():
                getattr(self, act)(pick, other, Decimal(share) / 100)
            self.done += 1
        except DomainError as error:
            self.refused += 1
            assert str(error), "a refusal says why"
            assert Movement.objects.count() == before, "a refusal leaves nothing"

    # What each act does.

    def gift(self, pick: int, other: int, share: Decimal) -> None:
        self._keep(self.ground.gift(self._fund(pick), self._some(LARGEST, share)))

    def gift_file(self, pick: int, other: int, share: Decimal) -> None:
        amounts = [self._some(LARGEST, share / (number + 1)) for number in range(1 + other % 4)]
        block = self.ground.give(self._fund(pick), *amounts)
        self.entries += Entry.objects.unscoped("test").filter(group_id=block.group_id).order_by("pk")

    def goods_gift(self, pick: int, other: int, share: Decimal) -> None:
        stock = self._stock(pick, other)
        self._post(EntryKind.GOODS_GIFT, self.ground.world("givers", stock.unit), stock, Decimal(1 + int(100 * share)))

    def opening(self, pick: int, other: int, share: Decimal) -> None:
        holding = money_holding(self._fund(pick))
        self._post(EntryKind.OPENING, self.ground.world("opening"), holding, Decimal(self._some(LARGEST, share)))

    def send(self, pick: int, other: int, share: Decimal) -> None:
        fund = self._fund(pick)
        self.sent.append(self.ground.send(fund, self._part(money_holding(fund), share)))
        self._keep(self.sent[-1].entry)

    def send_goods(self, pick: int, other: int, share: Decimal) -> None:
        stock = self._stock(pick, other)
        transit, _made = Account.objects.get_or_create(
            kind=AccountKind.TRANSIT,
            branch=stock.branch,
            fund=stock.fund,
            unit=stock.unit,
            transfer_key=self.ground.key(),
        )
        self._post(EntryKind.TRANSFER_OUT, stock, transit, self._whole(stock, share))
        self.sent.append(self.ground.only(self.entries[-1]))

    def accept(self, pick: int, other: int, share: Decimal) -> None:
        sent = self._sent(pick)
        fund = self._fund(other)
        target = money_holding(fund) if sent.unit_id == self.ground.cny.pk else self.ground.stock(fund, sent.unit)
        self._answer(EntryKind.TRANSFER_IN, sent, target, share, fund.branch)

    def accept_in_two(self, pick: int, other: int, share: Decimal) -> None:
        self.accept(pick, other, share)
        self.accept(pick, other + 1, Decimal(1))

    def lose(self, pick: int, other: int, share: Decimal) -> None:
        sent = self._sent(pick)
        self._answer(
            EntryKind.TRANSFER_IN, sent, self.ground.world("losses", sent.unit), share, self.ground.branches["330182"]
        )

    def send_back(self, pick: int, other: int, share: Decimal) -> None:
        sent = self._sent(pick)
        assert sent.source.branch is not None
        self._answer(EntryKind.TRANSFER_BACK, sent, sent.source, share, sent.source.branch)

    def purchase(self, pick: int, other: int, share: Decimal) -> None:
        fund = self._fund(pick)
        holding, cost = money_holding(fund), Decimal(self._part(money_holding(fund), share))
        first = (cost / 3).quantize(Decimal("0.01"))
        lines = [
            self.ground.move(holding, self.ground.world("suppliers"), str(part))
            for part in (first, cost - first)
            if part
        ]
        shares = [(self.units[0], cost - first), (self.units[1], first)]
        lines += [
            self.ground.move(
                self.ground.world("suppliers", unit), self.ground.stock(fund, unit), str(1 + other % 9), value=value
            )
            for unit, value in shares
            if value
        ]
        self._keep(self.ground.post(EntryKind.PURCHASE, *lines))

    def aid(self, pick: int, other: int, share: Decimal) -> None:
        self._spend(EntryKind.AID, pick, ("beneficiaries", "bodies")[other % 2], share)

    def hand_out(self, pick: int, other: int, share: Decimal) -> None:
        stock = self._stock(pick, other)
        target = self.ground.world("beneficiaries", stock.unit)
        self._post(EntryKind.HANDOUT, stock, target, self._whole(stock, share))

    def fee(self, pick: int, other: int, share: Decimal) -> None:
        fund = next(fund for fund in self.funds if fund.fee_rate)
        self._post(
            EntryKind.FEE, money_holding(fund), self.ground.world("fees"), Decimal(self._some(Decimal(20), share))
        )

    def refund(self, pick: int, other: int, share: Decimal) -> None:
        gift = self._gift(pick)
        amount = max((gift.quantity * share).quantize(Decimal("0.01")), Decimal("0.01"))
        self._post(EntryKind.REFUND, gift.destination, gift.source, amount, takes_back=gift)

    def advance(self, pick: int, other: int, share: Decimal) -> None:
        self._spend(EntryKind.REFUND, pick, "givers", share)

    def change_of_use(self, pick: int, other: int, share: Decimal) -> None:
        source = self._fund(pick)
        others = [
            fund for fund in self.funds if fund.branch_id == source.branch_id and fund.pk != source.pk and fund.is_open
        ]
        if others:
            amount = Decimal(self._part(money_holding(source), share))
            target = money_holding(others[other % len(others)])
            self._post(EntryKind.CHANGE_OF_USE, money_holding(source), target, amount, basis=UseBasis.CONSENT)

    def write_off(self, pick: int, other: int, share: Decimal) -> None:
        self._spend(EntryKind.WRITE_OFF, pick, "losses", share)

    def reverse(self, pick: int, other: int, share: Decimal) -> None:
        self._keep(self.ground.reverse(self._entry(pick), occurred_on=today()))

    def reverse_part(self, pick: int, other: int, share: Decimal) -> None:
        entry = self._entry(pick)
        lines = list(entry.movements.select_related("unit").order_by("line"))
        line = lines[other % len(lines)]
        size = (line.quantity * share).quantize(Decimal(1).scaleb(-line.unit.decimal_places))
        self._keep(self.ground.reverse(entry, occurred_on=today(), by_line={line.line: size}))

    def open_fund(self, pick: int, other: int, share: Decimal) -> None:
        if len(self.funds) < 40:
            over = {"is_restricted": True, "purpose": "抗洪"} if other % 2 else {}
            self.funds.append(self.ground.fund(LEVELS[pick % 3], **over))

    def close_fund(self, pick: int, other: int, share: Decimal) -> None:
        fund = self.funds[pick % len(self.funds)]
        if fund.fee_rate or not fund.is_open:
            return
        same = [one for one in self.funds if one.branch_id == fund.branch_id and one.pk != fund.pk and one.is_open]
        same = [one for one in same if one.is_restricted == fund.is_restricted]
        if same:
            closer = self.closers[fund.branch.code]
            closed = close_fund(fund=fund, successor=same[other % len(same)], on=today(), actor=closer)
            self.funds[pick % len(self.funds)] = closed

    def overspend(self, pick: int, other: int, share: Decimal) -> None:
        fund = self._fund(pick)
        before = self.ground.money(fund) if AccountBalance.objects.filter(account=money_holding(fund)) else Decimal(0)
        try:
            with transaction.atomic():
                self.ground.spend(fund, str(before + Decimal("0.01")), occurred_on=today())
        except DomainError:
            return
        raise AssertionError("more was spent than there was")

    def widen(self, pick: int, other: int, share: Decimal) -> None:
        """What is restricted does not come out in a wider fund."""
        narrow = [sent for sent in self.sent if sent.source.fund is not None and sent.source.fund.is_restricted]
        wide = [fund for fund in self.funds if not fund.is_restricted and fund.is_open]
        if not narrow or not wide or narrow[pick % len(narrow)].unit_id != self.ground.cny.pk:
            return
        try:
            with transaction.atomic():
                self.ground.accept(narrow[pick % len(narrow)], wide[other % len(wide)], "0.01")
        except DomainError:
            return
        raise AssertionError("restricted value came out in a wider fund")

    # What must be true at any moment.

    def check(self) -> None:
        """All rules of docs/ledger.md, and the second implementation agrees on every trail and every figure."""
        assert {name: rows for name, rows in all_checks().items() if rows} == {}
        books = read_books()
        self._trails_agree(books)
        self._figures_agree(books)

    def _trails_agree(self, books: object) -> None:
        from_outside = Movement.objects.filter(source__kind=AccountKind.WORLD, reverses=None).exclude(
            entry__kind=EntryKind.PURCHASE
        )
        fates, resting = books.fates(), books.resting()  # type: ignore[attr-defined]
        for origin in from_outside:
            trail = trail_of(origin)
            found = {where.unit.pk: where for where in (trail.whereabouts, *trail.goods)}
            assert all(where.adds_up for where in found.values())
            told = {unit: Fate(*(getattr(where, part) for part in Fate._fields)) for unit, where in found.items()}
            assert told == {unit: fate for (pk, unit), fate in fates.items() if pk == origin.pk}, origin.pk
            held: dict[int, Decimal] = {}
            for rest in trail.resting:
                held[rest.account.pk] = held.get(rest.account.pk, Decimal(0)) + rest.quantity
            assert held == {account: amount for (account, pk), amount in resting.items() if pk == origin.pk}
            summed = trail_of(origin, most=0)
            assert summed.whereabouts == trail.whereabouts
            assert {where.unit: where for where in summed.goods} == {where.unit: where for where in trail.goods}

    def _figures_agree(self, books: object) -> None:
        tomorrow = now() + datetime.timedelta(days=1)
        periods = [
            Period(POSTED_AT, POSTED_AT + datetime.timedelta(days=1)),
            Period(POSTED_AT, tomorrow),
            Period(tomorrow, tomorrow + datetime.timedelta(days=1)),
        ]
        for code in LEVELS:
            branch = self.ground.branches[code]
            for with_below in (False, True):
                inside = set(Branch.objects.below(branch).values_list("pk", flat=True)) if with_below else {branch.pk}
                for period in periods:
                    told = figures(branch, with_below=with_below, period=period)
                    units = [*([told.money] if told.money else []), *told.goods]
                    slow = books.figures(inside | {branch.pk}, period.start, period.end)  # type: ignore[attr-defined]
                    assert {
                        one.unit.pk: {name: getattr(one, name) for name in slow[one.unit.pk]} for one in units
                    } == slow

    # Choosing.

    def _fund(self, pick: int) -> Fund:
        return self.funds[pick % len(self.funds)]

    def _sent(self, pick: int) -> Movement:
        if not self.sent:
            raise DomainError("nothing", "nothing was sent yet")
        return self.sent[-1 - pick % min(len(self.sent), 8)]

    def _entry(self, pick: int) -> Entry:
        if not self.entries:
            raise DomainError("nothing", "nothing was posted yet")
        return self.entries[-1 - pick % min(len(self.entries), 30)]

    def _gift(self, pick: int) -> Movement:
        gifts = [entry for entry in self.entries if entry.kind == EntryKind.GIFT][-20:]
        if not gifts:
            raise DomainError("nothing", "nothing was given yet")
        return Movement.objects.select_related("source", "destination").get(entry=gifts[pick % len(gifts)])

    def _stock(self, pick: int, other: int) -> Account:
        return self.ground.stock(self._fund(pick), self.units[other % 2])

    def _some(self, most: Decimal, share: Decimal) -> str:
        return str(Decimal("0.01") + (most * share).quantize(Decimal("0.01")))

    def _part(self, account: Account, share: Decimal) -> str:
        return str((self.ground.balance(account) * share).quantize(Decimal("0.01")))

    def _whole(self, account: Account, share: Decimal) -> Decimal:
        return (self.ground.balance(account) * share).quantize(Decimal(1).scaleb(-account.unit.decimal_places))

    # Posting.

    def _spend(self, kind: str, pick: int, party: str, share: Decimal) -> None:
        holding = money_holding(self._fund(pick))
        self._post(kind, holding, self.ground.world(party), Decimal(self._part(holding, share)))

    def _answer(self, kind: str, sent: Movement, target: Account, share: Decimal, branch: Branch) -> None:
        amount = self._whole(sent.destination, share)
        self._post(kind, sent.destination, target, amount, branch=branch, answers=sent)

    def _post(self, kind: str, source: Account, target: Account, quantity: Decimal, **over: object) -> None:
        of_move = {name: over.pop(name) for name in ("answers", "takes_back") if name in over}
        move = self.ground.move(source, target, str(quantity), **of_move)
        self._keep(self.ground.post(kind, move, occurred_on=min(DAY, today()), **over))

    def _keep(self, entry: Entry) -> None:
        self.entries.append(entry)


def acts_of(history: History) -> dict[str, Callable[[int, int, Decimal], None]]:
    """Every act by its name."""
    return {name: getattr(history, name) for name in ACTS}
