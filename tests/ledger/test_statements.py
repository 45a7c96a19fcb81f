"""A fund's statement: each row with the balance after it, whatever page it is read from."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import DomainError
from ledger.models import Account, Fund, Movement
from ledger.selectors.balances import balance_of
from ledger.selectors.statements import Edge, StatementRow, fund_state, statement_page, stream_statement
from ledger.services import money_holding, reverse_entry
from tests.ledger.ground import DAY, Ground


def all_pages(account: Account, size: int) -> list[StatementRow]:
    rows: list[StatementRow] = []
    edge: Edge | None = None
    while True:
        page = statement_page(account.pk, edge, size)
        rows += page.rows
        if page.next is None:
            return rows
        edge = Edge.parse(str(page.next))


def added_up(account: Account) -> list[tuple[int, Decimal]]:
    """The slow and obvious way: every movement of the account by id, the balance after each; newest first."""
    balance, found = Decimal(0), []
    for movement in Movement.objects.order_by("pk"):
        if account.pk not in (movement.source_id, movement.destination_id):
            continue
        balance += movement.quantity if movement.destination_id == account.pk else -movement.quantity
        found.append((movement.pk, balance))
    return found[::-1]


def walked_in_many_ways(ground: Ground, steps: list[tuple[str, int]]) -> Account:
    """A fund with gifts, payments, transfers, come-backs and holes in the order of the steps that are possible."""
    fund, other = ground.fund("3301"), ground.fund("330182")
    gifts, spent, sent = [ground.gift(fund, "50")], [], []
    for what, amount in steps:
        held = balance_of(money_holding(fund))
        if what == "gift":
            gifts.append(ground.gift(fund, str(amount)))
        elif what == "spend" and held >= amount:
            spent.append(ground.spend(fund, str(amount)))
        elif what == "send" and held >= amount:
            sent.append(ground.send(fund, str(amount)))
        elif what == "accept" and sent:
            one = sent.pop()
            ground.accept(one, other, str(one.quantity))
        elif what == "send back" and sent:
            one = sent.pop()
            ground.send_back(one, str(one.quantity))
        elif what == "come back" and spent:
            reverse(ground, spent.pop())
        elif what == "take out":
            try:
                reverse(ground, gifts[-1])
            except DomainError:
                continue
    return money_holding(fund)


def reverse(ground: Ground, entry: object) -> None:
    reverse_entry(
        entry=entry,
        made_by=ground.clerk,
        approved_by=ground.approver,
        occurred_on=DAY,
        document="示例更正单",
        key=ground.key(),
    )


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["gift", "spend", "send", "accept", "send back", "come back", "take out"]), st.integers(1, 40)
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, size=st.integers(1, 6))
def test_every_row_of_every_page_carries_the_balance_after_it(ground: Ground, steps: list, size: int) -> None:
    account = walked_in_many_ways(ground, steps)
    expected = added_up(account)
    assert [(row.id, row.balance) for row in all_pages(account, size)] == expected
    assert [(row.id, row.balance) for rows in stream_statement(account.pk, size) for row in rows] == expected


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, size=st.integers(1, 5))
def test_going_back_shows_the_pages_one_came_from(ground: Ground, steps: list, size: int) -> None:
    account = walked_in_many_ways(ground, steps)
    pages = [statement_page(account.pk, None, size)]
    while pages[-1].next:
        pages.append(statement_page(account.pk, pages[-1].next, size))
    for earlier, page in zip(pages[-2::-1], pages[:0:-1], strict=True):
        back = statement_page(account.pk, page.previous, size)
        assert back.rows == earlier.rows
        assert (back.next is not None, back.previous is not None) == (True, earlier is not pages[0])


def test_a_page_stays_the_same_page_when_rows_are_added_above_it(ground: Ground) -> None:
    fund = ground.fund()
    for _each in range(6):
        ground.gift(fund, "10")
    account = money_holding(fund)
    edge = statement_page(account.pk, None, 2).next
    second = statement_page(account.pk, edge, 2).rows
    ground.spend(fund, "25")
    ground.gift(fund, "3")
    assert statement_page(account.pk, edge, 2).rows == second
    assert [row.balance for row in second] == [40, 30]


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "bm9uZQ",
        str(Edge(Decimal(5), Decimal(0), Decimal(0), 10**9)),
        str(Edge(Decimal(30), Decimal(9), Decimal(0), 10**9)),
    ],
)
def test_a_made_up_place_is_refused(ground: Ground, text: str) -> None:
    fund = ground.fund()
    ground.gift(fund, "10")
    ground.gift(fund, "20")
    with pytest.raises(DomainError) as refused:
        statement_page(money_holding(fund).pk, Edge.parse(text))
    assert refused.value.code == "page_unreadable"


def test_a_row_names_the_other_side_and_what_was_taken_back_of_it(ground: Ground) -> None:
    fund, lower = ground.fund("3301"), ground.fund("330182")
    gift = ground.gift(fund, "100")
    sent = ground.send(fund, "60")
    ground.accept(sent, lower, "60")
    reverse_entry(
        entry=gift,
        made_by=ground.clerk,
        approved_by=ground.approver,
        occurred_on=DAY,
        document="示例更正单",
        key=ground.key(),
        quantity=Decimal("15"),
    )
    hole, out, arrived = statement_page(money_holding(fund).pk).rows
    assert (arrived.party, arrived.is_inflow, arrived.amount, arrived.reversed_amount) == ("givers", True, 100, 15)
    assert (out.other_kind, out.other_fund_code, out.is_inflow, out.balance) == ("transit", fund.code, False, 40)
    assert (hole.reverses_number, hole.balance, hole.kind) == (gift.number, 25, "reversal")


def test_a_page_takes_one_query_and_no_sum_over_what_lies_before(ground: Ground) -> None:
    fund = ground.fund()
    ground.give(fund, *["1"] * 30)
    account = money_holding(fund)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = statement_page(account.pk, None, 10)
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        statement_page(account.pk, page.next, 10)
    assert len(queries) == 2


def test_the_state_of_a_fund_is_its_axes_ends(ground: Ground) -> None:
    fund: Fund = ground.fund("3301")
    assert (fund_state(fund.pk).in_hand, fund_state(fund.pk).account_id) == (0, None)
    gift = ground.gift(fund, "100")
    ground.send(fund, "30")
    ground.spend(fund, "20")
    reverse_entry(
        entry=gift,
        made_by=ground.clerk,
        approved_by=ground.approver,
        occurred_on=DAY,
        document="示例更正单",
        key=ground.key(),
        quantity=Decimal("5"),
    )
    state = fund_state(fund.pk)
    assert state.account_id == money_holding(fund).pk
    assert (state.inflow, state.outflow, state.removed, state.in_hand, state.in_transit) == (100, 50, 5, 45, 30)
