"""Fiscal receipts: recorded once, never twice under one number, cancelled and kept; lists wholly or not at all."""

import datetime
import io
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from openpyxl import Workbook

from core.clock import today
from core.errors import Conflict, DomainError, NotAllowed, NotFound
from donations.choices import RECEIPT_TRANSITIONS, ReceiptState
from donations.models import Donation, Receipt
from donations.selectors.receipts import (
    gift_of_receipt,
    receipt_states,
    receipts_of,
    reversed_with_receipt,
    waiting_gifts,
)
from donations.services.receipt_lists import take_over_receipts
from donations.services.receipts import ReceiptDraft, cancel_receipt, record_receipt
from tests.donations.ground import Ground
from tests.factories.gifts import reverse_gift

DAY = datetime.date(2026, 1, 8)


def issued(number: str = "0000000001", **over: Any) -> ReceiptDraft:
    fields = {"code": "33010126", "number": number, "check_code": "ab12cd", "issued_on": DAY, **over}
    return ReceiptDraft(ReceiptState.ISSUED, **fields)


@pytest.fixture
def gift(ground: Ground) -> Donation:
    return ground.posted(("示例甲", "100.00"))[0]


def test_an_issued_receipt_is_kept_with_its_numbers_and_the_gifts_sum(ground: Ground, gift: Donation) -> None:
    receipt = record_receipt(donation=gift, draft=issued(), actor=ground.clerk)
    assert (receipt.code, receipt.number, receipt.check_code) == ("33010126", "0000000001", "AB12CD")
    assert receipt.amount == Decimal("100.00")
    assert receipt_states([gift.pk]) == {gift.pk: "issued"}


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"code": "1"}, "code"),
        ({"number": "12345"}, "number"),
        ({"number": "号码"}, "number"),
        ({"check_code": ""}, "check_code"),
        ({"issued_on": None}, "issued_on"),
        ({"issued_on": datetime.date(2026, 1, 4)}, "issued_on"),
        ({"issued_on": today() + datetime.timedelta(days=1)}, "issued_on"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    ground: Ground, gift: Donation, over: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        record_receipt(donation=gift, draft=issued(**over), actor=ground.clerk)
    assert list(refused.value.fields) == [field]
    assert receipts_of(gift) == []


@pytest.mark.parametrize("state", [ReceiptState.WAIVED, ReceiptState.ANONYMOUS])
def test_a_receipt_that_was_not_issued_says_why(ground: Ground, gift: Donation, state: str) -> None:
    with pytest.raises(DomainError):
        record_receipt(donation=gift, draft=ReceiptDraft(state), actor=ground.clerk)
    record_receipt(donation=gift, draft=ReceiptDraft(state, note="来电放弃"), actor=ground.clerk)
    assert receipt_states([gift.pk]) == {gift.pk: state}


def test_a_gift_has_one_receipt_that_stands(ground: Ground, gift: Donation) -> None:
    record_receipt(donation=gift, draft=issued(), actor=ground.clerk)
    with pytest.raises(Conflict):
        record_receipt(donation=gift, draft=issued("0000000002"), actor=ground.clerk)


def test_a_number_is_never_used_twice_not_even_after_it_was_cancelled(ground: Ground) -> None:
    first, second = ground.posted(("示例甲", "100.00"), ("示例乙", "50.00"))
    receipt = record_receipt(donation=first, draft=issued(), actor=ground.clerk)
    for _again in range(2):
        with pytest.raises(Conflict) as refused:
            record_receipt(donation=second, draft=issued(), actor=ground.clerk)
        assert "number" in refused.value.fields
        if receipt.state != ReceiptState.CANCELLED:
            receipt = cancel_receipt(receipt_id=receipt.pk, reason="金额开错", actor=ground.clerk)
    record_receipt(donation=first, draft=issued("0000000002"), actor=ground.clerk)
    assert [one.state for one in receipts_of(first)] == ["issued", "cancelled"]


def test_two_people_with_one_number_at_once_keep_it_once(committed_ground: Ground) -> None:
    ground = committed_ground
    gifts = ground.posted(("示例甲", "100.00"), ("示例乙", "50.00"))
    barrier, results = threading.Barrier(2), []

    def attempt(gift: Donation) -> None:
        barrier.wait()
        try:
            record_receipt(donation=gift, draft=issued(), actor=ground.clerk)
            results.append("kept")
        except Conflict:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[gift]) for gift in gifts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["kept", "refused"]


def test_every_step_of_the_table_and_no_other(ground: Ground) -> None:
    for state in ReceiptState:
        ends = RECEIPT_TRANSITIONS[state]
        assert ends == (frozenset() if state == ReceiptState.CANCELLED else frozenset({ReceiptState.CANCELLED}))
    (gift,) = ground.posted(("示例丙", "10.00"))
    receipt = record_receipt(donation=gift, draft=issued(), actor=ground.clerk)
    cancel_receipt(receipt_id=receipt.pk, reason="开错", actor=ground.clerk)
    with pytest.raises(Conflict):
        cancel_receipt(receipt_id=receipt.pk, reason="再来", actor=ground.clerk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE donations_receipt SET number = '0000000009'",
        "UPDATE donations_receipt SET amount = 1",
        "UPDATE donations_receipt SET state = 'waived'",
        "UPDATE donations_receipt SET state = 'cancelled', was_state = 'waived'",
        "DELETE FROM donations_receipt",
        "TRUNCATE donations_receipt",
        "UPDATE donations_paperprint SET copy_number = 2",
    ],
)
@pytest.mark.usefixtures("as_server_owner")
def test_what_was_recorded_stands_against_anybody(committed_ground: Ground, statement: str) -> None:
    ground = committed_ground
    (gift,) = ground.posted(("示例丁", "10.00"))
    record_receipt(donation=gift, draft=issued(), actor=ground.clerk)
    from_print = "paperprint" in statement
    if from_print:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO donations_paperprint (donation_id, kind, copy_number, printed_by_id, printed_at,"
                " branch_id, province_id, city_id, county_id) SELECT id, 'certificate', 1, %s, now(),"
                " branch_id, province_id, city_id, county_id FROM donations_donation",
                [ground.clerk.pk],
            )
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_receipt_for_another_sum_is_refused_by_the_database(ground: Ground, gift: Donation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(
            **Receipt.lineage_of(gift.branch),
            donation=gift,
            state="waived",
            amount=Decimal("99.99"),
            note="示例",
            recorded_by=ground.clerk,
            recorded_at=gift.posted_at,
        )


def test_only_people_of_the_branch_with_the_right_record(ground: Ground, gift: Donation) -> None:
    with pytest.raises(NotAllowed):
        record_receipt(donation=gift, draft=issued(), actor=ground.approver)
    with pytest.raises(NotFound):
        record_receipt(donation=gift, draft=issued(), actor=ground.stranger)


def test_gifts_wait_until_something_is_known_of_their_receipt(ground: Ground) -> None:
    first, second, third = ground.posted(("示例甲", "1.00"), ("示例乙", "2.00"), ("示例丙", "3.00"))
    record_receipt(donation=second, draft=issued(), actor=ground.clerk)
    reverse_gift(third, ground.clerk, ground.approver)
    page = waiting_gifts(ground.clerk)
    assert [one.gift.pk for one in page.rows] == [first.pk]
    assert not page.rows[0].is_late
    assert page.rows[0].due_on > today()
    assert waiting_gifts(ground.stranger).rows == []


def test_the_list_of_waiting_gifts_goes_on(ground: Ground) -> None:
    gifts = ground.posted(*[(f"示例{n}", f"{n}.00") for n in range(1, 6)])
    page = waiting_gifts(ground.clerk, limit=2)
    seen = [one.gift.pk for one in page.rows]
    while page.next:
        page = waiting_gifts(ground.clerk, after=page.next, limit=2)
        seen += [one.gift.pk for one in page.rows]
    assert seen == [gift.pk for gift in gifts]


def test_an_issued_receipt_of_a_reversed_gift_is_to_be_cancelled(ground: Ground, gift: Donation) -> None:
    receipt = record_receipt(donation=gift, draft=issued(), actor=ground.clerk)
    assert reversed_with_receipt(ground.clerk) == []
    reverse_gift(gift, ground.clerk, ground.approver)
    assert reversed_with_receipt(ground.clerk) == [receipt]
    cancel_receipt(receipt_id=receipt.pk, reason="捐赠已冲销", actor=ground.clerk)
    assert reversed_with_receipt(ground.clerk) == []


def test_number_sum_and_day_must_all_agree_to_find_a_gift(ground: Ground, gift: Donation) -> None:
    receipt = record_receipt(donation=gift, draft=issued(), actor=ground.clerk)
    on, amount = gift.received_on, gift.amount
    assert gift_of_receipt("0000000001", amount, on) == gift.number
    assert gift_of_receipt("0000000002", amount, on) == ""
    assert gift_of_receipt("0000000001", amount + 1, on) == ""
    assert gift_of_receipt("0000000001", amount, on + datetime.timedelta(days=1)) == ""
    cancel_receipt(receipt_id=receipt.pk, reason="开错", actor=ground.clerk)
    assert gift_of_receipt("0000000001", amount, on) == ""


HEAD = "票据代码,票据号码,校验码,开票日期,金额（元）,备注"


def taken_over(ground: Ground, text: str, name: str = "票据.csv") -> Any:
    return take_over_receipts(source=io.BytesIO(text.encode()), filename=name, actor=ground.clerk)


def test_a_list_is_taken_over_by_the_gifts_numbers_in_its_remarks(ground: Ground) -> None:
    first, second = ground.posted(("示例甲", "100.00"), ("示例乙", "50.50"))
    found = taken_over(
        ground,
        f"公益事业捐赠票据清单,,,,,\n{HEAD}\n"
        f"33010126,0000000011,a1b2c3,2026-01-08,100.00,捐赠编号：{first.number}\n"
        f"33010126,0000000012,a1b2c4,2026-01-08,50.50,{second.number}\n合计,,,,150.50,\n",
    )
    assert found.is_recorded
    assert receipt_states([first.pk, second.pk]) == {first.pk: "issued", second.pk: "issued"}


def test_a_workbook_with_numbers_kept_as_numbers_is_taken_over(ground: Ground, gift: Donation, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEAD.split(","))
    book.active.append([33010126, 1234567890, "a1b2c3", datetime.date(2026, 1, 8), 100, gift.number])
    book.save(tmp_path / "list.xlsx")
    with (tmp_path / "list.xlsx").open("rb") as source:
        assert take_over_receipts(source=source, filename="list.xlsx", actor=ground.clerk).is_recorded
    assert receipts_of(gift)[0].number == "1234567890"


def test_one_wrong_row_keeps_the_whole_list_out_and_every_wrong_row_is_named(ground: Ground) -> None:
    first, second, third = ground.posted(("示例甲", "100.00"), ("示例乙", "50.00"), ("示例丙", "30.00"))
    found = taken_over(
        ground,
        f"{HEAD}\n"
        f"33010126,0000000021,a1b2c3,2026-01-08,100.00,{first.number}\n"
        f"33010126,0000000022,a1b2c3,2026-01-08,51.00,{second.number}\n"
        f"33010126,0000000021,a1b2c3,2026-01-08,30.00,{third.number}\n"
        f"33010126,0000000024,a1b2c3,2026-13-45,30.00,{third.number}\n"
        f"33010126,0000000025,a1b2c3,2026-01-08,一百,{third.number}\n"
        "33010126,0000000026,a1b2c3,2026-01-08,1.00,330182-2026-99999999\n",
    )
    assert not found.is_recorded
    assert [one.row for one in found.wrong] == [3, 4, 5, 6, 7]
    assert all(f"第 {one.row} 行" in one.problem for one in found.wrong)
    assert not Receipt.objects.unscoped("test").exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a,b\n1,2\n", "receipt_list_columns"),
        (f"{HEAD}\n", "receipt_list_empty"),
        ("", "file_empty"),
    ],
)
def test_a_list_that_is_none_is_refused_with_what_to_do(ground: Ground, text: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        taken_over(ground, text)
    assert refused.value.code == code


def test_a_renamed_pdf_is_refused(ground: Ground) -> None:
    with pytest.raises(DomainError):
        taken_over(ground, "%PDF-1.7 nothing", "票据.xlsx")
