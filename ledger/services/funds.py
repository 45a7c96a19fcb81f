"""Opening and closing funds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.audit import record_audit
from core.clock import today
from core.numbers import take_serials
from ledger.errors import LedgerConflict, LedgerError, refusals_explained
from ledger.models import Account, AccountBalance, Fund
from ledger.selectors.funds import default_fund, open_successor
from ledger.services.positions import lock_balances, written
from organizations.choices import Right
from organizations.models import Branch, Division
from organizations.permissions import require

# The letter before the number of a fund in its code, `330106-F1` (docs/numbers.md).
FUND_LETTER = "F"


@dataclass(frozen=True)
class FundTerms:
    """What a fund may be used for; any of the four restrictions makes it restricted (定向).

    `fee_rate` (0-1) is the management fee that the agreement allows.
    """

    name: str
    purpose: str = ""
    area: Division | None = None
    beneficiary: str = ""
    project: str = ""
    fee_rate: Decimal = Decimal(0)

    @property
    def is_restricted(self) -> bool:
        """Whether anything limits the use."""
        return bool(self.purpose or self.area or self.beneficiary or self.project)


def open_fund(
    *, branch: Branch, terms: FundTerms, on: date, actor: User | None, right: str = Right.MANAGE_FUNDS
) -> Fund:
    """Open a fund of a branch under the next code `<branch>-F<n>`, without gap, and return it.

    `actor` None is the system; `right` is what the actor is asked for where the fund is opened by something that two
    people decided (a campaign, an agreement). Locks the branch's counter of funds. Raises NotAllowed without the right,
    LedgerConflict for a name that the branch has already, LedgerError for terms that are incomplete.
    """
    if actor is not None:
        require(actor, right, branch)
    _check_terms(terms, on)
    with refusals_explained(), transaction.atomic():
        fund = _insert(branch, terms, on, is_default=False)
        record_audit("ledger.fund.opened", actor=actor, obj=fund, object_key=fund.code, branch_code=branch.code)
    return fund


def ensure_default_fund(*, branch: Branch, on: date, actor: User | None) -> Fund:
    """Return the fund that takes what names no other, opened when the branch has none: 日常捐赠（非定向）.

    Race-safe: whoever comes second waits for the first and gets the same fund.
    """
    fund = default_fund(branch)
    if fund is not None:
        return fund
    with refusals_explained(), transaction.atomic():
        # The branch's row serialises two callers; nobody who posts takes it.
        Branch.objects.select_for_update(of=("self",)).get(pk=branch.pk)
        fund = default_fund(branch)
        if fund is None:
            fund = _insert(branch, FundTerms(name=_("日常捐赠（非定向）")), on, is_default=True)
            record_audit("ledger.fund.opened", actor=actor, obj=fund, object_key=fund.code, branch_code=branch.code)
    return fund


def close_fund(*, fund: Fund, successor: Fund, on: date, actor: User, right: str = Right.MANAGE_FUNDS) -> Fund:
    """Close an empty fund: from then on it takes no inflow, and what comes late goes to `successor`.

    What it still holds is moved first, by entries of their own (拨付, or 变更用途 with its basis): closing moves
    nothing. `right` as for `open_fund`. Locks the fund, then its balances. Raises LedgerError where it holds anything,
    in hand or under way, or where the successor does not fit; LedgerConflict where it is closed already.
    """
    require(actor, right, fund.branch)
    with refusals_explained(), transaction.atomic():
        # FOR UPDATE, so that nobody opens an account of the fund meanwhile (its foreign key waits for this lock); both
        # in one order, so that two funds cannot be closed in favour of each other.
        pair = Fund.objects.filter(pk__in=[fund.pk, successor.pk]).select_related("branch").order_by("pk")
        locked = {one.pk: one for one in pair.select_for_update(of=("self",))}
        fund, successor = locked[fund.pk], locked[successor.pk]
        if not fund.is_open:
            raise LedgerConflict("fund_closed_already", _("这个资金池已经关闭，请刷新页面。"))
        _check_successor(fund, successor)
        if on > today() or on < fund.opened_on:
            sentence = _("关闭日期不能早于设立日期，也不能晚于今天。")
            raise LedgerError("date_out_of_range", sentence, {"on": sentence})
        _check_empty(fund)
        fund.closed_on, fund.successor = on, successor
        # A closed fund cannot be the one that takes what names no other.
        fund.is_default = False
        fund.save(update_fields=["closed_on", "successor", "is_default"])
        record_audit(
            "ledger.fund.closed",
            actor=actor,
            obj=fund,
            object_key=fund.code,
            branch_code=fund.branch.code,
            changed_fields=["closed_on", "successor"],
        )
    return fund


def _insert(branch: Branch, terms: FundTerms, on: date, *, is_default: bool) -> Fund:
    serial = take_serials(branch.code, 0, FUND_LETTER)
    return Fund.objects.create(
        code=f"{branch.code}-{FUND_LETTER}{serial}",
        branch=branch,
        name=terms.name.strip(),
        is_restricted=terms.is_restricted,
        purpose=terms.purpose.strip(),
        area=terms.area,
        beneficiary=terms.beneficiary.strip(),
        project=terms.project.strip(),
        fee_rate=terms.fee_rate,
        opened_on=on,
        is_default=is_default,
    )


def _check_terms(terms: FundTerms, on: date) -> None:
    fields = {}
    if not 0 < len(terms.name.strip()) <= 80:
        fields["name"] = _("请填写资金池名称，最多 80 个字。")
    if on > today():
        fields["on"] = _("设立日期不能晚于今天。")
    if not 0 <= terms.fee_rate < 1 or terms.fee_rate != round(terms.fee_rate, 4):
        fields["fee_rate"] = _("管理费率须在 0 与 1 之间，最多四位小数，例如 0.05 表示 5%。")
    if terms.fee_rate and not terms.is_restricted:
        fields["fee_rate"] = _("只有按协议设立的定向资金池可以约定管理费，请填写限定用途或把费率改为 0。")
    if fields:
        raise LedgerError("fund_terms_wrong", _("资金池的资料还不完整，请按提示修改。"), fields)


def _check_successor(fund: Fund, successor: Fund) -> None:
    if successor.branch_id != fund.branch_id or open_successor(successor).pk == fund.pk or not successor.is_open:
        sentence = _("后续资金池须是本会另一个开放的资金池，请改选。")
        raise LedgerError("successor_does_not_fit", sentence, {"successor": sentence})
    if fund.is_default and successor.is_restricted:
        sentence = _("默认资金池的后续资金池不能是定向资金池，请改选非定向的资金池。")
        raise LedgerError("successor_does_not_fit", sentence, {"successor": sentence})


def _check_empty(fund: Fund) -> None:
    accounts = list(Account.objects.filter(fund=fund).values_list("pk", flat=True))
    lock_balances(accounts)
    for row in AccountBalance.objects.filter(account_id__in=accounts).select_related("account__unit"):
        held = row.inflow_tail - row.outflow_tail - row.removed_total
        if held:
            raise LedgerError(
                "fund_not_empty",
                _("资金池还有 %(held)s %(measure)s“%(unit)s”（%(kind)s），请先拨付、使用或变更用途后再关闭。")
                % {
                    "held": written(held),
                    "measure": row.account.unit.measure,
                    "unit": row.account.unit.name,
                    "kind": row.account.get_kind_display(),
                },
            )
