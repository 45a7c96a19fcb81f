"""Gifts into a campaign's fund: before the event or the period an error, after it a warning, late ones to the heir."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from donations.intake import AppealTerms, appeal_problem
from donations.models import Campaign
from donations.services.appeals.closing import close_campaign
from donations.services.batches import open_counter_batch
from donations.services.rows import add_row, edit_row
from ledger.models import Fund
from tests.donations.appeals import EMERGENCY, make_campaign
from tests.donations.ground import Ground, make_fund

DAYS = st.dates(datetime.date(2000, 1, 1), datetime.date(2030, 12, 31))
CODES = st.sampled_from(["33", "3301", "330182", "3303", "330302", "34"])


@given(
    first=DAYS,
    length=st.integers(0, 500),
    event=st.none() | st.integers(0, 60),
    day=DAYS,
    area=CODES,
    place=CODES,
    elsewhere=st.booleans(),
    closed=st.booleans(),
)
def test_a_gift_fits_exactly_within_event_period_and_area(
    first: datetime.date,
    length: int,
    event: int | None,
    day: datetime.date,
    area: str,
    place: str,
    elsewhere: bool,
    closed: bool,
) -> None:
    terms = AppealTerms(
        name="示例募捐",
        first=first,
        last=first + datetime.timedelta(days=length),
        area=area,
        event_name="示例山洪" if event is not None else "",
        event_on=None if event is None else first - datetime.timedelta(days=event),
        successor_id=7 if closed else None,
        successor_name="示例后续" if closed else "",
        reaches_elsewhere=elsewhere,
    )
    problem = appeal_problem(terms, 3, day, place)
    overlaps = place.startswith(area) or area.startswith(place) or elsewhere
    if day < first or not overlaps:
        assert problem is not None
        assert problem.is_error
        is_older = terms.event_on is not None and day < terms.event_on
        assert (problem.code == "before_event") == is_older
    elif day > terms.last:
        assert problem is not None
        assert not problem.is_error
        assert problem.code == ("campaign_closed" if closed else "after_campaign")
    else:
        assert problem is None
    assert terms.is_late(day) == (closed and day > terms.last)
    assert problem is None or problem.message.startswith("第 3 行")


def test_a_row_without_a_day_says_nothing_of_the_campaign() -> None:
    terms = AppealTerms("示例", datetime.date(2026, 1, 1), datetime.date(2026, 2, 1), "33")
    assert appeal_problem(terms, 1, None, "33") is None


@pytest.fixture
def campaign(ground: Ground) -> Campaign:
    return make_campaign(ground.jiande, ground.clerk, ground.approver, **EMERGENCY)


def fund_of(campaign: Campaign) -> Fund:
    fund: Fund = campaign.campaign_funds.select_related("fund__branch").get(is_main=True).fund
    return fund


def codes(row: Any) -> list[tuple[str, str]]:
    return [(one["code"], one["level"]) for one in row.problems]


@pytest.mark.django_db
def test_a_list_shows_gifts_older_than_the_event_as_errors(ground: Ground, campaign: Campaign, tmp_path: Path) -> None:
    path = ground.text_list(
        tmp_path,
        "2025-12-27,示例甲,100,",
        "2025-12-30,示例乙,50,",
        "2026-01-02,示例丙,7,",
        "2026-07-01,示例丁,9,",
    )
    batch = ground.read_file(path, fund=fund_of(campaign))
    found = [(row.level, codes(row)) for row in ground.rows(batch)]
    assert found == [
        ("error", [("before_event", "error")]),
        ("error", [("before_campaign", "error")]),
        ("passed", []),
        ("warning", [("after_campaign", "warning")]),
    ]
    assert "早于“示例山洪”发生的日期 2025-12-28" in ground.rows(batch)[0].problems[0]["message"]


@pytest.mark.django_db
def test_a_mended_day_or_another_fund_frees_the_row(ground: Ground, campaign: Campaign, tmp_path: Path) -> None:
    batch = ground.read_file(ground.text_list(tmp_path, "2025-12-27,示例甲,100,"), fund=fund_of(campaign))
    number = ground.rows(batch)[0].row_number
    typed = {"donor": "示例甲", "amount": "100", "received_on": "2025-12-27"}
    row = edit_row(batch_id=batch.pk, row_number=number, typed={**typed, "fund": ground.fund.pk}, actor=ground.clerk)
    assert (row.level, row.fund) == ("passed", ground.fund)
    row = edit_row(batch_id=batch.pk, row_number=number, typed=typed, actor=ground.clerk)
    assert row.level == "error"
    row = edit_row(
        batch_id=batch.pk, row_number=number, typed={**typed, "received_on": "2026-01-03"}, actor=ground.clerk
    )
    assert row.level == "passed"


@pytest.mark.django_db
def test_the_counter_refuses_a_gift_older_than_the_event(ground: Ground, campaign: Campaign) -> None:
    batch = open_counter_batch(branch=ground.jiande, fund=fund_of(campaign), actor=ground.clerk)
    with pytest.raises(DomainError) as refusal:
        add_row(
            batch_id=batch.pk, typed={"donor": "示例甲", "amount": "1", "received_on": "2025-12-27"}, actor=ground.clerk
        )
    assert "received_on" in refusal.value.fields
    assert not ground.rows(batch).exists()


@pytest.mark.django_db
def test_what_comes_late_goes_to_the_successor_and_says_so(ground: Ground, campaign: Campaign, tmp_path: Path) -> None:
    heir = make_fund(ground.jiande, code="330182-F9", name="示例后续", is_default=False)
    close_campaign(campaign_id=campaign.pk, successor=heir, reason="提前结束", actor=ground.approver)
    path = ground.text_list(tmp_path, "2026-07-02,示例甲,100,", "2026-06-30,示例乙,5,")
    batch = ground.read_file(path, fund=fund_of(campaign))
    late, in_time = ground.rows(batch)
    assert (late.fund, late.level, codes(late)) == (heir, "warning", [("campaign_closed", "warning")])
    assert (in_time.fund, in_time.level) == (None, "passed")
    gifts = list(ground.gifts(ground.post(batch)))
    assert [gift.fund for gift in gifts] == [heir, fund_of(campaign)]
