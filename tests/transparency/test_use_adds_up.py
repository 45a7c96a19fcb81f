"""Receipts and use add up: figures that do not are refused, and over any history each report goes on from the last."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.periods import Period, PeriodKind
from ledger.selectors.balances import figures, money_held
from tests.standing import Standing
from tests.transparency.ground import moment, rows_of_run
from tests.transparency.use_figures import edges, items, snapshot_of, use_of, use_rows_of
from tests.transparency.use_ground import CODES, STANDING, UseGround
from tests.transparency.use_history import FIRST, SERIES, STEPS, Play
from transparency.models import ReportRun
from transparency.rendering.figures import FiguresDisagree
from transparency.rendering.use_figures import check_use
from transparency.selectors.standing import held_otherwise, standing
from transparency.services import freezing_use
from transparency.services.publishing_checks import publishing_checks
from transparency.views.public.home import standing_steps


@pytest.fixture(scope="session")
def the_ground() -> Standing[UseGround]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[UseGround]) -> UseGround:
    """The small network, committed: records get their place only from transactions that are over."""
    return the_ground.fresh()


# Figures that do not add up ---------------------------------------------------------------------------------------


def test_a_run_whose_figures_do_not_add_up_is_refused_with_the_lines_named(
    ground: UseGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground.gifts.give("33", "100.00", on="2025-01-05", posted="2025-01-06")
    ground.pay("33", "30.00", on="2025-01-20")
    whole = freezing_use.use_rows
    monkeypatch.setattr(freezing_use, "use_rows", lambda *args, **more: list(whole(*args, **more))[1:])
    with pytest.raises(FiguresDisagree, match=r"采购为 ¥30\.00，而使用明细为 ¥0\.00"):
        ground.gifts.make("2025-01")
    assert not ReportRun.objects.unscoped("a test").exists()
    monkeypatch.undo()
    assert ground.gifts.make("2025-01").summary["use"]["closing"] == "70.00"


_BREAKS = {
    "期末结余为": lambda use: use.update(closing="71.00"),
    "资金“": lambda use: use["funds"][0].update(closing="1.00"),
    "期初加收入减支出为": lambda use: use["branches"][0].update(out="31.00"),
    "合计支出": lambda use: use["items"][-1].update(amount="31.00"),
    "内部往来收入": lambda use: use["eliminated"].update({"in": "1.00"}),
    "收到系统内拨付": lambda use: use["branches"][0].update(from_system="1.00"),
    "上期期末结余": lambda use: use.update(previous={"label": "2024-12", "closing": "1.00"}),
    "在途": lambda use: use.update(in_transit="1.00"),
    "使用为": lambda use: use.update(used="1.00"),
    "支出为": lambda use: use["sections"]["payments"].update(amount="1.00"),
    "账上捐赠净收入": lambda use: use["items"][0].update(amount="99.00"),
    "冻结时不一致": lambda use: use["rows"].update(count=7),
}


def test_each_figure_is_held_by_a_check(ground: UseGround) -> None:
    ground.gifts.give("33", "100.00", on="2025-01-05", posted="2025-01-06")
    ground.pay("33", "30.00", on="2025-01-20")
    run = ground.gifts.ready("2025-01")
    for said, break_it in _BREAKS.items():
        snapshot = snapshot_of(run)
        break_it(snapshot["use"])
        with pytest.raises(FiguresDisagree) as refused:
            check_use(snapshot, iter(use_rows_of(run)))
        assert said in refused.value.message, said
    rows = use_rows_of(run)
    rows[0]["effect"] = "30.00"
    with pytest.raises(FiguresDisagree, match=rows[0]["number"]):
        check_use(snapshot_of(run), iter(rows))
    assert all(not check.problem for check in publishing_checks(run))


# Random histories -------------------------------------------------------------------------------------------------


def _stands(code: str, ground: UseGround) -> None:
    """What the pages show of today is what the ledger's figures say of it."""
    found = standing(ground.branches[code])
    whole = Period(moment("2000-01-01", 0), moment("2090-01-01", 0), PeriodKind.YEAR)
    money = figures(ground.branches[code], with_below=True, period=whole).money
    assert money is not None
    assert (found.held, found.in_transit) == (money.closing, money.in_transit)
    assert sum((amount for _label, amount in standing_steps(found)), Decimal(0)) == found.held


def test_whatever_happens_every_report_adds_up_and_goes_on_where_the_one_before_ended(ground: UseGround) -> None:
    """Beside the ledger's own figures of the month, which go by time and know no log."""
    play = Play(ground)
    # What chance might leave out.
    for what, *facts in FIRST:
        play.step(what, *facts)

    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(STEPS, min_size=6, max_size=12))
    def histories(steps: list[tuple[Any, ...]]) -> None:
        for what, *facts in steps:
            if what == "month":
                play.end_month()
            else:
                play.step(what, *facts)
        play.end_month()

    histories()
    for code in CODES:
        _stands(code, ground)
    assert standing().held == money_held()
    assert held_otherwise() == []
    seen: set[str] = set()
    for code, scope in SERIES:
        made = list(
            ReportRun.objects.unscoped("a test").filter(branch__code=code, scope=scope).order_by("period_start")
        )
        assert len(made) == len(play.periods) >= 5
        frozen = [use_of(run) for run in made]
        assert all(before["closing"] == after["opening"] for before, after in itertools.pairwise(frozen))
        for use, period in zip(frozen, play.periods, strict=True):
            money = figures(ground.branches[code], with_below=scope == "below", period=period).money
            if money is None:
                assert edges(use) == ("0.00",) * 5
                continue
            assert Decimal(use["opening"]) == money.opening
            assert Decimal(use["closing"]) == money.closing
            assert Decimal(use["in_transit"]) == money.in_transit
            assert Decimal(use["in"]) - Decimal(use["out"]) == money.inflow - money.outflow
            seen |= set(items(use))
        rows = [row for run in made for row in use_rows_of(run)]
        ids = [(row["entry"], row["label"]) for row in rows]
        assert len(ids) == len(set(ids)), "a movement stands in two reports"
        gifts = sum((Decimal(row["amount"]) for run in made for row in rows_of_run(run)), Decimal(0))
        change = sum((Decimal(row["effect"]) for row in rows), Decimal(0))
        assert gifts + change == Decimal(frozen[-1]["closing"])
    assert seen >= {
        "gift", "refunded", "opening", "from_above", "from_below", "purchase", "use_reversed", "to_below",
    }  # fmt: skip
