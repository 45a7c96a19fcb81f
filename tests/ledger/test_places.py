"""Accounts fetched by the function of the database are those that the models would fetch."""

from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from core.clock import today
from ledger.choices import WorldParty
from ledger.models import Account, Unit
from ledger.selectors.places import accounts_with_places
from ledger.services import money_holding, open_holding, world_account
from organizations.choices import SiteKind
from organizations.models import Site
from tests.ledger.ground import Ground

OF = ("unit", "fund", "branch", "site")


def columns(found: models.Model | None) -> dict[str, object] | None:
    """A row with its class, every column of it."""
    if found is None:
        return None
    return {"model": type(found), **{field.attname: getattr(found, field.attname) for field in found._meta.fields}}


def test_every_column_of_an_account_and_of_what_it_is_of_is_there(ground: Ground) -> None:
    fund = ground.fund(purpose="示例用途", is_restricted=True)
    ground.gift(fund, "10")
    ground.send(fund, "4")
    goods = Unit.objects.create(code="G9", kind="goods", name="示例棉被", measure="床", decimal_places=0)
    site = Site.objects.create(branch=fund.branch, name="示例仓库", kind=SiteKind.WAREHOUSE, valid_from=today())
    open_holding(branch=fund.branch, fund=fund, unit=goods, site=site)
    world_account(WorldParty.SUPPLIERS, goods)
    known = Account.objects.select_related(*OF).in_bulk()
    found = accounts_with_places(known)
    assert {account.kind for account in known.values()} == {"world", "holding", "transit"}
    assert set(found) == set(known)
    with CaptureQueriesContext(connection) as asked:
        for pk, account in found.items():
            assert columns(account) == columns(known[pk])
            for name in OF:
                assert columns(getattr(account, name)) == columns(getattr(known[pk], name))
    assert len(asked) == 0


def test_one_query_finds_them_and_what_is_not_there_is_left_out(ground: Ground) -> None:
    holding = money_holding(ground.fund())
    with CaptureQueriesContext(connection) as asked:
        assert set(accounts_with_places([holding.pk, 2**40])) == {holding.pk}
    assert len(asked) == 1
    assert accounts_with_places([]) == {}
