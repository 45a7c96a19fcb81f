"""How the demo's money is used: transfers over three levels and payments, by the services of the desk's pages."""

from __future__ import annotations

import datetime
import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import User
from core.clock import SHANGHAI, today
from core.money import round_yuan
from core.periods import Period
from donations.selectors.funds import fund_for
from ledger.selectors.funds import fees_taken, gifts_received
from organizations.models import Branch, Division
from spending.choices import PayeeKind, PaymentKind, SpendingPurpose
from spending.selectors.payments import fund_in_hand
from spending.services.approving import approve_payment
from spending.services.beneficiaries import Person, set_beneficiaries
from spending.services.documents import add_document, offer_copy, release_copy
from spending.services.paying import pay_payment
from spending.services.payments import PaymentDraft, create_payment, submit_payment
from spending.services.receiving import Arrival, confirm_transfer, count_transfer, keep_evidence
from spending.services.reversing import approve_reversal, request_reversal
from spending.services.transfers import (
    TransferDraft,
    create_transfer,
    return_transfer,
    send_transfer,
    submit_transfer,
)
from transparency.demo.calendar import Step
from transparency.demo.people import Desk

# Sums below this are not worth a transfer or a payment.
LEAST = Decimal(200)
LEADERS = {
    "33": "province.leader",
    "3301": "hangzhou.leader",
    "330182": "jiande.leader",
    "3303": "wenzhou.leader",
}
# Steps of the same moment keep the order of their numbers; those of gifts come before.
FIRST_NUMBER = 10_000


@dataclass(frozen=True)
class Users:
    """Who uses the demo's money: desks by branch, and who pays and leads there."""

    desks: dict[str, Desk]
    people: dict[str, User]

    def payer(self, code: str) -> User:
        """Who pays in a branch: the second finance officer, or in a county its clerk."""
        payers = {"33": "province.cashier", "3301": "hangzhou.finance", "3303": "wenzhou.finance"}
        return self.people[payers[code]] if code in payers else self.desks[code].clerk

    def share(self, fund: Any, share: str) -> Decimal:
        """A share of what a fund holds, in round hundreds of yuan."""
        return (fund_in_hand(fund) * Decimal(share) // 100) * 100

    # --- transfers ----------------------------------------------------------------------------------------------

    def draft_transfer(self, code: str, to: str, share: str, *, late: int = -5, fund: str = "") -> Any:
        """Draft a transfer of a share of a fund; `late`: expected so many days ago. None where there is too little."""
        desk = self.desks[code]
        source = fund_for(desk.branch, fund)
        amount = self.share(source, share)
        if amount < LEAST:
            return None
        draft = TransferDraft(
            fund=source,
            to_branch=self.desks[to].branch,
            amount=amount,
            use=_("示例：基层人道救助项目款"),
            decision=_("示例执委会会议纪要 %(month)s") % {"month": f"{today():%Y-%m}"},
            expected_on=today() - datetime.timedelta(days=late),
        )
        return create_transfer(draft=draft, key=uuid.uuid4(), actor=desk.clerk)

    def send(self, code: str, to: str, share: str, *, late: int = -5, days_ago: int = 0) -> Any:
        """Send a share of a fund: drafted, submitted, approved."""
        desk, drafted = self.desks[code], self.draft_transfer(code, to, share, late=late)
        if drafted is None:
            return None
        submit_transfer(transfer_id=drafted.pk, actor=desk.clerk)
        sent_on = today() - datetime.timedelta(days=days_ago)
        return send_transfer(
            transfer_id=drafted.pk, actor=desk.approver, sent_on=sent_on, bank_reference=f"SL{drafted.pk:08d}"
        )

    def count(self, transfer: Any, *, lost: Decimal = Decimal(0), back: Decimal = Decimal(0), note: str = "") -> None:
        """Record at the receiving end what arrived."""
        desk = self.desks[transfer.to_branch.code]
        accepted = transfer.amount - lost - back
        arrival = Arrival(
            received_on=today(),
            accepted=accepted,
            fund=fund_for(desk.branch) if accepted else None,
            lost=lost,
            sent_back=back,
            note=note,
            evidence=keep_evidence(upload=_paper(), actor=desk.clerk) if lost else None,
        )
        count_transfer(transfer_id=transfer.pk, arrival=arrival, actor=desk.clerk)

    def receive(self, transfer: Any, **parts: Any) -> None:
        """Record and confirm what arrived."""
        if transfer is not None:
            self.count(transfer, **parts)
            confirm_transfer(transfer_id=transfer.pk, actor=self.desks[transfer.to_branch.code].approver)

    # --- payments -----------------------------------------------------------------------------------------------

    def ask(self, code: str, amount: Decimal, *, people: int = 0, submit: bool = True, **over: Any) -> Any:
        """Draft (and submit) a payment, with a paper or with a list of made-up people."""
        desk = self.desks[code]
        values: dict[str, Any] = {
            "kind": PaymentKind.PURCHASE,
            "fund": fund_for(desk.branch),
            "amount": amount,
            "purpose": SpendingPurpose.RELIEF,
            "use": _("示例：救灾帐篷和棉被采购"),
            "payee_kind": PayeeKind.ORGANISATION,
            "payee_name": _("虚构示例救援物资有限公司"),
            "payee_account": "虚构账号0001",
            "area": Division.objects.get(code=_county_of(desk.branch)),
            "helped_count": people,
            "decision": _("示例执委会会议纪要 %(month)s") % {"month": f"{today():%Y-%m}"},
        }
        if people:
            values |= {"kind": PaymentKind.AID, "purpose": SpendingPurpose.AID, "use": _("示例：困难家庭人道救助")}
            values |= {"payee_kind": PayeeKind.LIST, "payee_name": "", "payee_account": ""}
        payment = create_payment(draft=PaymentDraft(**{**values, **over}), key=uuid.uuid4(), actor=desk.clerk)
        if people:
            set_beneficiaries(payment_id=payment.pk, people=_made_up(people, amount), actor=desk.clerk)
        else:
            add_document(payment_id=payment.pk, kind="invoice", upload=_paper(), actor=desk.clerk)
        return submit_payment(payment_id=payment.pk, actor=desk.clerk) if submit else payment

    def pay(self, code: str, payment: Any) -> Any:
        """Let everybody approve whom the amount asks for, and pay."""
        approve_payment(payment_id=payment.pk, actor=self.desks[code].approver)
        if payment.needs_leader:
            approve_payment(payment_id=payment.pk, actor=self.people[LEADERS[code]])
        return pay_payment(payment_id=payment.pk, actor=self.payer(code), bank_reference=f"SL{payment.pk:08d}")

    def spend(self, code: str, share: str, **over: Any) -> Any:
        """Pay a share of a branch's default fund; None where there is too little."""
        amount = self.share(fund_for(self.desks[code].branch), share)
        return self.pay(code, self.ask(code, amount, **over)) if amount >= LEAST else None

    def take_fee(self, code: str, fund_code: str) -> None:
        """Take half of the management fee that a fund's agreement still allows."""
        fund = fund_for(self.desks[code].branch, fund_code)
        fee = round_yuan((fund.fee_rate * gifts_received(fund) - fees_taken(fund)) / 2)
        if fee > 0:
            words: dict[str, Any] = {"use": _("示例：协议约定的执行成本"), "payee_name": _("虚构示例审计事务所")}
            words |= {"kind": PaymentKind.FEE, "purpose": SpendingPurpose.MANAGEMENT, "area": None, "fund": fund}
            self.pay(code, self.ask(code, fee, **words))

    def reverse(self, code: str, payment: Any) -> None:
        """Reverse a payment by two people."""
        if payment is not None:
            asked = request_reversal(
                payment_id=payment.pk,
                reason=_("示例：同一张发票付了两次"),
                public_note=_("重复付款，款项已退回原资金池。"),
                actor=self.desks[code].clerk,
            )
            approve_reversal(reversal_id=asked.pk, actor=self.desks[code].approver)

    def release(self, code: str, payment: Any) -> None:
        """Release a redacted copy of a payment's paper by two people."""
        if payment is not None:
            paper = payment.documents.get()
            offer_copy(document_id=paper.pk, upload=_paper("black"), actor=self.desks[code].clerk)
            release_copy(document_id=paper.pk, actor=self.desks[code].approver)


def using_steps(month: Period, index: int, users: Users, funds: dict[str, str]) -> Iterator[Step]:
    """What is sent, bought and paid in a month, late in it, when its gifts have come."""

    def at(day: int, hour: int) -> datetime.datetime:
        return datetime.datetime.combine(month.first_day.replace(day=day), datetime.time(hour, 30), tzinfo=SHANGHAI)

    city = ("3301", "3303")[index % 2]
    works = [
        (at(22, 9), lambda: users.receive(users.send("33", city, "0.3"))),
        (at(23, 9), lambda: users.receive(users.send("3301", "330182", "0.2"))),
        (at(24, 9), lambda: users.release("3301", users.spend("3301", "0.15"))),
        (at(24, 14), lambda: users.spend("330182", "0.3", people=3 + index % 9)),
        (at(25, 9), lambda: users.spend("3303", "0.2", kind=PaymentKind.UNIT, payee_name=_("虚构示例小学"))),
    ]
    if index % 4 == 2:
        works.append((at(26, 9), lambda: users.take_fee("33", funds["33"])))
    if index % 6 == 3:
        works.append((at(26, 14), lambda: users.reverse("330182", users.spend("330182", "0.05"))))
    for number, (moment, work) in enumerate(works, start=FIRST_NUMBER):
        yield Step(moment, number, work)


def leave_use_unfinished(users: Users) -> None:
    """What lies on the desks: late, in part, sent back, waiting at each end; payments to decide and to pay."""
    users.send("33", "3301", "0.05", late=4, days_ago=12)
    users.send("3301", "330182", "0.05")
    in_part = users.send("33", "3303", "0.05")
    users.receive(
        in_part, lost=Decimal("15.00"), back=Decimal("100.00"), note=_("示例：银行扣费 15 元，多拨 100 元退还")
    )
    home = users.send("3303", "33", "0.05")
    users.receive(home, back=home.amount, note=_("示例：对应项目已结项，退回重新安排"))
    users.count(users.send("3301", "33", "0.03"))
    users.draft_transfer("33", "330182", "0.02")
    returned = users.draft_transfer("330182", "3301", "0.1")
    submit_transfer(transfer_id=returned.pk, actor=users.desks["330182"].clerk)
    return_transfer(
        transfer_id=returned.pk, actor=users.desks["330182"].approver, reason=_("示例：金额与会议纪要不一致")
    )
    waiting = users.draft_transfer("3301", "330182", "0.04")
    submit_transfer(transfer_id=waiting.pk, actor=users.desks["3301"].clerk)
    for code in ("3301", "330182"):
        amount = users.share(fund_for(users.desks[code].branch), "0.1")
        users.ask(code, amount)
        users.ask(code, amount, people=4)
        ready = users.ask(code, amount, payee_name=_("虚构示例印务有限公司"))
        approve_payment(payment_id=ready.pk, actor=users.desks[code].approver)
        users.ask(code, amount, submit=False)
    # Above the county's first band: a leader is needed as well.
    users.ask("330182", Decimal("60000.00"), payee_name=_("虚构示例急救设备有限公司"))


def _county_of(branch: Branch) -> str:
    return (
        branch.division_id
        if len(branch.division_id) == 6
        else {"33": "330182", "3301": "330182"}.get(branch.division_id, "330302")
    )


def _made_up(count: int, total: Decimal) -> list[Person]:
    each = (total / count).quantize(Decimal(1), rounding="ROUND_DOWN")
    amounts = [each] * (count - 1) + [total - each * (count - 1)]
    return [
        Person(row_number=n, name=f"示例受助{n}", identity="", amount=amount, account="")
        for n, amount in enumerate(amounts, start=1)
    ]


def _paper(colour: str = "white") -> io.BytesIO:
    """A blank sheet in place of a scanned paper."""
    target = io.BytesIO()
    Image.new("RGB", (420, 594), colour).save(target, "PNG")
    target.seek(0)
    return target
