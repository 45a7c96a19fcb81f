"""Givers' letters at the desk: handed in with a large gift by its maker, read by makers and approvers, on record."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from core.models import AuditEvent
from donations.models import Batch
from tests.donations.appeals import picture
from tests.donations.ground import Ground

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(ground: Ground, settings: Any) -> Batch:
    settings.LETTER_FROM_YUAN = 1000
    return ground.counter(("示例甲乙", "999.99"), ("示例丙丁", "1000.00"))


def page(ground: Ground, person: User, name: str, *arguments: object) -> str:
    answer = ground.client(person).get(reverse(name, args=arguments))
    assert answer.status_code == 200
    return answer.content.decode()


def hand_in(ground: Ground, batch: Batch, upload: io.BytesIO | None, row_number: int = 2) -> str:
    data = {"letter": upload} if upload else {}
    address = reverse("desk_row_letter", args=[batch.number, row_number])
    answer = ground.client(ground.clerk).post(address, data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_large_gift_is_submitted_by_pages_alone_once_its_letter_is_there(ground: Ground, batch: Batch) -> None:
    row_page = reverse("desk_row", args=[batch.number, 2])
    before = page(ground, ground.clerk, "desk_batch", batch.number)
    assert f'href="{row_page}"' in before
    assert "第 2 行：还没有，去上传" in before
    assert "还没有上传" in page(ground, ground.clerk, "desk_row", batch.number, 2)
    said = hand_in(ground, batch, picture())
    assert "第 2 行的捐赠函已保存" in said
    assert "查看已上传的捐赠函" in said
    ground.client(ground.clerk).post(reverse("desk_batch_step", args=[batch.number, "submit"]))
    assert ground.fresh(batch).status == "submitted"


def test_a_small_gift_is_not_asked_for_a_letter(ground: Ground, batch: Batch) -> None:
    assert "捐赠函" not in page(ground, ground.clerk, "desk_row", batch.number, 1)


def test_the_approver_reads_the_letter_and_leaves_a_record(ground: Ground, batch: Batch) -> None:
    hand_in(ground, batch, picture())
    ground.submit(batch)
    address = reverse("desk_row_letter", args=[batch.number, 2])
    assert f'href="{address}"' in page(ground, ground.approver, "desk_batch", batch.number)
    answer = ground.client(ground.approver).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert b"".join(answer.streaming_content)[:4] == b"\x89PNG"
    events = AuditEvent.objects.filter(verb="donations.batch.letter_read", object_key=batch.number)
    assert [event.actor_login for event in events] == [ground.approver.login]


def test_without_a_file_or_with_another_kind_nothing_is_kept_and_the_page_says_why(
    ground: Ground, batch: Batch
) -> None:
    assert "请选择捐赠函" in hand_in(ground, batch, None)
    assert "只能是 JPG、PNG 图片或 PDF" in hand_in(ground, batch, io.BytesIO(b"MZ not a paper"))
    assert not batch.letters.exists()


def test_a_submitted_batch_takes_no_other_letter(ground: Ground, batch: Batch) -> None:
    hand_in(ground, batch, picture())
    kept = batch.letters.get().file_id
    ground.submit(batch)
    hand_in(ground, batch, picture())
    assert batch.letters.get().file_id == kept
