"""What is typed at the counter is kept, by one window at a time, and gone when it is a gift."""

import datetime
import threading
import uuid
from typing import Any

import pytest
from django.db import connection

from core import clock
from core.errors import Conflict, DomainError, NotAllowed
from core.retention.holds import Holds
from core.retention.terms import Asked
from donations.models import CounterDraft
from donations.services import drafts
from donations.services.counter import add_counter_gift
from donations.services.drafts import discard_draft, forget_drafts, open_draft, save_draft
from tests.donations.ground import Ground

TYPED = {"donor": "示例甲", "amount": "1.2万", "fund": "330182-F1", "remark": "示例", "csrfmiddlewaretoken": "x"}


def test_a_draft_comes_back_as_it_was_typed_and_keeps_nothing_else(ground: Ground) -> None:
    save_draft(typed=TYPED, edit_count=0, actor=ground.clerk)
    draft = open_draft(actor=ground.clerk)
    assert draft is not None
    assert (draft.typed["donor"], draft.typed["amount"], draft.edit_count) == ("示例甲", "1.2万", 1)
    assert "csrfmiddlewaretoken" not in draft.typed
    assert open_draft(actor=ground.second_clerk) is None


def test_the_older_window_is_told_and_overwrites_nothing(ground: Ground) -> None:
    first = save_draft(typed=TYPED, edit_count=0, actor=ground.clerk)
    save_draft(typed={**TYPED, "donor": "示例乙"}, edit_count=first.edit_count, actor=ground.clerk)
    with pytest.raises(Conflict):
        save_draft(typed=TYPED, edit_count=first.edit_count, actor=ground.clerk)
    draft = open_draft(actor=ground.clerk)
    assert draft is not None
    assert draft.typed["donor"] == "示例乙"


def test_a_gift_takes_its_draft_with_it(ground: Ground) -> None:
    save_draft(typed=TYPED, edit_count=0, actor=ground.clerk)
    typed = {"donor": "示例甲", "amount": "12000", "received_on": "2026-01-05"}
    add_counter_gift(fund=ground.fund, typed=typed, actor=ground.clerk, entry_key=uuid.uuid4())
    assert open_draft(actor=ground.clerk) is None


def test_a_refused_gift_leaves_the_draft(ground: Ground) -> None:
    save_draft(typed=TYPED, edit_count=0, actor=ground.clerk)
    typed = {"donor": "示例甲", "amount": "1", "received_on": "2026-01-05", "name_choice": "shouted"}
    with pytest.raises(DomainError):
        add_counter_gift(fund=ground.fund, typed=typed, actor=ground.clerk, entry_key=uuid.uuid4())
    assert open_draft(actor=ground.clerk) is not None


def test_the_name_does_not_lie_in_clear(ground: Ground) -> None:
    save_draft(typed=TYPED, edit_count=0, actor=ground.clerk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM donations_counterdraft t")
        text = cursor.fetchone()[0]
    assert "示例甲" not in text
    assert "示例甲".encode().hex() not in text


def test_a_draft_is_for_people_who_enter_gifts(ground: Ground) -> None:
    with pytest.raises(NotAllowed):
        save_draft(typed=TYPED, edit_count=0, actor=ground.approver)


def test_after_seven_days_a_draft_is_forgotten(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    save_draft(typed=TYPED, edit_count=0, actor=ground.clerk)
    asked = Asked(clock.today(), False, Holds({}))
    assert forget_drafts(asked).destroyed == 0
    later = clock.now() + datetime.timedelta(days=8)
    monkeypatch.setattr(drafts, "now", lambda: later)
    assert forget_drafts(asked).destroyed == 1
    discard_draft(actor=ground.clerk)


def test_two_windows_that_save_at_once_keep_one(committed_ground: Ground) -> None:
    ground, results = committed_ground, []
    barrier = threading.Barrier(2)

    def attempt(donor: str) -> None:
        barrier.wait()
        try:
            save_draft(typed={**TYPED, "donor": donor}, edit_count=0, actor=ground.clerk)
            results.append("kept")
        except Conflict:
            results.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=[donor]) for donor in ("示例甲", "示例乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["kept", "told"]
    assert CounterDraft.objects.count() == 1


def test_the_counter_shows_the_draft_and_an_older_window_a_sentence(ground: Ground) -> None:
    client = ground.client(ground.clerk)
    saved: Any = client.post("/desk/donations/new/draft/", {**TYPED, "draft_count": "0"})
    assert saved.json()["count"] == 1
    page = client.get("/desk/donations/new/").content.decode()
    assert "已恢复没有保存完的一笔" in page
    assert 'value="示例甲"' in page
    again: Any = client.post("/desk/donations/new/draft/", {**TYPED, "draft_count": "0"})
    assert (again.status_code, "另一个窗口" in again.json()["said"]) == (409, True)
    client.post("/desk/donations/new/draft/discard/")
    assert "示例甲" not in client.get("/desk/donations/new/").content.decode()


def test_without_scripts_a_button_keeps_the_draft(ground: Ground) -> None:
    client = ground.client(ground.clerk)
    client.post("/desk/donations/new/", {**TYPED, "draft": "1", "draft_count": "0"})
    assert 'value="示例甲"' in client.get("/desk/donations/new/").content.decode()
