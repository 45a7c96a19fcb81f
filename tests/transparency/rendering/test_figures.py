import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transparency.rendering.samples import make_rows, make_snapshot
from transparency.rendering.figures import FiguresDisagree, check_figures, digest_rows, tally_rows


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    return make_rows(20, late=3, corrections=2, scope="below")


@pytest.fixture
def snapshot(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return make_snapshot(rows, "below")


def refused(snapshot: dict[str, Any], rows: list[dict[str, Any]]) -> FiguresDisagree:
    with pytest.raises(FiguresDisagree) as caught:
        check_figures(snapshot, iter(rows))
    return caught.value


def test_figures_that_agree_are_accepted_and_tallied(snapshot: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    tally = check_figures(snapshot, iter(rows))
    assert tally.count == 25
    assert f"{tally.sections['late'].amount}" == snapshot["sections"]["late"]["amount"]


def test_a_report_without_rows_agrees_with_itself() -> None:
    assert check_figures(make_snapshot([]), iter([])).count == 0


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (("totals",), "合计金额"),
        (("sections", "current"), "本期收到金额"),
        (("sections", "late"), "补报金额"),
        (("sections", "corrections"), "更正金额"),
        (("by_branch", 1), "分机构之和"),
        (("by_fund", 0), "分资金之和"),
        (("by_day", 4), "2026-10-05 收到金额"),
    ],
)
def test_a_wrong_amount_is_refused_by_its_name_and_by_how_much(
    snapshot: dict[str, Any], rows: list[dict[str, Any]], path: tuple[Any, ...], named: str
) -> None:
    figure: Any = snapshot
    for key in path:
        figure = figure[key]
    figure["amount"] = str(Decimal(figure["amount"]) + Decimal("0.07"))
    error = refused(snapshot, rows)
    assert error.code == "report_figures_disagree"
    assert named in error.message
    assert "¥0.07" in error.message


def test_a_wrong_count_is_refused_by_how_many(snapshot: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    snapshot["by_fund"][0]["count"] += 2
    assert "相差 -2 笔" in refused(snapshot, rows).message


def test_givers_that_do_not_add_up_are_refused(snapshot: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    snapshot["totals"]["person_count"] += 1
    assert "单位、个人、匿名三项之和" in refused(snapshot, rows).message


def test_all_disagreements_are_named_at_once(snapshot: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    snapshot["by_fund"][0]["count"] += 1
    snapshot["by_branch"][0]["count"] += 1
    message = refused(snapshot, rows).message
    assert "分资金之和" in message
    assert "分机构之和" in message


def test_a_row_changed_in_anything_but_its_amount_is_refused_too(
    snapshot: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    rows[4]["purpose"] = "虚构用途"
    assert refused(snapshot, rows).code == "report_rows_changed"


def test_an_unreadable_amount_names_its_row(snapshot: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    rows[6]["amount"] = "1.2万"
    assert "第 7 行" in refused(snapshot, rows).message


@pytest.mark.parametrize("section", ["current", "elsewhere"])
def test_rows_out_of_order_or_of_no_section_name_their_row(section: str, rows: list[dict[str, Any]]) -> None:
    rows[-1]["section"] = section
    with pytest.raises(FiguresDisagree, match="第 25 行"):
        tally_rows(iter(rows))


def test_a_snapshot_of_another_schema_is_refused(snapshot: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    snapshot["schema"] = "report/3"
    assert refused(snapshot, rows).code == "report_schema_unknown"


def test_no_message_holds_a_donor(snapshot: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    rows[0] |= {"donor": "甲某某", "amount": "x"}
    assert "甲某某" not in refused(snapshot, rows).message


@given(at=st.integers(0, 24), fen=st.integers(-10_000_000, 10_000_000).filter(bool))
def test_any_change_of_any_row_by_any_amount_is_found(at: int, fen: int) -> None:
    rows = make_rows(20, late=3, corrections=2, scope="below")
    snapshot = make_snapshot(rows, "below")
    changed = copy.deepcopy(rows)
    changed[at]["amount"] = f"{Decimal(changed[at]['amount']) + Decimal(fen).scaleb(-2):.2f}"
    assert refused(snapshot, changed).code == "report_figures_disagree"


@given(st.permutations(range(6)))
def test_the_digest_depends_on_the_order_of_rows(order: list[int]) -> None:
    rows = make_rows(6)
    same = [rows[at] for at in order] == rows
    assert (digest_rows(rows[at] for at in order) == digest_rows(rows)) is same
