"""Figures, pages, queues and counts of batches."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import NotFound
from donations.models import Batch
from donations.selectors.batches import (
    ROW_FILTERS,
    batch_by_number,
    batch_problems,
    batch_rows,
    batch_tally,
    declared_gap,
    what_is_left,
)
from donations.selectors.desk import (
    approval_queue,
    batches_for,
    corrections_waiting,
    desk_counts,
    other_sides,
    row_lines,
)
from donations.services.batches import return_batch
from donations.services.corrections import request_correction
from donations.services.duplicates import decide_duplicates
from donations.services.rows import exclude_row
from organizations.models import remember_grants
from tests.donations.ground import Ground

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(ground: Ground, tmp_path: Path) -> Batch:
    """Rows 2 passed, 3 error, 4 suspected, 5 warning; 6 is excluded. The file declares 4 gifts."""
    ground.posted(("示例重复", "60"))
    rows = ("2020-01-05,示例甲乙,100,", "2020-01-05,,7,", "2026-01-05,示例重复,60,", "2020-01-05,示例丙丁,0.50,")
    made = ground.read_file(ground.text_list(tmp_path, *rows, "2020-01-05,示例戊己,8,"))
    exclude_row(batch_id=made.pk, row_number=6, reason="不是捐款", actor=ground.clerk)
    return ground.fresh(made)


def test_each_row_is_counted_where_it_belongs(batch: Batch) -> None:
    tally = batch_tally(batch)
    assert (tally.row_count, tally.passed_count, tally.warning_count, tally.error_count) == (5, 1, 1, 1)
    assert (tally.duplicate_count, tally.undecided_count, tally.excluded_count) == (1, 1, 1)
    assert (tally.posted_count, str(tally.posted_total), str(tally.excluded_total)) == (4, "167.50", "8.00")
    assert tally.problem_count == 3


@pytest.mark.parametrize(
    ("show", "rows"),
    [
        ("all", [2, 3, 4, 5, 6]),
        ("problems", [3, 4, 5]),
        ("error", [3]),
        ("warning", [5]),
        ("duplicate", [4]),
        ("undecided", [4]),
        ("excluded", [6]),
        ("unknown", [2, 3, 4, 5, 6]),
    ],
)
def test_each_tab_shows_its_rows(batch: Batch, show: str, rows: list[int]) -> None:
    assert [row.row_number for row in batch_rows(batch, show=show)] == rows
    assert set(ROW_FILTERS) == {"all", "problems", "error", "warning", "duplicate", "undecided", "excluded"}


def test_pages_follow_the_row_number(batch: Batch) -> None:
    assert [row.row_number for row in batch_rows(batch, after=3, limit=2)] == [4, 5]


def test_the_problems_name_row_field_and_what_to_do(batch: Batch) -> None:
    problems = list(batch_problems(batch))
    assert {(problem["row"], problem["code"]) for problem in problems} == {
        (3, "donor_missing"), (4, "duplicate"), (5, "amount_tiny")
    }  # fmt: skip
    assert all(set(problem) == {"row", "field", "code", "message"} for problem in problems)


def test_what_the_file_declares_is_met_or_told_by_how_much_not(ground: Ground, tmp_path: Path) -> None:
    met = ground.read_file(ground.text_list(tmp_path, "2020-01-05,示例甲乙,100,", "合计,,100,", name="a.csv"))
    assert declared_gap(met, batch_tally(met)) == []
    short = ground.read_file(ground.text_list(tmp_path, "2020-01-05,示例甲乙,9,", "合计,,10,", name="b.csv"))
    assert declared_gap(short, batch_tally(short)) == ["文件自己写的合计是 ¥10.00，读到的是 ¥9.00，相差 ¥1.00"]
    none = ground.read_file(ground.text_list(tmp_path, "2020-01-05,示例甲乙,7,", name="c.csv"))
    assert declared_gap(none, batch_tally(none)) == []


def test_a_ready_batch_has_nothing_left_to_do(ground: Ground) -> None:
    batch = ground.counter(("示例甲乙", "1"))
    assert what_is_left(batch, batch_tally(batch)) == []


def test_a_batch_outside_the_branches_is_not_found(ground: Ground, batch: Batch) -> None:
    assert batch_by_number(batch.number, ground.city_reader).pk == batch.pk
    with pytest.raises(NotFound):
        batch_by_number(batch.number, ground.stranger)
    with pytest.raises(NotFound):
        batch_by_number("x", ground.clerk)


def test_both_sides_of_a_suspicion_are_shown_within_the_readers_branches(ground: Ground, batch: Batch) -> None:
    rows = list(batch_rows(batch, show="duplicate"))
    side = other_sides(rows, ground.clerk)[rows[0].duplicate_of]
    assert (side.donor, str(side.amount), side.is_hidden) == ("示**", "60.00", False)
    assert other_sides(rows, ground.stranger)[rows[0].duplicate_of].is_hidden


def test_names_stand_in_rows_only_for_those_who_may_read_them(ground: Ground, batch: Batch) -> None:
    rows = list(batch_rows(batch))
    assert row_lines(rows, ground.clerk, with_names=True)[0].donor == "示例甲乙"
    assert row_lines(rows, ground.city_reader, with_names=False)[0].donor == "示**"


def test_the_desk_counts_what_waits_for_each_person_in_three_queries(ground: Ground) -> None:
    gift = ground.posted(("示例甲乙", "100"))[0]
    request_correction(donation=gift, reason="重复", public_note="重复登记，已冲销。", actor=ground.clerk)
    returned = ground.submit(ground.counter(("示例丙丁", "5")))
    return_batch(batch_id=returned.pk, actor=ground.approver, reason="请补备注")
    ground.submit(ground.counter(("示例戊己", "6")))
    ground.counter(("示例庚辛", "7"))
    for person, expected in (
        (ground.clerk, (1, 1, 0, 0)),
        (ground.second_clerk, (1, 0, 0, 1)),
        (ground.approver, (0, 0, 1, 1)),
        (ground.stranger, (0, 0, 0, 0)),
        (ground.stranger_approver, (0, 0, 0, 0)),
    ):
        remember_grants(person)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            counts = desk_counts(person)
        found = (counts.draft_count, counts.returned_count, counts.approval_count, counts.correction_count)
        assert found == expected, person.login
        assert len(seen) <= 3
    assert [one.donation.number for one in corrections_waiting(ground.approver)] == [gift.number]


def test_the_queue_tells_the_approver_what_to_look_at(ground: Ground, batch: Batch) -> None:
    exclude_row(batch_id=batch.pk, row_number=3, reason="缺姓名", actor=ground.clerk)
    decide_duplicates(batch_id=batch.pk, decision="keep", actor=ground.clerk)
    ground.submit(batch)
    large = ground.submit(ground.counter(("虚构示例基金会", "250000")))
    remember_grants(ground.approver)
    with CaptureQueriesContext(connection) as seen:
        cards = approval_queue(ground.approver)
    assert len(seen) == 2
    first, second = cards
    assert (first.batch.pk, first.posted_count, str(first.posted_total)) == (batch.pk, 3, "160.50")
    assert (first.kept_count, first.warning_count, first.excluded_count, first.large_count) == (1, 1, 2, 0)
    assert (second.batch.pk, second.large_count, str(second.largest)) == (large.pk, 1, "250000.00")
    assert not first.is_own
    assert approval_queue(ground.stranger_approver) == []


def test_the_list_of_batches_is_narrowed_and_in_scope(ground: Ground, batch: Batch) -> None:
    assert [one.pk for one in batches_for(ground.clerk, status="draft")] == [batch.pk]
    assert batches_for(ground.clerk, branch="3303") == []
    assert batches_for(ground.stranger) == []
    assert len(batches_for(ground.city_reader, limit=1)) == 2
    assert batch.pk not in [one.pk for one in batches_for(ground.clerk, before=batch.pk)]
