"""One cut-off, one set of figures: page, tables, API, data package and PDF, over histories that chance makes."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from core.clock import frozen_at
from core.files import path_of
from core.money import format_yuan
from core.progress import NoProgress
from tests.standing import Standing
from tests.transparency.ground import moment, publish
from tests.transparency.use_ground import STANDING, UseGround
from tests.transparency.use_history import FIRST, STEPS, Play
from tests.transparency.verify_ground import sign_log
from transparency.choices import BALANCE_PART, USE_PART, FileRole
from transparency.models import ReportRun
from transparency.selectors.anomalies import anomalies_by_rule
from transparency.services.anomalies import clear_anomalies
from transparency.services.runs import render_run
from transparency.services.verifying_reports import check_report

EDGES = ("opening", "in", "out", "closing")


@pytest.fixture(scope="session")
def the_ground() -> Standing[UseGround]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[UseGround]) -> UseGround:
    """The small network, committed."""
    return the_ground.fresh()


def content(run: ReportRun, role: str, part: int = 0) -> bytes:
    return path_of(run.files.select_related("file").get(role=role, part=part).file.sha256).read_bytes()


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def fetched(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def test_whatever_happened_every_form_of_a_report_gives_the_same_figures(ground: UseGround) -> None:
    play, client = Play(ground), Client()
    for what, *facts in FIRST:
        play.step(what, *facts)

    @settings(
        max_examples=3,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(st.lists(STEPS.filter(lambda step: step[0] != "month"), min_size=4, max_size=8))
    def histories(steps: list[tuple[Any, ...]]) -> None:
        for what, *facts in steps:
            play.step(what, *facts)
        month = play.month
        play.end_month()
        run = ReportRun.objects.unscoped("a test").get(period=month.code, branch__code="33", scope="below")
        with frozen_at(moment(month.next().first_day.isoformat(), 9)):
            render_run(run_id=run.pk, job=NoProgress())
            for line in anomalies_by_rule(run):
                clear_anomalies(
                    run_id=run.pk, rule=line.rule, reason="示例说明", actor=ground.gifts.people["publisher"]
                )
            publish(run, checker=ground.gifts.clerks["33"], approver=ground.gifts.people["publisher"])
        run.refresh_from_db()
        sign_log()
        all_the_same(run, client)

    histories()


def all_the_same(run: ReportRun, client: Client) -> None:
    """Hold every form of a published report against its snapshot."""
    snapshot = json.loads(fetched(client, f"/reports/{run.number}.json"))
    use, totals = snapshot["use"], snapshot["totals"]
    gifts = table(fetched(client, f"/reports/{run.number}.csv"))
    assert (len(gifts), sum(Decimal(row["金额（元）"]) for row in gifts)) == (
        totals["count"],
        Decimal(totals["amount"]),
    )
    balance = {
        row["项目代码"]: Decimal(row["金额（元）"])
        for row in table(fetched(client, f"/reports/{run.number}/balance.csv"))
        if row["表"] == "合计"
    }
    assert {name: balance[name] for name in EDGES} == {name: Decimal(use[name]) for name in EDGES}
    moved = table(fetched(client, f"/reports/{run.number}/use.csv"))
    effects = sum((Decimal(row["对结余的影响（元）"]) for row in moved), Decimal(0))
    assert Decimal(use["opening"]) + Decimal(totals["amount"]) + effects == Decimal(use["closing"])
    said = client.get(f"/api/v1/reports/{run.number}/").json()
    assert {name: said["use"][name] for name in EDGES} == {name: use[name] for name in EDGES}
    page = client.get(f"/reports/{run.number}/").content.decode()
    online = fetched(client, f"/reports/{run.number}.html").decode()
    signed = PdfReader(io.BytesIO(fetched(client, f"/reports/{run.number}.pdf")))
    printed = re.sub(r"\s", "", "".join(one.extract_text() for one in signed.pages))
    for amount in (*(use[name] for name in EDGES), totals["amount"]):
        assert format_yuan(Decimal(amount)) in page
        shown = f"{Decimal(amount):,.2f}"
        assert shown in online
        assert shown in printed
    inside = {name: data[0] for name, data in signed.attachments.items()}
    assert json.loads(inside["snapshot.json"]) == snapshot
    with zipfile.ZipFile(io.BytesIO(fetched(client, f"/reports/{run.number}.zip"))) as package:
        for name, part in (("gifts.csv", 0), ("use.csv", USE_PART), ("balance.csv", BALANCE_PART)):
            stored = content(run, FileRole.CSV, part)
            assert package.read(name) == stored
            assert stored in inside.values()
    assert check_report(run).problems == []
