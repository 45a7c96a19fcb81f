"""Columns named by a person: for this file, and for the next one with the same header."""

from pathlib import Path

import pytest

from core.errors import DomainError, NotAllowed, NotFound
from core.progress import NoProgress
from donations.choices import BatchStatus
from donations.errors import WrongState
from donations.intake import ColumnMapping, UnreadableFile
from donations.models import Batch, LayoutMapping
from donations.services.batches import reread_batch
from donations.services.mapping import change_mapping, head_of
from donations.services.staging import read_batch
from tests.donations.ground import Ground

pytestmark = pytest.mark.django_db
MAPPING = ColumnMapping({"donor": 0, "amount": 1, "received_on": 2}, header_row=1)


def bring(ground: Ground, folder: Path, text: str, name: str = "list.csv") -> Batch:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return ground.read_file(path)


def say(ground: Ground, batch: Batch, mapping: ColumnMapping = MAPPING) -> Batch:
    change_mapping(batch_id=batch.pk, mapping=mapping, default_on=None, actor=ground.clerk)
    return read_batch(batch_id=batch.pk, job=NoProgress())


def test_what_was_said_holds_for_every_reading_of_the_file(ground: Ground, tmp_path: Path) -> None:
    batch = say(ground, bring(ground, tmp_path, "甲,乙,丙\n示例甲乙,100,2020-01-25\n"))
    assert (batch.status, batch.found_count) == (BatchStatus.DRAFT, 1)
    LayoutMapping.objects.all().delete()
    reread_batch(batch_id=batch.pk, actor=ground.clerk)
    assert read_batch(batch_id=batch.pk, job=NoProgress()).found_count == 1


def test_it_is_remembered_for_the_branch_and_for_no_other(ground: Ground, tmp_path: Path) -> None:
    say(ground, bring(ground, tmp_path, "甲,乙,丙\n示例甲乙,100,2020-01-25\n"))
    assert bring(ground, tmp_path, "甲,乙,丙\n示例丙丁,7,2020-01-26\n", "b.csv").status == BatchStatus.DRAFT
    path = tmp_path / "c.csv"
    path.write_text("甲,乙,丙\n示例戊己,8,2020-01-26\n", encoding="utf-8")
    other = ground.open_file(path, ground.stranger, branch=ground.branches["3303"], fund=ground.other_fund)
    assert read_batch(batch_id=other.pk, job=NoProgress()).status == BatchStatus.UNREADABLE


def test_a_table_without_a_header_is_not_remembered(ground: Ground, tmp_path: Path) -> None:
    batch = bring(ground, tmp_path, "示例甲乙,100,2020-01-25\n")
    assert say(ground, batch, ColumnMapping(MAPPING.columns, header_row=0)).found_count == 1
    assert not LayoutMapping.objects.exists()


def test_columns_can_be_said_anew_while_the_batch_is_in_hand_only(ground: Ground, tmp_path: Path) -> None:
    batch = ground.read_file(ground.text_list(tmp_path, "2020-01-25,示例甲乙,100,"))
    swapped = ColumnMapping({"donor": 1, "amount": 2, "received_on": 0}, header_row=1)
    again = say(ground, batch, swapped)
    assert (again.status, again.found_count) == (BatchStatus.DRAFT, 1)
    ground.submit(again)
    with pytest.raises(WrongState):
        change_mapping(batch_id=batch.pk, mapping=swapped, default_on=None, actor=ground.clerk)
    with pytest.raises(WrongState):
        change_mapping(
            batch_id=ground.counter(("示例甲乙", "1")).pk, mapping=swapped, default_on=None, actor=ground.clerk
        )


@pytest.mark.parametrize("columns", [{"donor": 0}, {"donor": 0, "amount": 0}, {"donor": 0, "amount": -1}, {"x": 1}])
def test_a_mapping_that_names_too_little_is_refused_and_changes_nothing(
    ground: Ground, tmp_path: Path, columns: dict[str, int]
) -> None:
    batch = bring(ground, tmp_path, "甲,乙,丙\n示例甲乙,100,2020-01-25\n")
    with pytest.raises(UnreadableFile):
        change_mapping(batch_id=batch.pk, mapping=ColumnMapping(columns), default_on=None, actor=ground.clerk)
    assert ground.fresh(batch).status == BatchStatus.UNREADABLE


def test_it_takes_the_right_to_enter_gifts(ground: Ground, tmp_path: Path) -> None:
    batch = bring(ground, tmp_path, "甲,乙,丙\n示例甲乙,100,2020-01-25\n")
    for person, refusal in ((ground.approver, NotAllowed), (ground.stranger, NotFound)):
        with pytest.raises(refusal):
            change_mapping(batch_id=batch.pk, mapping=MAPPING, default_on=None, actor=person)


def test_the_first_rows_are_shown_and_a_counter_batch_has_none(ground: Ground, tmp_path: Path) -> None:
    head = head_of(bring(ground, tmp_path, "甲,乙,丙\n示例甲乙,100,2020-01-25\n"))
    assert head.rows[1][1] == ("示例甲乙", "100", "2020-01-25")
    with pytest.raises(DomainError):
        head_of(ground.counter(("示例甲乙", "1")))
