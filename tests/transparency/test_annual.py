"""Writing an annual report: drafts, chapters by versions, the auditor's opinion."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from core.clock import frozen_at
from core.errors import DomainError, NotAllowed, NotFound
from core.models import AuditEvent
from organizations.choices import Role
from tests.factories.people import make_person, make_province
from tests.permissions.objects import PAPER_BYTES
from tests.transparency.ground import moment
from transparency.chapters import CHAPTER_BY_CODE, CHAPTER_MOST, CHAPTERS
from transparency.errors import ChapterConflict
from transparency.models import AnnualDraft, AuditOpinion, ChapterText
from transparency.selectors.annual import chapter_states, draft_for, draft_sheet, drafts_for, newest_opinion
from transparency.services.annual import add_opinion, open_draft, restore_chapter, save_chapter

NOW = moment("2026-03-01")


@pytest.fixture
def desk(db: None) -> Any:
    """A draft of 2025 in the province, and its people."""
    branches = make_province()
    top = branches["33"]
    people = {
        "clerk": make_person("clerk", Role.CLERK, top),
        "second": make_person("second", Role.CLERK, top),
        "auditor": make_person("auditor", Role.AUDITOR, top, with_below=True),
        "elsewhere": make_person("elsewhere", Role.CLERK, branches["330182"]),
    }
    with frozen_at(NOW):
        draft = open_draft(branch=top, year=2025, actor=people["clerk"])
        yield type("Desk", (), {"draft": draft, "branches": branches, **people})


def save(desk: Any, text: str, *, base: int = 0, by: str = "clerk", chapter: str = "party") -> ChapterText:
    """Save a chapter."""
    return save_chapter(draft_id=desk.draft.pk, chapter=chapter, text=text, base=base, actor=getattr(desk, by))


def test_the_chapters_are_the_twelve_of_an_annual_report() -> None:
    assert len(CHAPTERS) == len(CHAPTER_BY_CODE) == 12
    assert all(chapter.guide and chapter.source for chapter in CHAPTERS)
    assert {chapter.code for chapter in CHAPTERS if not chapter.may_be_empty} >= {"governance", "finance", "outlook"}


def test_a_year_has_one_draft_of_a_branch(desk: Any) -> None:
    again = open_draft(branch=desk.branches["33"], year=2025, actor=desk.second)
    assert again.pk == desk.draft.pk
    assert AuditEvent.objects.filter(verb="transparency.annual.opened").count() == 1


@pytest.mark.parametrize("year", [2015, 2027])
def test_a_year_to_come_or_long_past_is_refused(desk: Any, year: int) -> None:
    with pytest.raises(DomainError) as refused:
        open_draft(branch=desk.branches["33"], year=year, actor=desk.clerk)
    assert "year" in refused.value.fields


def test_who_may_not_write_is_refused(desk: Any) -> None:
    with pytest.raises(NotAllowed):
        save(desk, "示例", by="auditor")
    with pytest.raises(NotFound):
        save(desk, "示例", by="elsewhere")
    with pytest.raises(NotFound):
        draft_for(desk.elsewhere, "33", 2025)
    assert draft_for(desk.auditor, "33", 2025).pk == desk.draft.pk


def test_each_saving_is_a_version_and_the_newest_counts(desk: Any) -> None:
    assert save(desk, "第一稿").version == 1
    assert save(desk, "第二稿", base=1).version == 2
    state = next(one for one in chapter_states(desk.draft) if one.chapter.code == "party")
    assert (state.newest.text, state.state, state.length) == ("第二稿", "done", 3)
    assert [one.text for one in ChapterText.objects.order_by("version")] == ["第一稿", "第二稿"]


def test_the_same_text_makes_no_version(desk: Any) -> None:
    save(desk, "第一稿")
    assert save(desk, "第一稿 \r\n", base=1).version == 1
    assert save(desk, "第一稿", base=0).version == 1
    assert ChapterText.objects.count() == 1


def test_the_second_of_two_people_gets_the_other_text_and_loses_nothing(desk: Any) -> None:
    save(desk, "共同的底稿")
    save(desk, "先保存的文字", base=1, by="second")
    with pytest.raises(ChapterConflict) as conflict:
        save(desk, "后保存的文字", base=1)
    assert conflict.value.newest.text == "先保存的文字"
    assert conflict.value.newest.written_by == desk.second
    # No person's name in what reaches logs.
    assert desk.second.name not in conflict.value.message
    # Having seen it, the second may save.
    assert save(desk, "合并后的文字", base=2).version == 3
    assert ChapterText.objects.count() == 3


def test_an_earlier_version_is_restored_as_a_new_one(desk: Any) -> None:
    save(desk, "第一稿")
    save(desk, "第二稿", base=1)
    restored = restore_chapter(draft_id=desk.draft.pk, chapter="party", version=1, actor=desk.second)
    assert (restored.version, restored.text, restored.restored_from) == (3, "第一稿", 1)
    with pytest.raises(NotFound):
        restore_chapter(draft_id=desk.draft.pk, chapter="party", version=9, actor=desk.second)


@pytest.mark.parametrize(
    ("text", "told"), [("前言\n电话 13800138000", "138****8000"), ("证号 330106198001011230", "330***********1230")]
)
def test_a_number_of_a_person_is_refused_by_its_line_and_never_repeated(desk: Any, text: str, told: str) -> None:
    with pytest.raises(DomainError) as refused:
        save(desk, text)
    assert told in refused.value.fields["text"]
    assert text.split()[-1] not in refused.value.message
    assert not ChapterText.objects.exists()


def test_a_text_beyond_the_most_is_refused(desk: Any) -> None:
    with pytest.raises(DomainError) as refused:
        save(desk, "字" * (CHAPTER_MOST + 1))
    assert refused.value.code == "chapter_too_long"


def test_a_chapter_that_is_none_is_not_found(desk: Any) -> None:
    with pytest.raises(NotFound):
        save(desk, "示例", chapter="nothing")


def test_texts_and_opinions_are_never_changed_or_removed(desk: Any) -> None:
    kept = [save(desk, "第一稿"), opinion(desk)]
    for row in kept:
        for change in (lambda row=row: type(row).objects.filter(pk=row.pk).update(version=9), row.delete):
            with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
                change()


def opinion(desk: Any, **over: Any) -> AuditOpinion:
    """Hand in an opinion."""
    values: dict[str, Any] = {
        "draft_id": desk.draft.pk, "upload": io.BytesIO(PAPER_BYTES), "firm": "示例会计师事务所",
        "opinion": "unqualified",
        "report_number": "示例审〔2026〕1号", "reported_on": datetime.date(2026, 2, 20), "actor": desk.clerk, **over,
    }  # fmt: skip
    return add_opinion(**values)


def test_the_newest_opinion_counts_and_the_earlier_one_stays(desk: Any) -> None:
    opinion(desk)
    opinion(desk, opinion="qualified")
    found = newest_opinion(desk.draft)
    assert found is not None
    assert (found.version, found.opinion) == (2, "qualified")
    assert AuditOpinion.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("firm", "所"), ("opinion", "fine"), ("report_number", " "), ("reported_on", datetime.date(2026, 3, 2)),
        ("reported_on", datetime.date(2024, 12, 31)),
    ],
)  # fmt: skip
def test_an_opinion_with_a_wrong_field_is_refused_by_that_field(desk: Any, field: str, value: Any) -> None:
    with pytest.raises(DomainError) as refused:
        opinion(desk, **{field: value})
    assert list(refused.value.fields) == [field]
    assert not AuditOpinion.objects.exists()


def test_an_opinion_that_is_no_pdf_is_refused(desk: Any) -> None:
    with pytest.raises(DomainError) as refused:
        opinion(desk, upload=io.BytesIO(b"\x89PNG\r\n\x1a\n"))
    assert "audit_report" in refused.value.fields


def test_the_list_counts_chapters_by_their_newest_text(desk: Any, django_assert_max_num_queries: Any) -> None:
    save(desk, "第一稿")
    save(desk, "示例", chapter="outlook")
    save(desk, "", base=1, chapter="outlook")
    opinion(desk)
    with django_assert_max_num_queries(4):
        [line] = drafts_for(desk.auditor)
    assert (line.written, line.has_opinion, line.run) == (1, True, None)
    with django_assert_max_num_queries(3):
        sheet = draft_sheet(desk.draft)
    assert [one.chapter.code for one in sheet.missing] == ["governance", "aid", "finance", "supervision", "outlook"]
    assert sheet.written == 1


def test_others_see_no_draft_of_another_branch(desk: Any) -> None:
    assert drafts_for(desk.elsewhere) == []
    assert AnnualDraft.objects.unscoped("a test").count() == 1
