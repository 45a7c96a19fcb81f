"""Opening accounts: each is made when it is first needed, once, whoever comes first."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ledger.choices import AccountKind, UnitKind, WorldParty
from ledger.errors import LedgerError
from ledger.models import CNY, Account, Fund, Unit
from organizations.choices import SiteKind
from organizations.models import Branch, Site


def open_holding(*, branch: Branch, fund: Fund, unit: Unit, site: Site | None = None) -> Account:
    """Return the account in which a branch holds a unit in one of its funds, made when it is not there yet.

    Money lies in no site, goods in a warehouse of the branch. Takes no lock that outlives the insert; two callers at
    the same time get the same account. Raises LedgerError where fund, unit and site do not fit the branch.
    """
    if fund.branch_id != branch.pk:
        raise LedgerError("fund_of_another_branch", _("资金池不属于这个红十字会，请改选本会的资金池。"), {"fund": ""})
    _check_site(branch, unit, site)
    return _get_or_open(
        kind=AccountKind.HOLDING, party="", unit=unit, branch=branch, fund=fund, site=site, transfer_key=""
    )


def money_holding(fund: Fund) -> Account:
    """Return the account that holds the yuan of a fund, made when it is not there yet."""
    return open_holding(branch=fund.branch, fund=fund, unit=Unit.objects.get(code=CNY))


def open_transit(*, transfer_key: str, fund: Fund, unit: Unit) -> Account:
    """Return the account in which one transfer out of a fund is under way, made when it is not there yet.

    It belongs to the sending branch and fund until the value is accepted, so value under way counts once.
    """
    if not transfer_key:
        raise LedgerError("transfer_key_missing", _("拨付缺少标识，请重新发起拨付。"))
    return _get_or_open(
        kind=AccountKind.TRANSIT,
        party="",
        unit=unit,
        branch_id=fund.branch_id,
        fund=fund,
        site=None,
        transfer_key=transfer_key,
    )


def world_account(party: WorldParty | str, unit: Unit) -> Account:
    """Return the account that stands for an outside party in one unit, made when it is not there yet."""
    return _get_or_open(
        kind=AccountKind.WORLD,
        party=WorldParty(party).value,
        unit=unit,
        branch=None,
        fund=None,
        site=None,
        transfer_key="",
    )


@transaction.atomic
def open_world_accounts(unit: Unit) -> dict[str, Account]:
    """Return the world accounts of all parties in one unit, by party, made where they are not there yet."""
    return {party: world_account(party, unit) for party in WorldParty.values}


def _get_or_open(**columns: Any) -> Account:
    account = Account.objects.filter(**_as_filter(columns)).first()
    if account is None:
        # INSERT … ON CONFLICT DO NOTHING waits for whoever opens the same account just now, then leaves it to them.
        Account.objects.bulk_create([Account(**columns)], ignore_conflicts=True)
        account = Account.objects.get(**_as_filter(columns))
    return account


def _as_filter(columns: dict[str, Any]) -> dict[str, Any]:
    return {(f"{name}__isnull" if value is None else name): value is None or value for name, value in columns.items()}


def _check_site(branch: Branch, unit: Unit, site: Site | None) -> None:
    if unit.kind == UnitKind.MONEY:
        if site is not None:
            raise LedgerError("money_in_a_site", _("资金不分仓库，请去掉仓库后再提交。"), {"site": ""})
        return
    if site is None or site.branch_id != branch.pk or site.kind != SiteKind.WAREHOUSE:
        raise LedgerError("site_missing", _("物资须存放在本会的仓库里，请选择本会的一个仓库。"), {"site": ""})
