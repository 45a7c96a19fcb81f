"""A small ground for the tests of spending: three levels of associations, each with a fund and people."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import User
from core.clock import today
from ledger.choices import EntryKind, WorldParty
from ledger.models import Fund
from ledger.selectors.balances import balance_of
from ledger.selectors.funds import unit_of_money
from ledger.services import (
    EntryDraft,
    FundTerms,
    MovementDraft,
    ensure_default_fund,
    money_holding,
    open_fund,
    post_entry,
    world_account,
)
from organizations.choices import Role
from organizations.models import Branch, Division
from spending.models import Payment, Transfer
from spending.services.approving import approve_payment
from spending.services.paying import pay_payment
from spending.services.payments import PaymentDraft, create_payment, submit_payment
from spending.services.receiving import Arrival, confirm_transfer, count_transfer
from spending.services.transfers import TransferDraft, create_transfer, send_transfer, submit_transfer
from tests.factories.people import FOUNDED, make_person, make_province
from tests.standing import Standing

LEVELS = ("33", "3301", "330182")


@dataclass
class Ground:
    """What the tests stand on: branches by code, people by login (`330182.clerk`, `330182.approver` …)."""

    branches: dict[str, Branch]
    people: dict[str, User]
    used_keys: int = 0

    def key(self) -> str:
        """A key not used before."""
        self.used_keys += 1
        return f"test:{self.used_keys}"

    def person(self, login: str) -> User:
        """Somebody of the ground."""
        return self.people[login]

    def fund(self, code: str, **terms: Any) -> Fund:
        """The default fund of a branch, or a restricted one with `terms`."""
        if not terms:
            return ensure_default_fund(branch=self.branches[code], on=FOUNDED, actor=None)
        terms = {"name": f"示例专项{self.key()}", **terms}
        return open_fund(branch=self.branches[code], terms=FundTerms(**terms), on=FOUNDED, actor=None)

    def give(self, fund: Fund, amount: str) -> None:
        """A money gift into a fund."""
        code = fund.branch.code
        post_entry(
            draft=EntryDraft(
                branch=fund.branch,
                kind=EntryKind.OPENING,
                occurred_on=today(),
                made_by=self.people[f"{code}.clerk"],
                approved_by=self.people[f"{code}.approver"],
                document="示例期初",
                key=self.key(),
                movements=(
                    MovementDraft(
                        world_account(WorldParty.OPENING, unit_of_money()), money_holding(fund), Decimal(amount)
                    ),
                ),
            )
        )

    def money(self, fund: Fund) -> Decimal:
        """The yuan of a fund."""
        return balance_of(money_holding(fund))

    def payment_draft(self, fund: Fund, amount: str, **over: Any) -> PaymentDraft:
        """A purchase that could be paid."""
        values: dict[str, Any] = {
            "kind": "purchase",
            "fund": fund,
            "amount": Decimal(amount),
            "purpose": "relief",
            "use": "示例帐篷采购",
            "payee_kind": "organisation",
            "payee_name": "虚构示例物资有限公司",
            "area": Division.objects.get(code="330182"),
            **over,
        }
        return PaymentDraft(**values)

    def payment(self, fund: Fund, amount: str, **over: Any) -> Payment:
        """A payment as its clerk drafts it."""
        draft = self.payment_draft(fund, amount, **over)
        return create_payment(draft=draft, key=uuid.uuid4(), actor=self.people[f"{fund.branch.code}.clerk"])

    def asked(self, fund: Fund, amount: str, **over: Any) -> Payment:
        """A payment that waits for approval."""
        payment = self.payment(fund, amount, **over)
        return submit_payment(payment_id=payment.pk, actor=self.people[f"{fund.branch.code}.clerk"])

    def approved(self, fund: Fund, amount: str, **over: Any) -> Payment:
        """A small payment that waits to be paid."""
        payment = self.asked(fund, amount, **over)
        return approve_payment(payment_id=payment.pk, actor=self.people[f"{fund.branch.code}.approver"])

    def paid(self, fund: Fund, amount: str, **over: Any) -> Payment:
        """A small payment that was paid by the finance officer."""
        return self.pay(self.approved(fund, amount, **over))

    def pay(self, payment: Payment) -> Payment:
        """Pay what was approved."""
        finance = self.people[f"{payment.branch.code}.finance"]
        return pay_payment(payment_id=payment.pk, actor=finance, bank_reference=f"示例流水{payment.pk}")

    def draft(self, fund: Fund, to: str, amount: str, **over: Any) -> TransferDraft:
        """A transfer that could be sent."""
        values: dict[str, Any] = {
            "fund": fund,
            "to_branch": self.branches[to],
            "amount": Decimal(amount),
            "use": "示例救灾物资采购",
            "decision": "示例会议纪要1号",
            "expected_on": today() + datetime.timedelta(days=3),
            **over,
        }
        return TransferDraft(**values)

    def drafted(self, fund: Fund, to: str, amount: str, **over: Any) -> Transfer:
        """A transfer as its clerk drafts it."""
        clerk = self.people[f"{fund.branch.code}.clerk"]
        return create_transfer(draft=self.draft(fund, to, amount, **over), key=uuid.uuid4(), actor=clerk)

    def submitted(self, fund: Fund, to: str, amount: str, **over: Any) -> Transfer:
        """A transfer that waits for its approver."""
        transfer = self.drafted(fund, to, amount, **over)
        return submit_transfer(transfer_id=transfer.pk, actor=self.people[f"{fund.branch.code}.clerk"])

    def sent(self, fund: Fund, to: str, amount: str, **over: Any) -> Transfer:
        """A transfer that is under way."""
        transfer = self.submitted(fund, to, amount, **over)
        return send_transfer(transfer_id=transfer.pk, actor=self.people[f"{fund.branch.code}.approver"])

    def counted(self, transfer: Transfer, fund: Fund | None, accepted: str, **over: Any) -> Transfer:
        """What arrived, recorded by the receiver's clerk."""
        arrival = Arrival(received_on=today(), accepted=Decimal(accepted), fund=fund, **over)
        return count_transfer(
            transfer_id=transfer.pk, arrival=arrival, actor=self.people[f"{transfer.to_branch.code}.clerk"]
        )

    def confirmed(self, transfer: Transfer) -> Transfer:
        """What was recorded, confirmed by the receiver's approver."""
        return confirm_transfer(transfer_id=transfer.pk, actor=self.people[f"{transfer.to_branch.code}.approver"])

    def arrived(self, transfer: Transfer, fund: Fund) -> Transfer:
        """A transfer received in full."""
        return self.confirmed(self.counted(transfer, fund, str(transfer.amount)))


def make_ground() -> Ground:
    """Make the small province with a clerk, an approver and a finance officer at each of three levels."""
    branches = make_province()
    people: dict[str, User] = {}
    for code in (*LEVELS, "3303"):
        for role in (Role.CLERK, Role.APPROVER, Role.FINANCE):
            login = f"{code}.{role.value}"
            people[login] = make_person(login, role, branches[code])
    for code in LEVELS:
        people[f"{code}.leader"] = make_person(f"{code}.leader", Role.LEADER, branches[code])
        people[f"{code}.second"] = make_person(f"{code}.second", Role.APPROVER, branches[code])
    people["above"] = make_person("above", Role.SUPERVISOR, branches["33"], with_below=True)
    return Ground(branches, people)


STANDING = Standing("spending", make_ground)
