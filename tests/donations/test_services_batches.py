"""The way of a batch: every state, every hand, races, and what the database itself refuses."""

import threading
import uuid
from itertools import product
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction

from core.errors import DomainError, NotAllowed, NotFound
from core.models import Job, NumberCounter
from core.progress import NoProgress
from donations.choices import BATCH_TRANSITIONS, EDITABLE_BATCH, BatchStatus
from donations.errors import NotReady, OwnWork, SameFile, WrongState
from donations.models import Batch, BatchEvent, Donation, StagedGift
from donations.services.batches import (
    approve_batch,
    cancel_batch,
    open_counter_batch,
    reread_batch,
    resume_batch,
    return_batch,
    submit_batch,
    withdraw_batch,
)
from donations.services.counter import add_counter_gift
from donations.services.duplicates import decide_duplicates
from donations.services.moving import move_batch
from donations.services.posting import post_batch
from donations.services.rows import accept_giver, add_row, edit_row, exclude_row, restore_row
from tests.donations.ground import Ground, make_fund

GIFT = {"donor": "示例甲乙", "amount": "100", "received_on": "2026-01-05"}


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "end"), list(product(BatchStatus.values, BatchStatus.values)))
def test_a_batch_moves_only_as_the_table_says(ground: Ground, start: str, end: str) -> None:
    batch = ground.counter(("示例甲乙", "100"))
    if start == BatchStatus.POSTED or (end == BatchStatus.POSTED and start == BatchStatus.POSTING):
        # Posted needs its group: the way itself is walked below.
        posted = ground.post(batch)
        assert list(posted.events.values_list("to_status", flat=True).order_by("pk")) == [
            BatchStatus.DRAFT, BatchStatus.SUBMITTED, BatchStatus.POSTING, BatchStatus.POSTED,
        ]  # fmt: skip
        batch = posted
        start = BatchStatus.POSTED
    else:
        Batch.objects.unscoped("test").filter(pk=batch.pk).update(status=start)
        batch = ground.fresh(batch)
    if end in BATCH_TRANSITIONS[start]:
        move_batch(batch, end, actor=ground.clerk)
        assert ground.fresh(batch).status == end
        last = BatchEvent.objects.filter(batch=batch).latest("pk")
        assert (last.from_status, last.to_status, last.actor) == (start, end, ground.clerk)
    else:
        with pytest.raises(WrongState):
            move_batch(batch, end, actor=ground.clerk)
        assert ground.fresh(batch).status == start


@pytest.mark.django_db
@pytest.mark.parametrize("status", BatchStatus.values)
def test_rows_change_only_while_the_maker_has_the_batch_in_hand(ground: Ground, status: str) -> None:
    batch = ground.counter(("示例甲乙", "100"))
    if status == BatchStatus.POSTED:
        ground.post(batch)
    else:
        Batch.objects.unscoped("test").filter(pk=batch.pk).update(status=status)
    known = {"batch_id": batch.pk, "actor": ground.clerk}
    acts = [
        lambda: edit_row(row_number=1, typed=GIFT, **known),
        lambda: exclude_row(row_number=1, reason="不是捐款", **known),
        lambda: restore_row(row_number=1, **known),
        lambda: add_row(typed=GIFT, **known),
        lambda: decide_duplicates(decision="keep", **known),
    ]
    for act in acts:
        if status in EDITABLE_BATCH:
            act()
        else:
            with pytest.raises(WrongState):
                act()


@pytest.mark.django_db
@pytest.mark.parametrize("status", [BatchStatus.SUBMITTED, BatchStatus.POSTING, BatchStatus.POSTED])
def test_the_database_itself_lets_no_row_of_a_submitted_batch_change(ground: Ground, status: str) -> None:
    batch = ground.counter(("示例甲乙", "100"))
    if status == BatchStatus.POSTED:
        ground.post(batch)
    else:
        Batch.objects.unscoped("test").filter(pk=batch.pk).update(status=status)
    for change in (lambda rows: rows.update(amount="1.00"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="stand still"), transaction.atomic():
            change(ground.rows(batch))


@pytest.mark.django_db
def test_nobody_approves_what_passed_through_their_hands_by_service_or_database(ground: Ground) -> None:
    batch = ground.submit(ground.counter(("示例甲乙", "100")))
    Batch.objects.unscoped("test").filter(pk=batch.pk).update(maker_ids=[ground.clerk.pk, ground.approver.pk])
    with pytest.raises(OwnWork):
        approve_batch(batch_id=batch.pk, actor=ground.approver)
    with pytest.raises(IntegrityError, match="batch_approver_is_no_maker"), transaction.atomic():
        Batch.objects.unscoped("test").filter(pk=batch.pk).update(approved_by=ground.approver)
    assert ground.fresh(batch).status == BatchStatus.SUBMITTED


@pytest.mark.django_db
def test_everybody_who_touches_a_row_becomes_a_maker(ground: Ground) -> None:
    batch = ground.counter(("示例甲乙", "100"))
    edit_row(batch_id=batch.pk, row_number=1, typed=GIFT, actor=ground.second_clerk)
    assert set(ground.fresh(batch).maker_ids) == {ground.clerk.pk, ground.second_clerk.pk}


@pytest.mark.django_db
def test_each_step_asks_for_its_right_in_this_branch(ground: Ground) -> None:
    batch = ground.counter(("示例甲乙", "100"))
    with pytest.raises(NotFound):
        submit_batch(batch_id=batch.pk, actor=ground.stranger)
    with pytest.raises(NotAllowed):
        submit_batch(batch_id=batch.pk, actor=ground.approver)
    with pytest.raises(NotAllowed):
        cancel_batch(batch_id=batch.pk, actor=ground.city_reader, reason="试试")
    ground.submit(batch)
    with pytest.raises(NotAllowed):
        approve_batch(batch_id=batch.pk, actor=ground.clerk)
    with pytest.raises(NotFound):
        return_batch(batch_id=batch.pk, actor=ground.stranger_approver, reason="试试")
    with pytest.raises(DomainError, match="不属于本会"):
        open_counter_batch(branch=ground.jiande, fund=ground.other_fund, actor=ground.clerk)


@pytest.mark.django_db
def test_reasons_are_needed_where_somebody_will_ask_why(ground: Ground) -> None:
    batch = ground.counter(("示例甲乙", "100"))
    for act in (
        lambda: cancel_batch(batch_id=batch.pk, actor=ground.clerk, reason=" "),
        lambda: exclude_row(batch_id=batch.pk, row_number=1, actor=ground.clerk, reason="x"),
    ):
        with pytest.raises(DomainError, match="理由"):
            act()
    ground.submit(batch)
    with pytest.raises(DomainError, match="理由"):
        return_batch(batch_id=batch.pk, actor=ground.approver, reason="")


@pytest.mark.django_db
def test_a_batch_with_errors_undecided_or_an_unmet_total_is_not_submitted(ground: Ground, tmp_path: Path) -> None:
    ground.posted(("示例甲乙", "100"))
    path = ground.text_list(tmp_path, "2026-01-05,示例甲乙,100,", "2026-01-05,,7,", "合计,,200,")
    batch = ground.read_file(path)
    with pytest.raises(NotReady) as refused:
        ground.submit(batch)
    for part in ("1 行错误", "1 行疑似重复", "¥200.00", "¥107.00", "相差 ¥93.00"):
        assert part in refused.value.message


@pytest.mark.django_db
def test_an_empty_batch_is_not_submitted(ground: Ground) -> None:
    batch = open_counter_batch(branch=ground.jiande, fund=ground.fund, actor=ground.clerk)
    with pytest.raises(NotReady, match="没有可入账的捐赠"):
        ground.submit(batch)


@pytest.mark.django_db
def test_the_same_bytes_are_taken_once_until_the_first_batch_is_given_up(ground: Ground, tmp_path: Path) -> None:
    path = ground.text_list(tmp_path, "2026-01-05,示例甲乙,100,")
    first = ground.read_file(path)
    with pytest.raises(SameFile, match=first.number):
        ground.open_file(path)
    copy = ground.fresh(first)
    copy.pk, copy.number = None, "x"
    with pytest.raises(IntegrityError, match="batch_same_file_once"), transaction.atomic():
        copy.save(force_insert=True)
    cancel_batch(batch_id=first.pk, actor=ground.clerk, reason="导错了")
    assert ground.open_file(path).number != first.number


@pytest.mark.django_db
def test_a_list_read_at_the_same_moment_is_suspected_when_it_is_submitted_second(
    ground: Ground, tmp_path: Path
) -> None:
    first = ground.read_file(ground.text_list(tmp_path, "2026-01-05,示例甲乙,100,", name="a.csv"))
    second = ground.read_file(ground.text_list(tmp_path, "2026-01-05,示例甲乙,100,甲", name="b.csv"))
    # As if both were read at once: neither saw the other.
    ground.rows(second).update(duplicate_of="")
    ground.submit(first)
    with pytest.raises(NotReady, match="新发现 1 行疑似重复"):
        ground.submit(second)
    assert ground.rows(second).get().duplicate_of == f"{first.number}#2"
    decide_duplicates(batch_id=second.pk, decision="keep", actor=ground.clerk)
    assert ground.submit(second).status == BatchStatus.SUBMITTED


@pytest.mark.django_db
def test_one_known_gift_answers_for_one_row(ground: Ground) -> None:
    ground.posted(("示例甲乙", "100"))
    batch = ground.counter(("示例甲乙", "100"), ("示例甲乙", "100"))
    assert [bool(row.duplicate_of) for row in ground.rows(batch)] == [True, False]


@pytest.mark.django_db
def test_taking_over_the_proposed_giver_looks_for_repeats_anew(ground: Ground) -> None:
    ground.posted(("虚构示例丙", "88"))
    batch = ground.counter(("示例甲乙转来虚构示例丙捐款", "88"))
    assert not ground.rows(batch).get().duplicate_of
    accept_giver(batch_id=batch.pk, row_number=1, actor=ground.clerk)
    row = ground.rows(batch).get()
    assert (row.donor, row.donor_kind) == ("虚构示例丙", "person")
    assert row.remark == "由示例甲乙转来"
    assert row.duplicate_of


@pytest.mark.django_db
def test_a_line_that_is_no_gift_counts_in_no_sum_however_it_is_mended(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "statement.csv"
    path.write_text(
        "交易时间,对方户名,收入,支出,摘要\n2026-01-05,示例甲乙,100,,捐款\n2026-01-06,示例电力,,30,电费\n",
        encoding="utf-8",
    )
    batch = ground.read_file(path)
    assert str(batch.found_total) == "100.00"
    no_gift = ground.rows(batch).exclude(excluded_reason="").get()
    typed = {**GIFT, "amount": "31"}
    edit_row(batch_id=batch.pk, row_number=no_gift.row_number, typed=typed, actor=ground.clerk)
    assert str(ground.fresh(batch).found_total) == "100.00"


@pytest.mark.django_db
def test_the_same_form_adds_one_row(ground: Ground) -> None:
    batch, key = ground.counter(), uuid.uuid4()
    first, second = (add_row(batch_id=batch.pk, typed=GIFT, actor=ground.clerk, entry_key=key) for _time in range(2))
    assert first.pk == second.pk
    assert str(ground.fresh(batch).found_total) == "100.00"


@pytest.mark.django_db
def test_a_rolled_back_posting_leaves_no_gap_in_the_numbers(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    first = ground.posted(("示例甲乙", "100"))
    batch = ground.submit(ground.counter(("示例丙丁", "5")))
    approve_batch(batch_id=batch.pk, actor=ground.approver, queue=False)
    with monkeypatch.context() as broken:
        broken.setattr("donations.services.posting.ADD_TO_TOTALS", "SELECT 1/0")
        with pytest.raises(DatabaseError), transaction.atomic():
            post_batch(batch_id=batch.pk, job=NoProgress())
    assert ground.fresh(batch).status == BatchStatus.POSTING
    assert not ground.gifts(batch).exists()
    post_batch(batch_id=batch.pk, job=NoProgress())
    numbers = [gift.number for gift in [*first, *ground.gifts(batch)]]
    assert [number[-8:] for number in numbers] == ["00000001", "00000002"]
    assert NumberCounter.objects.get(series=f"{ground.jiande.code}-{numbers[0][7:11]}-").last == 2


@pytest.mark.django_db
def test_posting_twice_posts_once(ground: Ground) -> None:
    batch = ground.post(ground.counter(("示例甲乙", "100")))
    post_batch(batch_id=batch.pk, job=NoProgress())
    assert ground.gifts(batch).count() == 1


@pytest.mark.django_db
def test_a_fund_closed_meanwhile_gives_the_batch_back_with_the_reason(ground: Ground) -> None:
    batch = ground.submit(ground.counter(("示例甲乙", "100")))
    approve_batch(batch_id=batch.pk, actor=ground.approver, queue=False)
    heir = make_fund(ground.jiande, code="330182-F9", name="示例后续", is_default=False)
    ground.fund.closed_on, ground.fund.successor = heir.opened_on, heir
    ground.fund.save()
    with pytest.raises(DomainError):
        post_batch(batch_id=batch.pk, job=NoProgress())
    after = ground.fresh(batch)
    assert (after.status, after.approved_by) == (BatchStatus.SUBMITTED, None)
    assert BatchEvent.objects.filter(batch=batch).latest("pk").reason
    assert not ground.gifts(batch).exists()


@pytest.mark.django_db
def test_a_batch_whose_job_was_cancelled_goes_on(ground: Ground) -> None:
    batch = ground.submit(ground.counter(("示例甲乙", "100")))
    approve_batch(batch_id=batch.pk, actor=ground.approver)
    with pytest.raises(WrongState):
        resume_batch(batch_id=batch.pk, actor=ground.approver)
    Job.objects.update(status="cancelled", finished_at=batch.created_at)
    with pytest.raises(NotAllowed):
        resume_batch(batch_id=batch.pk, actor=ground.clerk)
    again = resume_batch(batch_id=batch.pk, actor=ground.approver)
    assert again.kind == "donations.tasks.post_batch"
    assert Job.objects.count() == 2


@pytest.mark.django_db
def test_a_counter_batch_has_nothing_to_read_again(ground: Ground) -> None:
    with pytest.raises(WrongState):
        reread_batch(batch_id=ground.counter(("示例甲乙", "1")).pk, actor=ground.clerk)


# Races ----------------------------------------------------------------------------------------------------------------


def race(*acts: object) -> list[object]:
    """Run acts at the same moment, each on its own connection; what each returned or raised."""
    barrier = threading.Barrier(len(acts))
    outcomes: list[object] = [None] * len(acts)

    def run(at: int) -> None:
        barrier.wait()
        try:
            outcomes[at] = acts[at]()  # type: ignore[operator]
        except Exception as error:
            outcomes[at] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_without_the_lock_two_approvers_would_both_approve(committed_ground: Ground) -> None:
    """What the lock is for: reading without it lets both see a submitted batch."""
    ground = committed_ground
    batch = ground.submit(ground.counter(("示例甲乙", "100")))
    both_have_read = threading.Barrier(2)

    def approve_unlocked(person: object) -> str:
        with transaction.atomic():
            seen = ground.fresh(batch)
            both_have_read.wait(timeout=20)
            move_batch(seen, BatchStatus.POSTING, actor=person, approved_by=person)  # type: ignore[arg-type]
        return "approved"

    outcomes = race(lambda: approve_unlocked(ground.approver), lambda: approve_unlocked(ground.second_approver))
    assert outcomes == ["approved", "approved"]
    assert BatchEvent.objects.filter(batch=batch, to_status=BatchStatus.POSTING).count() == 2


def test_of_two_approvers_one_posts_and_the_other_is_told(committed_ground: Ground) -> None:
    ground = committed_ground
    batch = ground.submit(ground.counter(("示例甲乙", "100"), ("示例丙丁", "7")))

    def approve_and_post(person: object) -> str:
        approve_batch(batch_id=batch.pk, actor=person, queue=False)  # type: ignore[arg-type]
        post_batch(batch_id=batch.pk, job=NoProgress())
        return "posted"

    outcomes = race(lambda: approve_and_post(ground.approver), lambda: approve_and_post(ground.second_approver))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["WrongState", "str"]
    assert Donation.objects.unscoped("test").count() == 2
    assert BatchEvent.objects.filter(batch=batch, to_status=BatchStatus.POSTING).count() == 1


def test_two_workers_at_one_approved_batch_post_it_once(committed_ground: Ground) -> None:
    ground = committed_ground
    batch = ground.submit(ground.counter(("示例甲乙", "100")))
    approve_batch(batch_id=batch.pk, actor=ground.approver, queue=False)
    outcomes = race(*[lambda: post_batch(batch_id=batch.pk, job=NoProgress()).status] * 3)
    assert outcomes == [BatchStatus.POSTED] * 3
    assert Donation.objects.unscoped("test").count() == 1


def test_withdrawal_against_approval_has_one_winner(committed_ground: Ground) -> None:
    ground = committed_ground
    batch = ground.submit(ground.counter(("示例甲乙", "100")))
    outcomes = race(
        lambda: withdraw_batch(batch_id=batch.pk, actor=ground.clerk).status,
        lambda: approve_batch(batch_id=batch.pk, actor=ground.approver, queue=False).status,
    )
    assert sum(isinstance(outcome, WrongState) for outcome in outcomes) == 1
    assert ground.fresh(batch).status in (BatchStatus.DRAFT, BatchStatus.POSTING)


def test_of_two_clerks_at_one_row_the_second_is_refused(committed_ground: Ground) -> None:
    ground = committed_ground
    batch = ground.counter(("示例甲乙", "100"))

    def edit(person: object, amount: str) -> str:
        typed = {**GIFT, "amount": amount}
        edit_row(batch_id=batch.pk, row_number=1, typed=typed, actor=person, version=0)  # type: ignore[arg-type]
        return amount

    outcomes = race(lambda: edit(ground.clerk, "5"), lambda: edit(ground.second_clerk, "6"))
    won = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(won) == 1
    assert "已被他人修改" in str(next(outcome for outcome in outcomes if not isinstance(outcome, str)))
    assert str(StagedGift.objects.get().amount) == f"{won[0]}.00"
    assert str(ground.fresh(batch).found_total) == f"{won[0]}.00"


def test_the_same_form_sent_twice_at_once_adds_one_gift(committed_ground: Ground) -> None:
    ground = committed_ground
    batch, key = ground.counter(), uuid.uuid4()
    race(*[lambda: add_row(batch_id=batch.pk, typed=GIFT, actor=ground.clerk, entry_key=key)] * 3)
    assert StagedGift.objects.count() == 1


def test_the_first_gift_of_the_day_clicked_thrice_at_once_is_one_gift_in_one_batch(committed_ground: Ground) -> None:
    ground, key = committed_ground, uuid.uuid4()
    outcomes = race(
        *[lambda: add_counter_gift(fund=ground.fund, typed=GIFT, actor=ground.clerk, entry_key=key).row_number] * 3
    )
    assert outcomes == [1, 1, 1]
    assert (StagedGift.objects.count(), Batch.objects.unscoped("test").count()) == (1, 1)


def test_the_same_file_brought_twice_at_once_makes_one_batch(committed_ground: Ground, tmp_path: Path) -> None:
    ground = committed_ground
    path = ground.text_list(tmp_path, "2026-01-05,示例甲乙,100,")
    outcomes = race(*[lambda: ground.open_file(path).number] * 2)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["SameFile", "str"]
    assert Batch.objects.unscoped("test").count() == 1


def test_two_lists_with_the_same_gift_submitted_at_once_one_is_told(committed_ground: Ground, tmp_path: Path) -> None:
    ground = committed_ground
    batches = [
        ground.read_file(ground.text_list(tmp_path, f"2026-01-05,示例甲乙,100,{name}", name=f"{name}.csv"))
        for name in ("a", "b")
    ]
    ground.rows(batches[1]).update(duplicate_of="")
    outcomes = race(*[lambda one=one: str(ground.submit(one).status) for one in batches])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotReady", "str"]
