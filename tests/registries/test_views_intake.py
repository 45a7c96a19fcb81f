"""Bringing in donors who joined on paper at the desk: template, upload, problems, release, what was brought in."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.progress import NoProgress
from registries.choices.intake import COLUMNS
from registries.models import DonorIntake
from registries.services.intake.applying import apply_intake
from registries.services.intake.checking import check_intake
from tests.registries.ground import Ground
from tests.registries.intake_ground import brought_in, cells, checked, csv_of
from tests.registries.test_views_wishes import client_of

PATH = "/desk/registries/donors/from-paper/"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Files of their own for each test."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def sent(client: Client, content: bytes, **over: Any) -> Any:
    """The form of the page, filled in and sent."""
    key = str(client.get(PATH).context["form"]["key"].value())
    said = {"branch": "330106", "file": SimpleUploadedFile("名单.csv", content), "are_papers_kept": "on", "key": key}
    return client.post(PATH, {**said, **over})


def the_intake() -> DonorIntake:
    """The newest file."""
    return DonorIntake.objects.unscoped("test").order_by("-pk")[0]


def body(answer: Any) -> str:
    """What an answer says."""
    return (b"".join(answer) if answer.streaming else answer.content).decode("utf-8-sig")


def test_the_template_has_the_columns_and_says_how_to_fill_them_in(ground: Ground) -> None:
    answer = client_of(ground, "clerk").get(f"{PATH}template/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert [cell.value for cell in book.worksheets[0][1]] == list(COLUMNS)
    assert book.worksheets[0].max_row == 1
    assert [row[0].value for row in book.worksheets[1].iter_rows(min_row=2)] == list(COLUMNS)


def test_a_list_is_uploaded_checked_released_by_another_and_shows_numbers_and_nobody(ground: Ground) -> None:
    clerk, head = client_of(ground, "clerk"), client_of(ground, "head")
    assert sent(clerk, csv_of(cells(), cells(1, 手机号="12", 同意书编号=""))).status_code == 302
    row = check_intake(intake_id=the_intake().pk, job=NoProgress())
    own = body(clerk.get(f"{PATH}{row.number}/"))
    assert "等待批准" in own
    assert "批准带入" not in own
    page = body(head.get(f"{PATH}{row.number}/"))
    for words in ("带入 1 人", "批准带入", "抽查", "第 2 行", "请核对号码", "没有同意书编号", "不计入今年"):
        assert words in page, words
    problems = body(head.get(f"{PATH}{row.number}/problems/"))
    assert problems.count('"3",') == 2
    assert head.post(f"{PATH}{row.number}/release/").status_code == 302
    row = apply_intake(intake_id=row.pk, job=NoProgress())
    done = body(clerk.get(f"{PATH}{row.number}/"))
    donor = row.rows.get(outcome="done").donor
    assert donor is not None
    assert donor.number in done
    for shown in (own, page, problems, done):
        assert [cell for cell in cells().values() if len(cell) > 5 and cell in shown and "-" not in cell] == []


def test_the_form_sent_twice_is_one_list_and_without_the_tick_none(ground: Ground) -> None:
    client = client_of(ground, "clerk")
    refused = sent(client, csv_of(cells()), are_papers_kept="")
    assert "没有同意书的人不能带入" in body(refused)
    key = "5f2b1c9e-0d7e-4d1a-9f43-1c2f3a4b5c6d"
    assert [sent(client, csv_of(cells()), key=key).status_code for _n in range(2)] == [302, 302]
    assert DonorIntake.objects.unscoped("test").count() == 1
    assert the_intake().number in body(sent(client, csv_of(cells())))


def test_who_releases_and_does_not_keep_is_shown_no_form(ground: Ground) -> None:
    page = body(client_of(ground, "head").get(PATH))
    assert "还没有上传过名单" in page
    assert "上传并核对" not in page
    assert "下载模板" in page


def test_giving_a_list_up_is_asked_once_more(ground: Ground) -> None:
    row, client = checked(ground, csv_of(cells())), client_of(ground, "clerk")
    assert "作废不能撤回" in body(client.get(f"{PATH}{row.number}/?ask=drop"))
    client.post(f"{PATH}{row.number}/drop/")
    assert the_intake().status == "dropped"
    assert "作废不能撤回" not in body(client.get(f"{PATH}{row.number}/?ask=drop"))


def test_a_list_of_another_city_is_not_there(ground: Ground) -> None:
    row, client = checked(ground, csv_of(cells())), client_of(ground, "stranger")
    for path in ("", "problems/"):
        assert client.get(f"{PATH}{row.number}/{path}").status_code == 404
    assert client.post(f"{PATH}{row.number}/drop/").status_code == 404
    assert row.number not in body(client.get(PATH))


def test_the_page_of_whom_was_brought_in_says_where_paper_and_answers_are(ground: Ground) -> None:
    donor, client = brought_in(ground, 同意电话联系="否"), client_of(ground, "coordinator")
    page = body(client.get(f"/desk/registries/donors/{donor.number}/"))
    for words in ("从原纸质档案带入", "启用本平台以前采样", "原纸质同意书，", "本人没有同意电话联系"):
        assert words in page, words
    assert cells()["同意书编号"] not in page
    shown = body(client.post(f"/desk/registries/donors/{donor.number}/", {"purpose": "核对", "show": "identity"}))
    for words in (cells()["同意书编号"], cells()["血样袋号"], cells()["姓名"]):
        assert words in shown
    health = body(client.post(f"/desk/registries/donors/{donor.number}/", {"purpose": "核对", "show": "health"}))
    assert "健康询问在纸质档案里" in health
