"""The report's receipts and use: opening + in - out = closing, to the fen, whatever happened."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from pypdf import PdfReader

from core.canonical import canonical_bytes
from core.clock import frozen_at
from core.progress import NoProgress
from tests.standing import Standing
from tests.transparency.ground import MONTHLY, moment, publish
from tests.transparency.use_figures import edges, file_of, items, level, snapshot_of, use_of, use_rows_of
from tests.transparency.use_ground import STANDING, UseGround
from transparency.choices import BALANCE_PART, USE_PART, ReportScope, RunStatus
from transparency.definitions import definition_of
from transparency.services import runs
from transparency.services.runs import correct_run, render_run
from transparency.services.series import Window


@pytest.fixture(scope="session")
def the_ground() -> Standing[UseGround]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[UseGround]) -> UseGround:
    """The small network, committed: records get their place only from transactions that are over."""
    return the_ground.fresh()


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
