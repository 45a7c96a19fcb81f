"""What the ledger refuses, and the database's refusals in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, DomainError


class LedgerError(DomainError):
    """A rule of the ledger refused an entry."""


class NotEnough(LedgerError):
    """An account holds less than was to leave it (HTTP 409)."""

    http_status = 409


class AlreadySpent(LedgerError):
    """What was to be taken out again has left already, wholly or in part (HTTP 409)."""

    http_status = 409


class LedgerConflict(Conflict):
    """The key was used for something else, or somebody else was first (HTTP 409)."""


class _Refusal(NamedTuple):
    error: type[DomainError]
    code: str
    message: Any


_POSITION_TAKEN = _Refusal(
    LedgerConflict, "position_taken", _("同一资金池刚有别的记账，账上位置已变，本次没有记入任何内容，请再试一次。")
)
_POSTED_ALREADY = _Refusal(
    LedgerConflict, "posted_already", _("这批内容已经记过账，不能重复记账，请打开原来的批次或记账单核对。")
)

# The name of the constraint that refused (models, sql/movements.sql) and what a person reads about it.
REFUSALS: dict[str, _Refusal] = {
    "postinggroup_key_once": _POSTED_ALREADY,
    "entry_key_once": _Refusal(
        LedgerConflict,
        "key_used",
        _("其中一笔的标识已用于另一张记账单，没有记入任何内容，请核对是否重复提交或重复导入。"),
    ),
    "entry_maker_is_not_approver": _Refusal(
        LedgerError, "maker_is_approver", _("制单人和审核人不能是同一个人，请由另一位有审核权限的同事审核。")
    ),
    "entry_kind_known": _Refusal(LedgerError, "kind_unknown", _("没有这种记账种类，请核对种类后再提交。")),
    "entry_use_changed_on_a_basis": _Refusal(
        LedgerError, "basis_missing", _("变更用途须有捐赠人同意或满六十日公示的记录，请先补上依据。")
    ),
    "movement_quantity_positive": _Refusal(LedgerError, "quantity_not_positive", _("数量必须大于零，请核对后再提交。")),
    "movement_two_accounts": _Refusal(LedgerError, "same_account", _("来源和去向是同一个账户，请改选去向。")),
    "movement_fits_its_accounts": _Refusal(
        LedgerError,
        "unit_does_not_fit",
        _("数量的单位或小数位数与账户不符，请核对计量对象，金额最多两位小数。"),
    ),
    "movement_fund_is_open": _Refusal(
        LedgerError, "fund_closed", _("资金池已经关闭，不再接收款物，请改记到它的后续资金池。")
    ),
    "movement_answers_its_transfer": _Refusal(
        LedgerError, "answers_missing", _("从在途账户转出时须指明对应的拨付单，请从那张拨付单办理签收或退回。")
    ),
    "movement_reversal_goes_back": _Refusal(
        LedgerError, "reversal_does_not_fit", _("冲销与原记账单不符，请从原记账单重新办理冲销。")
    ),
    "movement_reversed_at_most_once": _Refusal(
        LedgerConflict, "reversed_already", _("这笔记账已经冲销过，剩余数量不足，不能再次冲销，请查看原冲销单。")
    ),
    "movement_stays_narrow": _Refusal(
        LedgerError, "fund_too_wide", _("定向款物只能进入限定相同或更窄的资金池，请改选资金池，或凭依据变更用途。")
    ),
    "movement_hole_is_unspent": _Refusal(
        AlreadySpent, "spent_already", _("要抽出的款物已经使用，请核对可冲销的数量；已使用的部分须另由资金池垫付。")
    ),
    "accountbalance_never_negative": _Refusal(
        NotEnough, "not_enough", _("账户余额不足，没有记入任何内容，请核对余额后减少数量或改用别的资金池。")
    ),
    "movement_inflow_is_contiguous": _POSITION_TAKEN,
    "movement_outflow_is_contiguous": _POSITION_TAKEN,
    "movement_in_axis": _POSITION_TAKEN,
    "movement_out_axis": _POSITION_TAKEN,
    "account_kind_has_its_columns": _Refusal(
        LedgerError, "account_malformed", _("账户的资金池、仓库或单位不完整，请核对后再提交。")
    ),
    "fund_name_once_per_branch": _Refusal(
        LedgerConflict, "fund_name_taken", _("本会已有同名的资金池，请换一个名称或使用原有的资金池。")
    ),
    "fund_one_default_per_branch": _Refusal(
        LedgerConflict, "fund_default_exists", _("本会已有默认资金池，请先查看资金池列表。")
    ),
    "fund_restricted_names_its_restriction": _Refusal(
        LedgerError, "fund_restriction_missing", _("定向资金池须写明限定的用途、地区、受益人群或项目中的至少一项。")
    ),
    "fund_fee_rate_is_a_share": _Refusal(
        LedgerError, "fund_fee_rate_wrong", _("管理费率须在 0 与 1 之间（例如 0.05 表示 5%），请核对协议后填写。")
    ),
}


def explain(error: IntegrityError) -> DomainError | None:
    """Return what a person reads about a refusal of the database, or None where the constraint is not the ledger's."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    refusal = REFUSALS.get(name or "")
    return refusal.error(refusal.code, refusal.message) if refusal else None


@contextmanager
def refusals_explained() -> Iterator[None]:
    """Turn the database's refusals inside the block into DomainErrors; stands outside the block's `atomic()`."""
    try:
        yield
    except IntegrityError as error:
        explained = explain(error)
        if explained is None:
            raise
        raise explained from error
