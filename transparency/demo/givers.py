"""What the demo's clerks do for givers after the gift: telephones, receipts, an answer, feedback."""

from __future__ import annotations

from core.clock import today
from donations.choices import ReceiptState
from donations.permissions import gift_for
from donations.selectors.desk import GiftFilter, search_gifts
from donations.services.givers import answer_request, ask_about_gift, record_contact, record_feedback
from donations.services.receipts import ReceiptDraft, record_receipt
from transparency.demo.people import Desk

# Nobody's: the block is not given out. With it, and the newest file in var/messages, one tries 我的捐赠.
PHONE = "13800000000"
CODE = "33010126"


def look_after_givers(desk: Desk) -> None:
    """Record a telephone with three gifts of a branch, receipts with ten, and let one giver ask and be answered."""
    numbers = [gift.number for gift in search_gifts(desk.clerk, GiftFilter(branch=desk.branch.code), limit=12).gifts]
    gifts = [gift_for(desk.clerk, number) for number in numbers]
    for gift in gifts[:3]:
        record_contact(donation=gift, phone=PHONE, actor=desk.clerk)
    for serial, gift in enumerate(gifts[2:], start=1):
        draft = ReceiptDraft(ReceiptState.ISSUED, CODE, f"{serial:010d}", f"demo{serial:02d}", gift.received_on)
        record_receipt(donation=gift, draft=draft, actor=desk.clerk)
    if len(gifts) > 1:
        asked = ask_about_gift(donation=gifts[0], kind="copies", text="想了解这笔捐款用在了哪里。")
        answer_request(request_id=asked.pk, answer="资料已备好，工作日可来领取，也可邮寄。", actor=desk.clerk)
        ask_about_gift(donation=gifts[1], kind="correction", text="捐赠日期登记有误，请核对。")
        record_feedback(
            donation=gifts[0], told_on=today(), channel="phone", summary="已电话告知资金池使用情况。", actor=desk.clerk
        )
