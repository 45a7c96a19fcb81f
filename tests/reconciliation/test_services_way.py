"""The whole way: read, told apart, a batch of the gifts posted, the lines settled."""

from __future__ import annotations

from decimal import Decimal

from donations.services.batches import cancel_batch
from donations.services.rows import exclude_row
from reconciliation.models import LineEvent, LineGift
from reconciliation.services.batching import make_batch
from reconciliation.services.deciding import decide_alike
from reconciliation.services.statements import settle_statement
from tests.reconciliation.files import Made, icbc
from tests.reconciliation.ground import Ground

LINES = [
    Made("2026-01-05", "500.00", "示例甲乙"),
    Made("2026-01-06", "1200.50", "虚构示例贸易有限公司", remark="助学"),
    Made("2026-01-07", "3.17", "", "利息"),
    Made("2026-01-08", "-10.00", "", "手续费"),
    Made("2026-01-09", "88.00", "", "现金存入"),
]


def test_a_file_of_icbc_goes_the_whole_way_to_settled_lines(ground: Ground) -> None:
    statement = ground.read(icbc(LINES))
    assert (statement.status, statement.layout_key, statement.line_count) == ("in_work", "icbc-v2", 5)
    assert (statement.opening_balance, statement.closing_balance) == (Decimal("0.00"), Decimal("1781.67"))
    lines = ground.lines(statement)
    assert [line.proposed_kind for line in lines] == ["gift", "gift", "interest", "fee", "gift"]
    assert [line.payer_shown for line in lines] == ["示**", "虚构示例贸易有限公司", "", "", ""]
    batch = make_batch(statement_id=statement.pk, fund=ground.fund, actor=ground.clerk)
    rows = ground.rows(batch)
    assert [(row.donor, row.donor_kind, row.amount) for row in rows] == [
        ("示例甲乙", "person", Decimal("500.00")),
        ("虚构示例贸易有限公司", "organisation", Decimal("1200.50")),
        ("爱心人士", "anonymous", Decimal("88.00")),
    ]
    assert [line.outcome for line in ground.lines(statement)] == ["in_batch", "in_batch", "open", "open", "in_batch"]
    assert decide_alike(statement_id=statement.pk, actor=ground.clerk) == 2
    ground.post(batch)
    lines = ground.lines(statement)
    assert [line.outcome for line in lines] == ["gift", "gift", "other", "other", "gift"]
    gifts = ground.gifts(batch)
    assert [line.gift_id for line in lines if line.gift_id] == [gift.pk for gift in gifts]
    assert settle_statement(statement_id=statement.pk, actor=ground.clerk).status == "settled"
    assert LineEvent.objects.filter(line=lines[0]).values_list("to_outcome", flat=True).count() == 2


def test_gifts_that_stand_in_the_books_already_are_found_and_not_booked_again(ground: Ground) -> None:
    first, second = ground.posted(("示例甲乙", "500", "2026-01-04"), ("虚构示例贸易有限公司", "1200.5", "2026-01-06"))
    statement = ground.read(icbc(LINES))
    lines = ground.lines(statement)
    assert [line.outcome for line in lines] == ["gift", "gift", "open", "open", "open"]
    assert [line.gift_id for line in lines[:2]] == [first.pk, second.pk]


def test_a_row_left_out_or_a_batch_given_up_opens_its_lines_again(ground: Ground) -> None:
    statement = ground.read(icbc(LINES))
    batch = make_batch(statement_id=statement.pk, fund=ground.fund, actor=ground.clerk)
    exclude_row(batch_id=batch.pk, row_number=3, reason="不是捐款", actor=ground.clerk)
    ground.post(batch)
    assert [line.outcome for line in ground.lines(statement)] == ["gift", "gift", "open", "open", "open"]
    again = make_batch(statement_id=statement.pk, fund=ground.fund, actor=ground.clerk)
    assert [row.amount for row in ground.rows(again)] == [Decimal("88.00")]
    cancel_batch(batch_id=again.pk, reason="示例作废", actor=ground.clerk)
    assert ground.lines(statement)[4].outcome == "open"
    assert LineGift.objects.filter(line=ground.lines(statement)[4], is_active=True).count() == 0
