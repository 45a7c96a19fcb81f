"""What each kind of entry must fulfil before it is posted (docs/ledger.md)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.clock import today
from core.money import round_yuan
from ledger.choices import ALLOWED_WAYS, AccountKind, EntryKind, UnitKind, UseBasis
from ledger.errors import LedgerError
from ledger.models import Account, Fund
from ledger.selectors.funds import fees_taken, gifts_received, succeeds
from ledger.services.drafts import EntryDraft, MovementDraft

FIRST_YEAR = 1949
LONGEST_DOCUMENT = 120
# A posting group's key is `entry:` and the entry's.
LONGEST_KEY = 150


def check_draft(draft: EntryDraft) -> None:
    """Refuse a draft that its kind does not allow; raises LedgerError with the line and what to do.

    Balances, closed funds, units and repeated keys are left to the locks and the database.
    """
    _check_head(draft)
    for number, movement in enumerate(draft.movements, start=1):
        _check_way(draft.kind, movement, number)
        _check_quantity(movement, number)
        _check_branches(draft, movement, number)
    for rule in RULES.get(draft.kind, ()):
        rule(draft)


def check_document(document: str) -> None:
    """Refuse an entry that rests on nothing."""
    if not 0 < len(document.strip()) <= LONGEST_DOCUMENT:
        sentence = _("请写明记账依据（批次号、审批单号或合同号），最多 120 个字。")
        raise LedgerError("document_missing", sentence, {"document": sentence})


def is_as_narrow(fund: Fund, origin: Fund) -> bool:
    """Whether everything that `fund` allows is also allowed by `origin`, so that value may pass from there to here."""
    if fund.pk == origin.pk or not origin.is_restricted:
        return True
    return (
        fund.is_restricted
        and origin.purpose in ("", fund.purpose)
        and origin.beneficiary in ("", fund.beneficiary)
        and origin.project in ("", fund.project)
        and (origin.area_id is None or (fund.area_id or "").startswith(origin.area_id))
    )


def _check_head(draft: EntryDraft) -> None:
    if draft.made_by.pk == draft.approved_by.pk:
        raise LedgerError("maker_is_approver", _("制单人和审核人不能是同一个人，请由另一位有审核权限的同事审核。"))
    if not draft.movements:
        raise LedgerError("nothing_to_post", _("记账单没有任何款物流转，请至少填写一行。"))
    check_document(draft.document)
    if not 0 < len(draft.key) <= LONGEST_KEY:
        raise LedgerError("key_missing", _("记账单的幂等标识缺失或过长，请重新发起。"))
    if not draft.occurred_on.year >= FIRST_YEAR or draft.occurred_on > today():
        raise LedgerError(
            "date_out_of_range", _("发生日期不能晚于今天，也不能早于 1949 年，请核对日期。"), {"occurred_on": ""}
        )


def _check_way(kind: str, movement: MovementDraft, number: int) -> None:
    way = (_place(movement.source), _place(movement.destination))
    if way not in ALLOWED_WAYS.get(kind, frozenset()):
        raise _refused(number, "way_not_allowed", _("这种记账的来源和去向不相配，请核对记账种类。"))


def _place(account: Account) -> tuple[str, str]:
    return (account.kind, account.party)


def _check_quantity(movement: MovementDraft, number: int) -> None:
    unit = movement.source.unit
    if unit.pk != movement.destination.unit_id:
        raise _refused(number, "unit_does_not_fit", _("来源和去向的计量对象不同，请改选同一计量对象的账户。"))
    if not isinstance(movement.quantity, Decimal) or not movement.quantity.is_finite() or movement.quantity <= 0:
        raise _refused(number, "quantity_not_positive", _("数量必须大于零，请核对后再提交。"))
    if movement.quantity != round(movement.quantity, unit.decimal_places):
        raise _refused(
            number,
            "unit_does_not_fit",
            _("“%(unit)s”最多 %(places)s 位小数，请核对数量。") % {"unit": unit.name, "places": unit.decimal_places},
        )


def _check_branches(draft: EntryDraft, movement: MovementDraft, number: int) -> None:
    """An association keeps its own books only: every account is its own, but for what is under way to or from it."""
    ends = [movement.source, movement.destination]
    if draft.kind in (EntryKind.TRANSFER_IN, EntryKind.TRANSFER_BACK):
        # What is under way belongs to its sender until it is accepted; sent back, it comes home to the sender's books.
        ends = [end for end in ends if end.kind == AccountKind.HOLDING and draft.kind == EntryKind.TRANSFER_IN]
    if any(end.branch_id not in (None, draft.branch.pk) for end in ends):
        raise _refused(number, "account_of_another_branch", _("账户不属于记账的红十字会，请改选本会的资金池。"))


def _gift_counts_its_kind(draft: EntryDraft) -> None:
    goods = draft.kind in (EntryKind.GOODS_GIFT, EntryKind.HANDOUT)
    wanted = UnitKind.GOODS if goods else UnitKind.MONEY
    for number, movement in enumerate(draft.movements, start=1):
        if movement.source.unit.kind != wanted:
            raise _refused(
                number, "unit_kind_wrong", _("资金和物资分开记账：这里的计量对象种类不对，请改用对应的记账种类。")
            )


def _transfer_keeps_its_fund(draft: EntryDraft) -> None:
    for number, movement in enumerate(draft.movements, start=1):
        if movement.source.fund_id != movement.destination.fund_id:
            raise _refused(number, "transit_of_another_fund", _("在途账户须属于拨出的资金池，请重新发起拨付。"))


def _answers_what_was_sent(draft: EntryDraft) -> None:
    for number, movement in enumerate(draft.movements, start=1):
        sent = movement.answers
        if sent is None or sent.destination_id != movement.source.pk:
            raise _refused(number, "answers_missing", _("须指明对应的拨付单，请从那张拨付单办理签收或退回。"))


def _lands_as_narrow(draft: EntryDraft) -> None:
    for number, movement in enumerate(draft.movements, start=1):
        origin, fund = movement.source.fund, movement.destination.fund
        if origin is not None and fund is not None and not is_as_narrow(fund, origin):
            raise _refused(
                number,
                "fund_too_wide",
                _("“%(origin)s”是定向资金池，只能进入限定相同或更窄的资金池，“%(fund)s”的用途更宽，请改选资金池。")
                % {"origin": origin.name, "fund": fund.name},
            )


def _comes_home(draft: EntryDraft) -> None:
    for number, movement in enumerate(draft.movements, start=1):
        home, fund = movement.source.fund, movement.destination.fund
        if home is None or fund is None or (fund.pk != home.pk and not succeeds(fund, closed=home)):
            raise _refused(
                number, "not_the_sender", _("退回的款物须回到拨出的资金池（已关闭的，回到它的后续资金池）。")
            )


def _cost_is_shared(draft: EntryDraft) -> None:
    """Goods bought carry their shares of the money spent, exactly, and stay in the fund that paid."""
    spent = [movement for movement in draft.movements if movement.source.kind == AccountKind.HOLDING]
    bought = [movement for movement in draft.movements if movement.source.kind == AccountKind.WORLD]
    if not spent:
        raise LedgerError("purchase_without_money", _("采购须有付款的一行，请补上从资金池到供应方的金额。"))
    if any(line.source.unit.kind != UnitKind.MONEY for line in spent) or any(
        line.source.unit.kind != UnitKind.GOODS for line in bought
    ):
        raise LedgerError("unit_kind_wrong", _("采购付出的是资金，入库的是物资，请核对各行的计量对象。"))
    if len({line.source.fund_id for line in spent} | {line.destination.fund_id for line in bought}) > 1:
        raise LedgerError("purchase_across_funds", _("一张采购单只能用一个资金池付款，并入同一个资金池，请分开记账。"))
    paid = sum((line.quantity for line in spent), Decimal(0))
    shares = sum((line.value or Decimal(0) for line in bought), Decimal(0))
    if bought and shares != paid:
        raise LedgerError(
            "cost_not_shared",
            _("入库物资的成本合计 %(shares)s 元，与付款 %(paid)s 元不符，请核对每行成本。")
            % {"shares": shares, "paid": paid},
        )


def _fee_is_agreed(draft: EntryDraft) -> None:
    """Management fees of a fund never pass its agreed rate of the gifts it received (慈善法 Art. 61)."""
    asked: dict[Fund, Decimal] = {}
    for movement in draft.movements:
        fund = movement.source.fund
        assert fund is not None  # noqa: S101 -- a holding has a fund (CHECK)
        asked[fund] = asked.get(fund, Decimal(0)) + movement.quantity
    for fund, quantity in asked.items():
        limit = round_yuan(fund.fee_rate * gifts_received(fund))
        taken = fees_taken(fund)
        if taken + quantity > limit:
            raise LedgerError(
                "fee_over_rate",
                _("“%(fund)s”按协议费率可提管理费 %(limit)s 元，已提 %(taken)s 元，本次最多 %(left)s 元。")
                % {"fund": fund.name, "limit": limit, "taken": taken, "left": max(limit - taken, Decimal(0))},
            )


def _use_changes_at_home(draft: EntryDraft) -> None:
    if draft.basis not in UseBasis.values:
        raise LedgerError(
            "basis_missing", _("变更用途须有捐赠人同意或满六十日公示的记录，请先补上依据。"), {"basis": ""}
        )


def _takes_back_what_came(draft: EntryDraft) -> None:
    for number, movement in enumerate(draft.movements, start=1):
        gift = movement.takes_back
        if gift is not None and (
            gift.destination_id != movement.source.pk or gift.source_id != movement.destination.pk
        ):
            raise _refused(number, "refund_does_not_fit", _("退还的不是这个资金池收到的这笔捐赠，请从原捐赠办理退还。"))


def _only_refunds_take_back(draft: EntryDraft) -> None:
    if any(movement.takes_back is not None for movement in draft.movements):
        raise LedgerError("takes_back_not_allowed", _("只有退还捐赠可以指明原捐赠，请改用对应的记账种类。"))


def _refused(number: int, code: str, sentence: Any) -> LedgerError:
    return LedgerError(code, _("第 %(line)s 行：%(sentence)s") % {"line": number, "sentence": sentence})


# The rules of each kind beside ALLOWED_WAYS, in the order in which they are asked.
RULES: dict[str, tuple[Callable[[EntryDraft], None], ...]] = {
    EntryKind.OPENING: (_only_refunds_take_back,),
    EntryKind.GIFT: (_gift_counts_its_kind, _only_refunds_take_back),
    EntryKind.GOODS_GIFT: (_gift_counts_its_kind, _only_refunds_take_back),
    EntryKind.TRANSFER_OUT: (_transfer_keeps_its_fund, _only_refunds_take_back),
    EntryKind.TRANSFER_IN: (_answers_what_was_sent, _lands_as_narrow, _only_refunds_take_back),
    EntryKind.TRANSFER_BACK: (_answers_what_was_sent, _comes_home, _only_refunds_take_back),
    EntryKind.PURCHASE: (_cost_is_shared, _only_refunds_take_back),
    EntryKind.AID: (_gift_counts_its_kind, _only_refunds_take_back),
    EntryKind.HANDOUT: (_gift_counts_its_kind, _only_refunds_take_back),
    EntryKind.FEE: (_gift_counts_its_kind, _fee_is_agreed, _only_refunds_take_back),
    EntryKind.REFUND: (_takes_back_what_came,),
    EntryKind.CHANGE_OF_USE: (_use_changes_at_home, _only_refunds_take_back),
    EntryKind.WRITE_OFF: (_only_refunds_take_back,),
}
