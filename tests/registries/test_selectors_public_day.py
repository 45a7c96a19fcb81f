"""What the public asks for and leaves stands in somebody's day, with how many and since when."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import frozen_at, now
from organizations.models import remember_grants
from registries.choices.requests import RequestStatus
from registries.models import Request
from registries.selectors.my_day import day_sections
from registries.selectors.public_day import DAY_ROWS, new_requests, waiting_messages_section
from registries.services.requests.filing import arrange_request, file_request
from tests.registries.asking import a_visit, arranged, asking
from tests.registries.ground import Ground
from tests.registries.memorial_ground import left, published
from tests.registries.test_views_contacts import DAY, client_of, page


def filed(ground: Ground, at: int = 0) -> Request:
    return file_request(asked=asking(ground.branch), phone=f"137{at:08d}", key=uuid.uuid4()).request


def test_new_requests_stand_in_the_day_of_who_keeps_them_with_how_long_the_oldest_waits(ground: Ground) -> None:
    with frozen_at(now() - timedelta(days=4)):
        old = filed(ground)
    new = filed(ground, 1)
    section = new_requests(ground.person("clerk"))
    assert section is not None
    assert section.title == "待安排的预约 · 2（最久的等了 4 天）"
    assert [(one.number, one.note, one.is_late) for one in section.rows] == [
        (old.number, "等了 4 天", True),
        (new.number, "今天收到", False),
    ]
    text = page(client_of(ground, "clerk"), DAY)
    assert section.title in text
    assert old.number in text
    # What somebody wants to give and who they are stands on the request's own page.
    assert "13700000000" not in text


def test_nobody_of_another_branch_and_nobody_who_only_looks_has_them_in_their_day(ground: Ground) -> None:
    filed(ground)
    left(published(ground))
    for login in ("stranger", "province", "supervisor"):
        assert new_requests(ground.person(login)) is None
        assert waiting_messages_section(ground.person(login)) is None


def test_a_request_that_was_arranged_leaves_the_day(ground: Ground) -> None:
    request = file_request(asked=a_visit(ground.branch), phone="13700000000", key=uuid.uuid4()).request
    arrange_request(request_id=request.pk, arranged=arranged(), actor=ground.person("clerk"))
    assert Request.objects.unscoped("test").get().status == RequestStatus.ACCEPTED
    assert new_requests(ground.person("clerk")) is None


def test_messages_that_wait_stand_in_the_day_with_how_many_and_since_when(ground: Ground) -> None:
    memorial = published(ground)
    with frozen_at(now() - timedelta(days=3)):
        left(memorial)
    left(memorial, text="常常想起您。")
    section = waiting_messages_section(ground.person("clerk"))
    assert section is not None
    (row,) = section.rows
    assert (row.what, row.note, row.is_late) == ("2 条等待审核", "等了 3 天", True)
    assert "常常想起您" not in page(client_of(ground, "clerk"), DAY)


def test_the_day_asks_as_many_queries_for_one_request_as_for_many_and_none_for_grants(ground: Ground) -> None:
    filed(ground)
    clerk = ground.person("clerk")
    remember_grants(clerk)
    with CaptureQueriesContext(connection) as few:
        new_requests(clerk)
        waiting_messages_section(clerk)
    for at in range(1, DAY_ROWS + 3):
        filed(ground, at)
    left(published(ground))
    with CaptureQueriesContext(connection) as many:
        section = new_requests(clerk)
        waiting_messages_section(clerk)
    assert section is not None
    assert len(section.rows) == DAY_ROWS
    assert len(few) == len(many) == 3
    assert not any("rolegrant" in one["sql"] for one in many)
    assert {"requests", "messages"} <= {one.slug for one in day_sections(clerk)}
