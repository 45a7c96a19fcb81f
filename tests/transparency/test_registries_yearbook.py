"""The way of a registries yearbook: made of published figures, read, verified; forgeries and what follows are found."""

from __future__ import annotations

import copy
import csv
import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from accounts.models import User
from core.clock import frozen_at
from core.errors import DomainError
from core.files import path_of
from core.models import PublicRecord
from core.periods import parse_period
from core.progress import NoProgress
from organizations.choices import Role
from registries.choices import Item
from registries.choices.figures import FLOWS
from registries.models import RegistryFigures
from registries.services.figures.publishing import publish_years
from registries.services.national import confirm_national, enter_national
from registries.services.wishes import register_wish, withdraw_wish
from tests.factories.people import branch_at, make_person
from tests.registries.attack import Published, equations_of
from tests.registries.ground import BODY_USES, Ground, form, gift, make_ground, refusal
from tests.standing import Standing
from tests.transparency.ground import moment, place_all
from tests.transparency.ground import publish as publish_run
from tests.transparency.test_training_yearbook import rows_of, snapshot_of
from tests.transparency.test_training_yearbook_way import forge, found_in, fresh
from tests.transparency.verify_ground import sign_log
from transparency.choices import FileVerdict, ReportKind, ReportScope, RunStatus
from transparency.models import ReportRun
from transparency.rendering.figures import FiguresDisagree
from transparency.rendering.package import field_meanings
from transparency.rendering.registries_figures import check_registries
from transparency.services.publishing_checks import publishing_checks
from transparency.services.runs import make_run, render_run
from transparency.services.verifying_reports import verify_files

YEARBOOK = ReportKind.REGISTRIES_YEARBOOK.value


@dataclass
class Year:
    """2024 and 2025 as they were registered in two counties, published in the January after each."""

    ground: Ground
    people: dict[str, User]

    def ready(self, *, code: str = "33", period: str = "2025", on: str = "2026-01-20") -> ReportRun:
        """A yearbook with its files."""
        place_all()
        with frozen_at(moment(on)):
            run = make_run(
                kind=YEARBOOK, branch=branch_at(code), scope=ReportScope.BELOW, period=parse_period(period), actor=None,
                queue=False,
            )  # fmt: skip
        return render_run(run_id=run.pk, job=NoProgress())

    def publish(self, run: ReportRun) -> ReportRun:
        """Bring a ready yearbook out."""
        return publish_run(run, checker=self.people["clerk"], approver=self.people["publisher"])


def make_year() -> Year:
    ground = make_ground()
    top = branch_at("33")
    people = {
        "clerk": make_person("clerk.33", Role.CLERK, top),
        "publisher": make_person("publisher", Role.PUBLISHER, top, with_below=True),
        "first": make_person("first.registrar", Role.REGISTRY_CLERK, top),
        "second": make_person("second.registrar", Role.REGISTRY_CLERK, top),
    }
    clerk, stranger = ground.person("clerk"), ground.person("stranger")
    with frozen_at(moment("2024-05-01")):
        wishes = [register_wish(registration=form(ground.branch, at), actor=clerk) for at in range(9)]
    with frozen_at(moment("2025-05-01")):
        for at in range(20, 31):
            register_wish(registration=form(ground.branch, at), actor=clerk)
        for at in range(40, 43):
            body = gift(items=(Item.CORNEA, Item.BODY), purposes=BODY_USES)
            register_wish(registration=form(ground.elsewhere, at, content=body), actor=stranger)
        for at in range(50, 55):
            register_wish(registration=form(ground.branch, at, content=refusal()), actor=clerk)
        for wish in wishes[:5]:
            withdraw_wish(wish_id=wish.pk, channel="online")
    with frozen_at(moment("2026-01-01")):
        assert publish_years() == [2024, 2025]
        number = enter_national(
            year=2025, measure="organ_volunteers", number=7_000_000, source_title="示例公报（虚构）",
            source_url="https://example.org/", key=uuid.uuid4(),
            actor=people["first"],
        )  # fmt: skip
        confirm_national(figure_id=number.pk, actor=people["second"])
    place_all()
    return Year(ground, people)


YEAR = Standing("registries_year", make_year)


@pytest.fixture(scope="session")
def the_ground() -> Standing[Year]:
    """The ground that each of these tests takes fresh."""
    return YEAR


@pytest.fixture
def year(committed_db: str, the_ground: Standing[Year], settings: Any) -> Year:
    """Two years as they were worked through; these tests sign in without a second factor."""
    settings.MFA_REQUIRED = False
    return the_ground.fresh()


def test_it_goes_the_whole_way_and_everybody_can_read_and_verify_it(year: Year) -> None:
    run = year.ready()
    assert [check.problem for check in publishing_checks(fresh(run)) if check.problem] == []
    run = year.publish(run)
    assert run.status == RunStatus.PUBLISHED
    record = json.loads(PublicRecord.objects.get(kind="report", object_id=run.pk).record)
    assert record["registries"]["organs_joined"] == 11
    assert record["registries"]["body_joined"] is None
    sign_log()
    signed = path_of(run.files.select_related("file").get(role="signed", part=0).file.sha256)
    found = verify_files([signed])
    assert (found.problems, found.files[0][1].verdict) == ([], FileVerdict.VALID)
    assert found_in(run) == {}
    inside = PdfReader(signed).attachments
    assert {"snapshot.json", "checkpoint.txt"} <= set(inside)
    assert any(name.endswith("-registries.csv") for name in inside)


def test_its_pages_say_registrations_and_nothing_of_amounts(year: Year) -> None:
    run = year.publish(year.ready())
    client = Client()
    page = client.get(f"/reports/{run.number}/").content.decode()
    for words in ("捐献工作年报", "新登记捐献器官", "第十一条", "/organ/figures/?branch=33&amp;year=2025"):
        assert words in page, words
    for words in ("¥", "笔数", "公开前发现的异常"):
        assert words not in page, words
    assert "新登记：器官 11 份" in client.get("/feed/reports.xml").content.decode()
    row = client.get(f"/api/v1/reports/{run.number}/").json()
    assert (row["use"], row["training"], row["registries"]["organs_joined"]) == (None, None, 11)
    client.force_login(year.people["publisher"])
    for path in ("", "preview/", "correct/", "withdraw/"):
        page = client.get(f"/desk/reports/{run.number}/{path}").content.decode()
        assert "¥" not in page, path
    assert client.get("/desk/reports/").status_code == 200


def test_its_package_says_what_each_column_means_and_names_nobody(year: Year) -> None:
    run = year.publish(year.ready())
    content = b"".join(Client().get(f"/reports/{run.number}.zip").streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    head = next(csv.reader(io.StringIO(files["registries.csv"].decode("utf-8-sig"))))
    assert set(head) <= set(field_meanings())
    assert "新登记：器官 11 份" in files["README.txt"].decode()
    everything = b"".join(files.values()).decode("utf-8", "replace")
    assert "330106-Y" not in everything
    assert "示例执行人" not in everything


def test_every_figure_walks_back_to_a_record_of_the_log(year: Year) -> None:
    run = year.ready()
    rows = rows_of(run)
    assert {row["year"] for row in rows} == {2024, 2025}
    for row in rows:
        record = PublicRecord.objects.get(leaf__index=row["index"])
        said = json.loads(record.record)["figures"][row["figure"]]
        assert (record.kind, record.subject) == ("registry_figures", row["number"])
        assert (said["whole"], said.get("own")) == (row["whole"], row["own"])


def test_page_files_data_set_and_yearbook_together_give_no_hidden_number_away(year: Year) -> None:
    run = year.publish(year.ready())
    client = Client()
    table = b"".join(client.get("/organ/figures.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    listed = json.loads(b"".join(client.get("/organ/figures.json").streaming_content))  # type: ignore[attr-defined]
    told = [
        {**row, **{name: int(row[name]) if row[name] else None for name in ("year", "whole", "own", "since")}}
        for row in csv.DictReader(io.StringIO(table))
    ]
    said = [*told, *(listed if isinstance(listed, list) else listed["results"]), *rows_of(run)]
    below = {(row.year, row.branch.code): row.below for row in RegistryFigures.objects.select_related("branch")}
    placed = {row["figure"] for row in said if row["branch"] != "33"}
    assert len(placed) > len(FLOWS), "what was given and stem-cell donors are by place as well"
    found = [
        Published(row["year"], row["branch"], row["figure"], what, row[what], row["since"])
        for row in said
        for what in ("whole", "own")
        if what == "whole" or (row["figure"] in placed and below[row["year"], row["branch"]])
    ]
    assert any(one.number is None for one in found)
    assert any(one.number is not None for one in found)
    spans = equations_of(found, below, "33").spans()
    assert {key: span for key, span in spans.items() if span[1] - span[0] < 5} == {}
    page = client.get("/organ/figures/?branch=3303&year=2025").content.decode()
    assert "—" in page


def test_it_is_not_made_before_its_figures_are_published(year: Year) -> None:
    with pytest.raises(DomainError, match="还没有公开"):
        year.ready(period="2026", on="2027-01-01")


def test_a_forged_figure_is_found_by_verification_and_stops_a_yearbook(year: Year, committed_db: str) -> None:
    run = year.publish(year.ready())
    sign_log()
    row = RegistryFigures.objects.get(branch__code="330106", year=2025)
    forged = json.dumps({**row.figures, "organs_joined": {"whole": 111}})
    forge(committed_db, "registries_registryfigures", f"figures = '{forged}'", row.pk)
    (problem,) = found_in(run)["figures_differ"]
    assert "330106-2025" in problem["message"]
    with pytest.raises(FiguresDisagree, match="330106-2025"):
        year.ready(code="3301")


@pytest.mark.parametrize(
    ("code", "figure", "change", "words"),
    [
        ("33", "organs_joined", {"whole": 12}, "明细为 11"),
        ("330106", "organs_joined", {"whole": 3}, "少于 5"),
        ("33", "organs_standing", {"whole": 99}, "明细为 15"),
        ("33", "cornea_joined", {"own": 15}, "与所属之和"),
        ("330302", "cornea_joined", {"whole": 0}, "少于 5"),
    ],
)
def test_a_wrong_or_small_or_given_away_figure_is_not_set(
    year: Year, code: str, figure: str, change: dict[str, int], words: str
) -> None:
    run = year.ready()
    snapshot, rows = copy.deepcopy(snapshot_of(run)), rows_of(run)
    check_registries(snapshot, lambda: iter(rows))
    place = next(one for one in snapshot["places"] if one["code"] == code)
    place["figures"][figure].update(change)
    with pytest.raises(FiguresDisagree, match=words):
        check_registries(snapshot, lambda: iter(rows))


def test_what_stands_must_follow_from_the_year_before(year: Year) -> None:
    run = year.ready()
    snapshot, rows = copy.deepcopy(snapshot_of(run)), rows_of(run)
    snapshot["earlier"][0]["figures"]["organs_standing"]["whole"] = 8
    with pytest.raises(FiguresDisagree, match="与上次公开的数、新登记和退出不符"):
        check_registries(snapshot, lambda: iter(rows))


def test_a_number_that_others_give_away_is_found_before_anything_is_set(year: Year) -> None:
    """Everything beside one hidden county is shown: what that is follows."""
    run = year.ready()
    snapshot, rows = copy.deepcopy(snapshot_of(run)), rows_of(run)
    for place in snapshot["places"]:
        figures = place["figures"]["organs_joined"]
        for name, number in figures.items():
            if number is None and place["code"] != "330302":
                figures[name] = {"33": 20, "3303": 9}.get(place["code"], 5) if name == "whole" else 5
    with pytest.raises(FiguresDisagree, match="可由别的数推出"):
        check_registries(snapshot, lambda: iter(rows))
