"""The report's receipts and use: opening + in - out = closing, to the fen, whatever happened."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from core.canonical import canonical_bytes
from core.clock import frozen_at
from core.files import path_of
from core.periods import Period, PeriodKind
from core.progress import NoProgress
from ledger.selectors.balances import figures, money_held
from tests.standing import Standing
from tests.transparency.ground import MONTHLY, moment, publish, rows_of_run
from tests.transparency.use_ground import CODES, STANDING, UseGround
from tests.transparency.use_history import FIRST, SERIES, STEPS, Play
from transparency.choices import BALANCE_PART, USE_PART, ReportScope, RunStatus
from transparency.definitions import definition_of
from transparency.models import ReportRun
from transparency.rendering.figures import FiguresDisagree
from transparency.rendering.use_figures import check_use
from transparency.selectors.standing import held_otherwise, standing
from transparency.services import freezing_use, runs
from transparency.services.freezing import read_rows
from transparency.services.publishing_checks import publishing_checks
from transparency.services.runs import correct_run, render_run
from transparency.services.series import Window
from transparency.views.public.home import standing_steps


@pytest.fixture(scope="session")
def the_ground() -> Standing[UseGround]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[UseGround]) -> UseGround:
    """The small network, committed: records get their place only from transactions that are over."""
    return the_ground.fresh()


def file_of(run: ReportRun, role: str, part: int = 0) -> bytes:
    """A file of a run."""
    return path_of(run.files.select_related("file").get(role=role, part=part).file.sha256).read_bytes()


def snapshot_of(run: ReportRun) -> dict[str, Any]:
    """The frozen figures."""
    return dict(json.loads(file_of(run, "snapshot")))


def use_of(run: ReportRun) -> dict[str, Any]:
    """The frozen figures of receipts and use."""
    return dict(snapshot_of(run)["use"])


def use_rows_of(run: ReportRun) -> list[dict[str, Any]]:
    """The frozen rows of use."""
    kept = run.files.select_related("file").get(role="rows", part=USE_PART)
    return list(read_rows(path_of(kept.file.sha256)))


def edges(use: dict[str, Any]) -> tuple[str, ...]:
    """Opening, in, out, closing, under way."""
    return tuple(use[name] for name in ("opening", "in", "out", "closing", "in_transit"))


def items(use: dict[str, Any]) -> dict[str, str]:
    """Amounts by line."""
    return {one["item"]: one["amount"] for one in use["items"]}


def level(use: dict[str, Any], name: str) -> dict[str, Any]:
    """The one association of a level that moved anything."""
    [found] = [one for one in use["branches"] if one["level"] == name and one["code"] in CODES]
    return dict(found)


# What a month is made of ------------------------------------------------------------------------------------------


def test_a_month_of_every_kind_adds_up_and_goes_on_in_the_next(ground: UseGround) -> None:
    gift = ground.gifts.give("33", "1000.00", on="2025-01-05", posted="2025-01-06")
    ground.open("3301", "50.00", on="2025-01-07")
    ground.pay("33", "100.10", on="2025-01-08")
    paid = ground.pay("33", "20.00", on="2025-01-09", kind="unit")
    ground.undo_payment(paid, on="2025-01-10")
    arrived = ground.send("33", "3301", "300.00", on="2025-01-11")
    ground.arrive(arrived, "250.00", on="2025-01-12", sent_back="50.00")
    ground.send("33", "330182", "30.00", on="2025-01-13")
    ground.refund(gift, "5.00", on="2025-01-14")
    run = ground.gifts.make("2025-01")
    use = use_of(run)
    assert edges(use) == ("0.00", "1045.00", "100.10", "944.90", "30.00")
    assert items(use) == {
        "gift": "1000.00", "refunded": "-5.00", "opening": "50.00", "purchase": "100.10", "aid_units": "20.00",
        "use_reversed": "-20.00",
    }  # fmt: skip
    rows = use_rows_of(run)
    assert [(row["section"], row["item"], row["amount"]) for row in rows] == [
        ("payments", "purchase", "100.10"), ("payments", "aid_units", "20.00"),
        ("transfers", "internal", "300.00"), ("transfers", "internal", "250.00"), ("transfers", "internal", "50.00"),
        ("transfers", "internal", "30.00"), ("others", "opening", "50.00"), ("corrections", "use_reversed", "-20.00"),
    ]  # fmt: skip
    assert [row["state"] for row in rows if row["section"] == "transfers"] == ["已办结", "已签收", "已退回", "在途"]
    assert (rows[-1]["number"], rows[-1]["note"]) == (paid.number, "示例：重复付款，款项已退回")
    following = use_of(ground.gifts.make("2025-02"))
    assert edges(following) == ("944.90", "0.00", "0.00", "944.90", "30.00")
    assert following["previous"]["closing"] == "944.90"


def test_alone_shows_what_was_passed_down_and_what_came_from_above(ground: UseGround) -> None:
    ground.gifts.give("33", "1000.00", on="2025-01-05", posted="2025-01-06")
    ground.arrive(ground.send("33", "3301", "300.00", on="2025-01-11"), "300.00", on="2025-01-12")
    above = use_of(ground.gifts.make("2025-01", scope=ReportScope.ALONE))
    below = use_of(ground.gifts.make("2025-01", code="3301", scope=ReportScope.ALONE))
    assert items(above) == {"gift": "1000.00", "to_below": "300.00"}
    assert items(below) == {"from_above": "300.00"}
    assert Decimal(above["closing"]) + Decimal(below["closing"]) == Decimal("1000.00")


def test_the_three_levels_add_up_to_the_total_once_what_passed_between_them_is_taken_off(ground: UseGround) -> None:
    ground.gifts.give("33", "1000.00", on="2025-01-05", posted="2025-01-06")
    ground.gifts.give("3301", "10.00", on="2025-01-05", posted="2025-01-06")
    ground.arrive(ground.send("33", "3301", "300.00", on="2025-01-11"), "300.00", on="2025-01-12")
    ground.arrive(ground.send("3301", "330182", "200.00", on="2025-01-13"), "200.00", on="2025-01-14")
    ground.pay("330182", "80.00", on="2025-01-15")
    ground.send("33", "330182", "7.00", on="2025-01-16")
    use = use_of(ground.gifts.make("2025-01"))
    names = ("gifts", "from_system", "used", "to_system", "closing", "in_transit")
    assert [tuple(level(use, one)[name] for name in names) for one in ("province", "city", "county")] == [
        ("1000.00", "0.00", "0.00", "300.00", "700.00", "7.00"),
        ("10.00", "300.00", "0.00", "200.00", "110.00", "0.00"),
        ("0.00", "200.00", "80.00", "0.00", "120.00", "0.00"),
    ]
    assert edges(use) == ("0.00", "1010.00", "80.00", "930.00", "7.00")
    assert use["eliminated"] == {"in": "500.00", "out": "500.00"}
    city = use_of(ground.gifts.make("2025-01", code="3301"))
    assert items(city) == {"gift": "10.00", "from_above": "300.00", "purchase": "80.00"}


def test_a_change_of_use_shows_in_both_funds_and_not_in_the_total(ground: UseGround) -> None:
    ground.gifts.give("33", "100.00", on="2025-01-05", posted="2025-01-06")
    narrow = ground.fund("33", purpose="relief")
    entry = ground.change_use(ground.fund("33"), narrow, "40.00", on="2025-01-07")
    use = use_of(ground.gifts.make("2025-01", scope=ReportScope.ALONE))
    assert items(use) == {"gift": "100.00"}
    by_code = {fund["code"]: fund for fund in use["funds"]}
    assert items(by_code[narrow.code]) == {"changed_in": "40.00"}
    assert items(by_code[ground.fund("33").code]) == {"gift": "100.00", "changed_out": "40.00"}
    ground.undo_entry(entry, on="2025-02-03")
    following = use_of(ground.gifts.make("2025-02", scope=ReportScope.ALONE))
    by_code = {fund["code"]: fund for fund in following["funds"]}
    assert items(by_code[narrow.code]) == {"in_reversed": "-40.00"}
    assert items(by_code[ground.fund("33").code]) == {"passed_reversed": "-40.00"}
    assert edges(following)[:4] == ("100.00", "0.00", "0.00", "100.00")


def test_what_another_fund_advanced_is_a_use_and_no_less_received(ground: UseGround) -> None:
    narrow = ground.fund("33", purpose="relief")
    gift = ground.gifts.give("33", "100.00", on="2025-01-05", posted="2025-01-06")
    ground.pay("33", "100.00", on="2025-01-07")
    ground.on("2025-01-07", lambda: ground.spending.give(narrow, "30.00"))
    ground.refund(gift, "20.00", on="2025-01-08", advanced_by=narrow)
    run = ground.gifts.make("2025-01")
    use = use_of(run)
    assert items(use) == {"gift": "100.00", "opening": "30.00", "purchase": "100.00", "advanced": "20.00"}
    assert [(row["section"], row["item"], row["number"]) for row in use_rows_of(run)][-1] == (
        "others", "advanced", gift.number,
    )  # fmt: skip


def test_late_and_reversed_payments_stand_apart_and_the_report_before_stays_as_it_was(ground: UseGround) -> None:
    ground.gifts.give("33", "100.00", on="2025-01-05", posted="2025-01-06")
    paid = ground.pay("33", "30.00", on="2025-01-20")
    january = ground.gifts.make("2025-01")
    frozen = file_of(january, "snapshot")
    ground.undo_payment(paid, on="2025-02-03")
    ground.pay("33", "5.00", on="2025-02-04", paid_on="2025-01-30")
    february = ground.gifts.make("2025-02")
    assert edges(use_of(january)) == ("0.00", "100.00", "30.00", "70.00", "0.00")
    assert edges(use_of(february)) == ("70.00", "0.00", "-25.00", "95.00", "0.00")
    assert [(row["section"], row["amount"], row["state"]) for row in use_rows_of(february)] == [
        ("late", "5.00", ""), ("corrections", "-30.00", "更正"),
    ]  # fmt: skip
    assert file_of(january, "snapshot") == frozen
    assert use_rows_of(january)[0]["number"] == paid.number


def test_a_corrected_version_shows_transfers_as_they_were_at_the_end_of_its_records(ground: UseGround) -> None:
    ground.gifts.give("33", "100.00", on="2025-01-05", posted="2025-01-06")
    transfer = ground.send("33", "3301", "40.00", on="2025-01-20")
    run = ground.gifts.ready("2025-01")
    publish(run, checker=ground.gifts.clerks["33"], approver=ground.gifts.people["publisher"])
    ground.arrive(transfer, "40.00", on="2025-02-05")
    with frozen_at(moment("2025-02-10")):
        again = correct_run(run_id=run.pk, note="示例：改正标题", actor=ground.gifts.clerks["33"])
    assert [row["state"] for row in use_rows_of(again)] == ["在途"]
    assert use_of(again) == use_of(run)


def test_a_report_frozen_before_reports_knew_use_is_set_published_and_read(ground: UseGround, client: Client) -> None:
    ground.gifts.give("33", "100.00", on="2025-01-05", posted="2025-01-06")
    new = ground.gifts.make("2025-01")
    with frozen_at(moment("2025-02-02")), transaction.atomic():
        run = runs._create(
            definition=definition_of(MONTHLY), branch=new.branch, scope="alone", actor=None, campaign=None, issue=None,
            window=Window(new.period, new.period_kind, new.period_start, new.period_end),
            log_from=new.log_from, log_to=new.log_to,
        )  # fmt: skip
        old = {**snapshot_of(new), "schema": "report/1", "number": run.number}
        del old["use"]
        runs.keep_file(run, "rows", [file_of(new, "rows")], "rows.jsonl")
        runs.keep_file(run, "snapshot", [canonical_bytes(old)], "snapshot.json")
        run.frozen_at, run.summary = new.frozen_at, {key: new.summary[key] for key in new.summary if key != "use"}
        run.save(update_fields=["frozen_at", "summary"])
        runs.move_run(run, RunStatus.RENDERING, actor=None)
    render_run(run_id=run.pk, job=NoProgress())
    publish(run, checker=ground.gifts.clerks["33"], approver=ground.gifts.people["publisher"])
    page = client.get(f"/reports/{run.number}/").content.decode()
    assert run.number in page
    assert "期末结余" not in page
    assert client.get(f"/reports/{run.number}/use.csv").status_code == 404
    [row] = client.get("/api/v1/reports/").json()["results"]
    assert row["use"] is None
    # The series goes on: the next one has nothing to compare use with.
    following = ground.gifts.make("2025-02", scope="alone")
    assert use_of(following)["previous"] is None
    assert edges(use_of(following))[:4] == ("100.00", "0.00", "0.00", "100.00")


def test_pages_api_and_files_show_what_was_frozen(ground: UseGround, client: Client) -> None:
    ground.gifts.give("33", "1234.56", on="2025-01-05", posted="2025-01-06")
    ground.pay("33", "34.56", on="2025-01-08")
    run = ground.gifts.ready("2025-01")
    publish(run, checker=ground.gifts.clerks["33"], approver=ground.gifts.people["publisher"])
    public = client.get(f"/reports/{run.number}/").content.decode()
    auditor = Client()
    auditor.force_login(ground.gifts.people["auditor"])
    inside = auditor.get(f"/audit/reports/{run.number}/").content.decode()
    for amount in ("¥1,234.56", "¥34.56", "¥1,200.00"):
        assert amount in public
        assert amount in inside
    [row] = client.get("/api/v1/reports/").json()["results"]
    assert row["use"] == run.summary["use"] == {
        "opening": "0.00", "in": "1234.56", "out": "34.56", "used": "34.56", "closing": "1200.00", "in_transit": "0.00",
    }  # fmt: skip
    for name, part in (("use", USE_PART), ("balance", BALANCE_PART)):
        answer = client.get(f"/reports/{run.number}/{name}.csv")
        assert b"".join(answer.streaming_content) == file_of(run, "csv", part)
    feed = client.get("/feed/reports.xml").content.decode()
    assert "收入 ¥1,234.56，支出 ¥34.56，期末结余 ¥1,200.00" in feed


# Few people -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ReportScope.values)
def test_nothing_in_any_file_tells_how_many_a_few_are(ground: UseGround, scope: str) -> None:
    """Not in the rows, not in a sum, not by a difference: one or four people give the same figures."""
    ground.gifts.give("33", "100.00", on="2025-01-05", posted="2025-01-06")
    seen = []
    for month, few in (("2025-01", 1), ("2025-02", 4)):
        ground.pay("33", "3.00", on=f"{month}-20", kind="unit", helped_count=few)
        ground.pay("33", "4.00", on=f"{month}-21", kind="unit", helped_count=12)
        run = ground.gifts.make(month, scope=scope)
        use = use_of(run)
        seen.append((use["helped"], [row["helped"] for row in use_rows_of(run)], use["by_purpose"]))
    assert seen[0] == seen[1]
    assert seen[0][0] == {"people": 12, "few_rows": 1}
    assert seen[0][1] == ["少于5人", "12 人"]


# Every file says the same -----------------------------------------------------------------------------------------


def test_page_tables_snapshot_and_pdf_give_the_same_figures(ground: UseGround) -> None:
    ground.gifts.give("33", "1234567.89", on="2025-01-05", posted="2025-01-06")
    ground.pay("33", "4321.09", on="2025-01-08")
    ground.arrive(ground.send("33", "3301", "300.50", on="2025-01-11"), "300.50", on="2025-01-12")
    run = ground.gifts.ready("2025-01")
    use = use_of(run)
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(file_of(run, "pdf"))).pages))
    page = file_of(run, "html").decode()
    table = list(csv.reader(io.StringIO(file_of(run, "csv", BALANCE_PART).decode("utf-8-sig"))))[1:]
    in_table = {(row[0], row[1], row[3]): Decimal(row[5]) for row in table}
    for name in ("opening", "in", "out", "closing"):
        shown = f"{Decimal(use[name]):,.2f}"
        assert shown in text
        assert shown in page
        assert in_table[("合计", "", name)] == Decimal(use[name])
        assert sum(value for key, value in in_table.items() if key[0] == "资金" and key[2] == name) - (
            Decimal("300.50") if name in ("in", "out") else 0
        ) == Decimal(use[name])
    assert {key[2]: value for key, value in in_table.items() if key[0] == "机构" and key[1] == "3301"} == {
        name: Decimal(level(use, "city")[name])
        for name in ("opening", "in", "out", "closing", "in_transit", "gifts", "used", "from_system", "to_system")
    }
    rows = list(csv.reader(io.StringIO(file_of(run, "csv", USE_PART).decode("utf-8-sig"))))[1:]
    assert [Decimal(row[13]) for row in rows] == [Decimal(row["amount"]) for row in use_rows_of(run)]
    assert "人民币壹佰贰拾叁万零贰佰肆拾陆元捌角整" in text
    assert [part for part in ("二、资金收支总表", "三、三级汇总表", "四、使用情况") if part in text] == [
        "二、资金收支总表", "三、三级汇总表", "四、使用情况",
    ]  # fmt: skip
    assert set(PdfReader(io.BytesIO(file_of(run, "pdf"))).attachments) == {
        "checkpoint.txt",
        "snapshot.json",
        *(run.files.select_related("file").get(role="csv", part=part).file.name for part in range(3)),
    }


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
