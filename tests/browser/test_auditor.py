"""An auditor takes the annual report, has it verified, and takes its data, in five clicks (journey 12)."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page, expect

from core.clock import frozen_at
from core.periods import parse_period
from core.printing.signing import read_signature
from core.progress import NoProgress
from tests import databases
from tests.browser.axe import violations
from tests.browser.conftest import empty_broker
from tests.browser.portal import Portal, web_server
from tests.conftest import COPY
from tests.transparency.ground import Ground, make_ground, moment, place_all, publish
from tests.transparency.verify_ground import sign_log
from transparency.chapters import ANNUAL_WORK, CHAPTERS
from transparency.models import ReportRun
from transparency.services.annual import open_draft, save_chapter
from transparency.services.runs import make_run, render_run
from transparency.services.verifying_reports import check_report

pytestmark = pytest.mark.browser


@dataclass
class Clicks:
    """A person at a page, whose clicks are counted."""

    page: Page
    count: int = 0

    def on(self, name: str, *, role: Any = "link") -> None:
        """Click what has this name."""
        self.count += 1
        self.page.get_by_role(role, name=name).first.click()

    def takes(self, name: str) -> bytes:
        """Click what gives a file, and the file's bytes."""
        with self.page.expect_download() as download:
            self.on(name)
        return Path(download.value.path()).read_bytes()


def annual_report(ground: Ground) -> ReportRun:
    """The annual report of 2025 of the province, published."""
    ground.give("33", "300000.00", on="2025-02-03", posted="2025-02-04", donor="虚构甲集团有限公司")
    ground.give("3301", "500.00", on="2025-03-03", posted="2025-03-05", donor="赵示例")
    place_all()
    clerk = ground.clerks["33"]
    with frozen_at(moment("2026-02-01")):
        draft = open_draft(branch=ground.branches["33"], year=2025, actor=clerk)
        for chapter in CHAPTERS:
            if not chapter.may_be_empty:
                text = f"示例：{chapter.title}的一段文字。"
                save_chapter(draft_id=draft.pk, chapter=chapter.code, text=text, base=0, actor=clerk)
        run = make_run(
            kind=ANNUAL_WORK, branch=ground.branches["33"], scope="below", period=parse_period("2025"), actor=None,
            queue=False,
        )  # fmt: skip
        render_run(run_id=run.pk, job=NoProgress())
        return publish(run, checker=clerk, approver=ground.people["publisher"])


@pytest.fixture(scope="module")
def report(django_db_setup: None, django_db_blocker: Any, files: Path) -> Iterator[ReportRun]:
    """The published report in a database of its own."""
    with django_db_blocker.unblock(), databases.copy_of_template(f"{COPY}_auditor"):
        with override_settings(PRIVATE_FILES_DIR=files):
            made = annual_report(make_ground())
            sign_log()
            yield made
        empty_broker()


@pytest.fixture(scope="module")
def portal(
    report: ReportRun, collected_static: None, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """A web server over it."""
    folder = tmp_path_factory.mktemp("portal")
    with override_settings(PRIVATE_FILES_DIR=files), web_server(f"{COPY}_auditor", folder) as running:
        yield running


@pytest.mark.parametrize("width", [1280, 390])
def test_from_the_list_to_a_checked_report_and_its_data_in_five_clicks(
    portal: Portal, report: ReportRun, open_context: Callable[..., BrowserContext], tmp_path: Path, width: int
) -> None:
    page = open_context(width=width).new_page()
    page.goto(f"{portal.url}/disclosure/?kind=annual_work&year={report.published_at:%Y}")
    person = Clicks(page)
    person.on(f"{report.branch.name}{report.title}")
    expect(page.get_by_text(report.signer_sha256)).to_be_visible()
    assert violations(page) == []
    pdf = person.takes("下载 报告（PDF，已签名）")
    package = person.takes("下载数据包（ZIP）")
    person.on("核对这份文件")
    page.wait_for_url("**/verify/**")
    path = tmp_path / "annual.pdf"
    path.write_bytes(pdf)
    person.count += 1  # the file is chosen
    page.set_input_files("#id_pick", path)
    expect(page.locator("[data-answer]")).to_contain_text("是本平台公开的原件")
    assert person.count == 5
    found = read_signature(io.BytesIO(pdf))
    assert found is not None
    assert found.holds
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = archive.namelist()
        manifest = dict(line.split("  ")[::-1] for line in archive.read("manifest.sha256").decode().splitlines())
        assert {
            name: hashlib.sha256(archive.read(name)).hexdigest() for name in names if name != "manifest.sha256"
        } == manifest
        rows = archive.read("gifts.csv").decode("utf-8-sig").splitlines()
    assert {"gifts.csv", "use.csv", "balance.csv", "annual.csv"} <= set(names)
    assert report.summary["amount"] == str(Decimal("300500.00"))
    assert len(rows) == 1 + report.summary["count"]


def test_the_annual_report_holds_in_all_that_the_portal_can_check(report: ReportRun) -> None:
    assert check_report(report).problems == []
