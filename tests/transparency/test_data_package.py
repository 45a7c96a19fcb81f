"""The data package of a report: whole, checkable without the portal, the same bytes each time, and no name in it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from decimal import Decimal

import pytest
from django.test import Client

from donations.choices import NameChoice
from tests.standing import Standing
from tests.transparency.ground import STANDING, Ground, publish
from transparency.models import ReportRun
from transparency.rendering.package import field_meanings
from transparency.services.publishing import withdraw_run


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[Ground]) -> Ground:
    """The small network, committed."""
    return the_ground.fresh()


def published(ground: Ground) -> ReportRun:
    ground.give("33", "7.00", on="2025-01-05", posted="2025-01-06", donor="癸示例庚", choice=NameChoice.REAL)
    ground.give("33", "12.50", on="2025-01-05", posted="2025-01-06", donor="虚构丙丁贸易有限公司")
    return publish(ground.ready("2025-01"), checker=ground.clerks["33"], approver=ground.people["publisher"])


def fetched(run: ReportRun) -> bytes:
    answer = Client().get(f"/reports/{run.number}.zip")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_the_package_says_what_is_in_it_and_its_manifest_holds(ground: Ground) -> None:
    run = published(ground)
    content = fetched(run)
    assert content == fetched(run)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert set(files) == {
        "README.txt", "balance.csv", "checkpoint.txt", "datapackage.json", "gifts.csv", "manifest.sha256",
        "snapshot.json", "use.csv",
    }  # fmt: skip
    lines = [line.split("  ") for line in files["manifest.sha256"].decode().splitlines()]
    assert {name: sha256 for sha256, name in lines} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "manifest.sha256"
    }
    said = json.loads(files["datapackage.json"])
    for resource in said["resources"]:
        assert resource["bytes"] == len(files[resource["path"]])
        assert resource["hash"] == "sha256:" + hashlib.sha256(files[resource["path"]]).hexdigest()
        if resource["format"] == "csv":
            head = next(csv.reader(io.StringIO(files[resource["path"]].decode("utf-8-sig"))))
            assert [one["name"] for one in resource["schema"]["fields"]] == head
            assert set(head) <= set(field_meanings())
    rows = list(csv.DictReader(io.StringIO(files["gifts.csv"].decode("utf-8-sig"))))
    assert sum(Decimal(row["金额（元）"]) for row in rows) == Decimal(run.summary["amount"]) == Decimal("19.50")
    readme = files["README.txt"].decode()
    for part in (run.number, "2025-01", "数据截至", f"第 {run.log_from} 条", "http://testserver/reports/"):
        assert part in readme
    assert not [name for name, data in files.items() if "癸示例庚" in data.decode() or "癸**" in data.decode()]


def test_a_withdrawn_or_unpublished_report_has_no_package(ground: Ground) -> None:
    run = published(ground)
    withdraw_run(run_id=run.pk, actor=ground.people["publisher"], reason="明细中出现了姓名")
    assert Client().get(f"/reports/{run.number}.zip").status_code == 410
    draft = ground.ready("2025-02")
    assert Client().get(f"/reports/{draft.number}.zip").status_code == 404
