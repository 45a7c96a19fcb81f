"""What the books say when a branch is about to close (settings.CLOSING_CHECKS)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from core.money import format_yuan
from ledger.models import AccountBalance, Fund
from ledger.selectors.balances import FundBalance, fund_balances
from organizations.models import Branch

NAMED = 5


def funds_still_held(branch: Branch) -> list[str]:
    """Say in a sentence what the funds of a branch still hold: yuan, and kinds of goods; nothing where all is empty.

    Locks the balances of the branch in ascending order until the caller's transaction ends, so that nothing is posted
    between this look and the closing. Legal source: 慈善法 Art. 18 (what is left is passed on, not left behind).
    """
    balances = AccountBalance.objects.filter(account__branch=branch)
    list(balances.order_by("account_id").select_for_update(of=("self",)).values_list("account_id", flat=True))
    held = [one for one in fund_balances(Fund.objects.filter(branch=branch).order_by("code")) if not one.is_empty]
    if not held:
        return []
    named = _("；").join(_said(one) for one in held[:NAMED])
    more = _("；另有 %(n)d 个资金池") % {"n": len(held) - NAMED} if len(held) > NAMED else ""
    total = sum((one.money + one.in_transit for one in held), start=held[0].money * 0)
    return [
        _(
            "“%(branch)s”的资金池还有款物没有转出：%(named)s%(more)s，"
            "资金合计 %(total)s。请财务先转给接收的红十字会，再来停用。"
        )
        % {"branch": branch.name, "named": named, "more": more, "total": format_yuan(total)}
    ]


def _said(one: FundBalance) -> str:
    parts = []
    if one.money or not (one.in_transit or one.goods):
        parts.append(format_yuan(one.money))
    if one.in_transit:
        parts.append(_("在途 %(sum)s") % {"sum": format_yuan(one.in_transit)})
    if one.goods:
        parts.append(_("物资 %(n)d 种") % {"n": len(one.goods)})
    return _("%(fund)s %(held)s") % {"fund": one.fund.name, "held": _("、").join(parts)}
