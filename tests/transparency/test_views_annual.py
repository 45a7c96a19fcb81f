"""The annual report as its writers meet it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.clock import today
from core.models import Job
from organizations.choices import Role
from tests.factories.people import make_person
from tests.permissions.objects import PAPER_BYTES
from tests.standing import Standing
from tests.transparency.ground import Ground, make_ground, place_all
from tests.transparency.test_views_desk import as_person, text_of
from transparency.models import ChapterText
from transparency.tasks import render_annual_preview

YEAR = today().year - 1


def make_year() -> Ground:
    """The small network with a gift of the year, in the log."""
    ground = make_ground()
    ground.give("33", "1200.00", on=f"{YEAR}-05-05", posted=f"{YEAR}-05-06", donor="虚构甲集团有限公司")
    place_all()
    return ground


YEAR_BEFORE = Standing("year", make_year)


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return YEAR_BEFORE


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[Ground], settings: Any) -> Ground:
    """The small network, committed, without second factors."""
    settings.MFA_REQUIRED = False
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    return the_ground.fresh()


@pytest.fixture
def writer(ground: Ground) -> Client:
    """A clerk who began the report of last year."""
    client = as_person(ground.clerks["33"])
    answer = client.post(reverse("desk_annual_list"), {"branch": "33", "year": str(YEAR)})
    assert answer.url == reverse("desk_annual", args=["33", YEAR])
    return client


def chapter(code: str = "governance", name: str = "desk_annual_chapter") -> str:
    """The address of a chapter."""
    return reverse(name, args=["33", YEAR, code])


def test_the_page_of_a_report_lists_its_chapters_with_what_is_missing(writer: Client) -> None:
    page = text_of(writer.get(reverse("desk_annual", args=["33", YEAR])))
    assert "一、基本情况与治理" in page
    assert "十二、存在问题与来年计划" in page
    assert "还有必写的章节没有写" in page
    assert reverse("desk_annual", args=["33", YEAR]) in text_of(writer.get(reverse("desk_annual_list")))


def test_a_chapter_is_previewed_without_being_kept_and_then_saved(writer: Client) -> None:
    sent = {"base": "0", "text": "第一段\n# 小标题\n- 一项"}
    page = text_of(writer.post(chapter(), {**sent, "act": "preview"}))
    assert "<h3>（一）小标题</h3>" in page
    assert not ChapterText.objects.exists()
    answer = writer.post(chapter(), {**sent, "act": "save"})
    assert answer.url == chapter()
    page = text_of(writer.get(chapter()))
    assert "第 1 版" in page
    assert "系统自动填入" in page


def test_the_figures_of_a_chapter_stand_beside_it(writer: Client) -> None:
    assert "1,200.00" in text_of(writer.get(chapter("finance")))


def test_the_second_of_two_writers_sees_both_texts(ground: Ground, writer: Client) -> None:
    other = as_person(make_person("second.clerk", Role.CLERK, ground.branches["33"]))
    other.post(chapter(), {"base": "0", "text": "同事的文字", "act": "save"})
    page = text_of(writer.post(chapter(), {"base": "0", "text": "我的文字", "act": "save"}))
    assert "另一位同事先保存了" in page
    assert "同事的文字" in page
    assert "我的文字" in page
    assert 'name="base" value="1"' in page
    writer.post(chapter(), {"base": "1", "text": "我的文字", "act": "save"})
    assert [one.text for one in ChapterText.objects.order_by("version")] == ["同事的文字", "我的文字"]


def test_a_refused_text_stays_in_its_field(writer: Client) -> None:
    page = text_of(writer.post(chapter(), {"base": "0", "text": "电话 13800138000", "act": "save"}))
    assert "138****8000" in page
    assert "电话 13800138000</textarea>" in page
    assert not ChapterText.objects.exists()


def test_an_earlier_version_is_looked_at_and_restored(writer: Client) -> None:
    for base, text in enumerate(("第一稿", "第二稿")):
        writer.post(chapter(), {"base": str(base), "text": text, "act": "save"})
    page = text_of(writer.get(chapter(name="desk_annual_versions")))
    assert "第一稿" in page
    assert "恢复第 1 版" in page
    writer.post(chapter(name="desk_annual_restore"), {"version": "1"})
    newest = ChapterText.objects.order_by("-version")[0]
    assert (newest.text, newest.restored_from) == ("第一稿", 1)
    assert writer.post(chapter(name="desk_annual_restore"), {"version": "x"}).status_code == 404


def test_the_opinion_is_handed_in_and_read_back(writer: Client, ground: Ground) -> None:
    upload = io.BytesIO(PAPER_BYTES)
    upload.name = "审计报告.pdf"
    sent = {
        "firm": "示例会计师事务所", "opinion": "unqualified", "report_number": "示例审1号",
        "reported_on": today().isoformat(), "audit_report": upload,
    }  # fmt: skip
    answer = writer.post(reverse("desk_annual_opinion", args=["33", YEAR]), sent)
    assert answer.url == reverse("desk_annual", args=["33", YEAR])
    page = text_of(as_person(ground.people["auditor"]).get(answer.url))
    assert "标准无保留意见" in page
    assert "换一份" not in page
    file = writer.get(reverse("desk_annual_opinion_file", args=["33", YEAR]))
    assert b"".join(file.streaming_content) == PAPER_BYTES
    assert file["Content-Type"] == "application/pdf"


def test_who_only_reads_sees_texts_and_no_form(ground: Ground, writer: Client) -> None:
    writer.post(chapter(), {"base": "0", "text": "示例文字", "act": "save"})
    page = text_of(as_person(ground.people["auditor"]).get(chapter()))
    assert "示例文字" in page
    assert "<textarea" not in page


def test_the_whole_is_previewed_as_a_page_and_as_pdf(writer: Client) -> None:
    writer.post(chapter(), {"base": "0", "text": "示例文字", "act": "save"})
    page = text_of(writer.get(reverse("desk_annual_preview", args=["33", YEAR])))
    assert "示例文字" in page
    assert "收支核对" in page
    pdf = reverse("desk_annual_pdf", args=["33", YEAR])
    assert writer.get(pdf).url == reverse("desk_annual", args=["33", YEAR])
    answer = writer.post(pdf)
    job = Job.objects.get(kind="transparency.tasks.render_annual_preview")
    assert answer.url == reverse("desk_job", args=[job.pk])
    render_annual_preview(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.link) == ("done", pdf)
    assert b"".join(writer.get(pdf).streaming_content).startswith(b"%PDF-")
