"""The small network of reports, whose people also pay, transfer, refund and take back; every step is committed."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.clock import frozen_at
from donations.choices import CorrectionKind
from donations.models import Donation
from donations.services.corrections import TakingBack, approve_correction, request_correction
from ledger.choices import EntryKind, UseBasis
from ledger.models import Entry, Fund
from ledger.services import (
    EntryDraft,
    MovementDraft,
    approve_opening,
    money_holding,
    post_entry,
    reverse_entry,
    stage_opening,
    submit_opening,
)
from organizations.choices import Role
from organizations.models import Branch
from spending.models import Payment, Transfer
from spending.services.reversing import approve_reversal, request_reversal
from tests.factories.people import make_person
from tests.spending.ground import Ground as Spending
from tests.standing import Standing
from tests.transparency.ground import Ground, make_ground, moment

CODES = ("33", "3301", "330182")


@dataclass
class UseGround:
    """Gifts and reports of `gifts`, spending of `spending`, over the same branches and people."""

    gifts: Ground
    spending: Spending

    @property
    def branches(self) -> dict[str, Branch]:
        """Branches by code."""
        return self.gifts.branches

    def fund(self, code: str, **terms: Any) -> Fund:
        """The default fund of a branch, or a restricted one."""
        return self.spending.fund(code, **terms)

    def on(self, day: str, work: Callable[[], Any]) -> Any:
        """Do something on a day."""
        with frozen_at(moment(day, 12)):
            return work()

    def open(self, code: str, amount: str, *, on: str) -> None:
        """An opening balance of a branch's default fund, by two people; once."""
        people, fund = self.spending.people, self.fund(code)
        data = f"资金池编码,计量对象,数量,截至日期,仓库,依据\n{fund.code},,{amount},{on},,示例期初\n".encode()

        def work() -> None:
            batch = stage_opening(
                branch=self.branches[code], name="示例期初.csv", data=data, actor=people[f"{code}.finance"]
            )
            submit_opening(batch_id=batch.pk, actor=people[f"{code}.finance"])
            approve_opening(batch_id=batch.pk, actor=people[f"{code}.cashier"])

        self.on(on, work)

    def pay(self, code: str, amount: str, *, on: str, fund: Fund | None = None, **over: Any) -> Payment:
        """A payment, recorded and paid on a day; `paid_on` may be another."""
        paid_on = over.pop("paid_on", None)

        def work() -> Payment:
            payment = self.spending.approved(fund or self.fund(code), amount, **over)
            if paid_on is None:
                return self.spending.pay(payment)
            from spending.services.paying import pay_payment  # noqa: PLC0415 -- only late ones need the day

            finance = self.spending.people[f"{code}.finance"]
            day = datetime.date.fromisoformat(paid_on)
            return pay_payment(payment_id=payment.pk, actor=finance, bank_reference="示例流水", paid_on=day)

        return self.on(on, work)  # type: ignore[no-any-return]

    def undo_payment(self, payment: Payment, *, on: str, note: str = "示例：重复付款，款项已退回") -> None:
        """A payment taken back by two people."""
        code = payment.branch.code
        people = self.spending.people

        def work() -> None:
            asked = request_reversal(
                payment_id=payment.pk, reason="示例理由", public_note=note, actor=people[f"{code}.clerk"]
            )
            approve_reversal(reversal_id=asked.pk, actor=people[f"{code}.approver"])

        self.on(on, work)

    def send(self, code: str, to: str, amount: str, *, on: str, fund: Fund | None = None) -> Transfer:
        """A transfer that is under way."""
        return self.on(on, lambda: self.spending.sent(fund or self.fund(code), to, amount))  # type: ignore[no-any-return]

    def arrive(self, transfer: Transfer, accepted: str, *, on: str, sent_back: str = "0") -> None:
        """What became of it at the receiving end; what is neither accepted nor sent back is still asked for."""
        fund = self.fund(transfer.to_branch.code)

        def work() -> None:
            counted = self.spending.counted(
                transfer, fund if Decimal(accepted) else None, accepted, sent_back=Decimal(sent_back), note="示例说明"
            )
            self.spending.confirmed(counted)

        self.on(on, work)

    def refund(self, gift: Donation, amount: str, *, on: str, advanced_by: Fund | None = None) -> None:
        """A part of a gift given back by two people."""
        code = gift.branch.code
        taking = TakingBack(CorrectionKind.REFUND, Decimal(amount), advanced_by)

        def work() -> None:
            asked = request_correction(
                donation=gift, reason="示例理由", public_note="示例：捐赠人请求退还", actor=self.gifts.clerks[code],
                taking=taking,
            )  # fmt: skip
            approve_correction(correction_id=asked.pk, actor=self.gifts.approvers[code])

        self.on(on, work)

    def change_use(self, source: Fund, destination: Fund, amount: str, *, on: str) -> Entry:
        """A change of use between two funds of a branch."""
        code = source.branch.code

        def work() -> Entry:
            return post_entry(
                draft=EntryDraft(
                    branch=source.branch,
                    kind=EntryKind.CHANGE_OF_USE,
                    occurred_on=datetime.date.fromisoformat(on),
                    made_by=self.gifts.clerks[code],
                    approved_by=self.gifts.approvers[code],
                    document="示例同意书",
                    key=f"test:change:{source.pk}:{amount}:{on}",
                    basis=UseBasis.CONSENT,
                    movements=(MovementDraft(money_holding(source), money_holding(destination), Decimal(amount)),),
                )
            )

        return self.on(on, work)  # type: ignore[no-any-return]

    def undo_entry(self, entry: Entry, *, on: str) -> None:
        """Any entry taken back in the books."""
        code = entry.branch.code
        self.on(on, lambda: reverse_entry(
            entry=entry, made_by=self.gifts.clerks[code], approved_by=self.gifts.approvers[code],
            occurred_on=datetime.date.fromisoformat(on), document="示例冲销", key=f"test:undo:{entry.pk}:{on}",
        ))  # fmt: skip


def make_use_ground() -> UseGround:
    """33, 3301, 330182: a clerk, an approver and a finance officer each, and those who report for the province."""
    gifts = make_ground()
    people = {f"{code}.clerk": person for code, person in gifts.clerks.items()}
    people |= {f"{code}.approver": person for code, person in gifts.approvers.items()}
    for code in CODES:
        for name in ("finance", "cashier"):
            people[f"{code}.{name}"] = make_person(f"{name}.{code}", Role.FINANCE, gifts.branches[code])
    return UseGround(gifts, Spending(gifts.branches, people))


STANDING = Standing("use", make_use_ground)
