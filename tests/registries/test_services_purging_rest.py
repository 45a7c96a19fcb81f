"""What nobody ended, what was never published, and telephones of duties go in time as well."""

from __future__ import annotations

import datetime
import uuid
from contextlib import AbstractContextManager

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core.clock import frozen_at, now, today
from core.files import sealed_path_of
from core.models import StoredFile
from registries.choices.exchange import RAW_FILE_DAYS, FileStatus
from registries.choices.memorial import PageStatus
from registries.choices.requests import REQUEST_KEPT_DAYS, REQUEST_OPEN_DAYS
from registries.models import DutyShift, ExchangeRow, MemorialConsent, MemorialPage, MemorialStep, Request
from registries.services.duty import place_on_duty
from registries.services.exchange.files import confirm_file, drop_file
from registries.services.memorial.pages import submit_page
from registries.services.memorial.purging import DRAFT_DAYS, WITHDRAWN_DAYS, lapse_drafts, purge_pages
from registries.services.purging import DUTY_DAYS, purge_duty
from registries.services.requests.filing import arrange_request, file_request
from registries.services.requests.purging import end_forgotten, purge_exchange, purge_requests
from tests.registries.asking import arranged, asking
from tests.registries.donor_ground import S, brought
from tests.registries.exchange_ground import received, row_of, text_of
from tests.registries.ground import Ground
from tests.registries.memorial_ground import published, written
from tests.registries.test_services_purging import asked
from tests.registries.test_views_wishes import client_of

QUERY = "QRY2026"


def later(days: int) -> AbstractContextManager[datetime.datetime]:
    """The clock stands so many days later."""
    return frozen_at(now() + datetime.timedelta(days=days))


def _last_step(page: MemorialPage) -> str:
    return str(MemorialStep.objects.filter(page=page).latest("pk").verb)


def on_duty(ground: Ground, days: int = 0) -> DutyShift:
    """Somebody on duty in so many days."""
    return place_on_duty(
        branch=ground.branch, person=ground.person("coordinator"), on=today() + datetime.timedelta(days=days),
        part="night", phone="0571-00000001", actor=ground.person("head"),
    )  # fmt: skip


def test_a_draft_that_nobody_goes_on_with_comes_down_and_is_destroyed_a_month_later(ground: Ground) -> None:
    page, shown = written(ground), published(ground)
    papers = [page.consent.paper_id, page.portrait_id]
    assert lapse_drafts(asked(days=DRAFT_DAYS)).due == 0
    assert lapse_drafts(asked(days=DRAFT_DAYS + 1, is_dry=True)).due == 1
    with later(DRAFT_DAYS + 1):
        assert lapse_drafts(asked(days=0)).destroyed == 1
        page.refresh_from_db()
        assert (page.status, _last_step(page)) == (PageStatus.WITHDRAWN, "lapsed")
        assert MemorialConsent.objects.get(page=page).withdrawn_at is not None
        assert purge_pages(asked(days=WITHDRAWN_DAYS + 1)).destroyed == 1
    page.refresh_from_db()
    shown.refresh_from_db()
    assert (page.name, page.content, page.destroyed_at is not None) == (None, None, True)
    assert (MemorialConsent.objects.get(page=page).kin_name, shown.status) == (None, PageStatus.PUBLISHED)
    files = StoredFile.objects.filter(pk__in=papers)
    assert [one.destroyed_at is not None and not sealed_path_of(one).exists() for one in files] == [True, True]


def test_a_draft_at_which_somebody_works_stays(ground: Ground) -> None:
    page = written(ground)
    with later(DRAFT_DAYS - 10):
        submit_page(page_id=page.pk, actor=ground.person("clerk"))
    assert lapse_drafts(asked(days=DRAFT_DAYS + 1)).due == 0
    assert lapse_drafts(asked(days=2 * DRAFT_DAYS)).destroyed == 1
    assert MemorialPage.objects.unscoped("test").get(pk=page.pk).status == PageStatus.WITHDRAWN


def test_a_request_that_nobody_ended_ends_by_itself_and_who_made_it_goes_after_that(ground: Ground) -> None:
    clerk, branch = ground.person("clerk"), ground.branch
    rows = [file_request(asked=asking(branch), phone=f"1390000000{at}", key=uuid.uuid4()).request for at in range(2)]
    last = today() + datetime.timedelta(days=60)
    arrange_request(request_id=rows[1].pk, arranged=arranged(on=last), actor=clerk)
    days = (rows[0].first_day - today()).days
    assert end_forgotten(asked(days=days + REQUEST_OPEN_DAYS)).due == 0
    assert end_forgotten(asked(days=days + REQUEST_OPEN_DAYS + 1, is_dry=True)).due == 1
    with later(days + REQUEST_OPEN_DAYS + 1):
        assert end_forgotten(asked(days=0)).destroyed == 1
        text = client_of(ground, "clerk").get(f"/desk/registries/requests/{rows[0].number}/").content.decode()
        assert "日子过了九十天没有人办结" in text
        assert purge_requests(asked(days=REQUEST_KEPT_DAYS)).due == 0
        assert purge_requests(asked(days=REQUEST_KEPT_DAYS + 1)).destroyed == 1
    kept = [Request.objects.unscoped("test").get(pk=one.pk) for one in rows]
    assert [(one.status, one.name is None, one.phone_digest is None) for one in kept] == [
        ("cancelled", True, True), ("accepted", False, False)
    ]  # fmt: skip
    assert (kept[0].kind, kept[0].first_day) == (rows[0].kind, rows[0].first_day)


def test_the_telephone_of_a_duty_goes_and_who_was_on_duty_stays(ground: Ground) -> None:
    past, coming = on_duty(ground), on_duty(ground, 5)
    assert purge_duty(asked(days=DUTY_DAYS)).due == 0
    assert purge_duty(asked(days=DUTY_DAYS + 1, is_dry=True)).due == 1
    assert purge_duty(asked(days=DUTY_DAYS + 1)).destroyed == 1
    assert purge_duty(asked(days=DUTY_DAYS + 1)).due == 0
    past.refresh_from_db()
    coming.refresh_from_db()
    assert (past.phone, past.person, coming.phone) == ("", ground.person("coordinator"), "0571-00000001")
    assert client_of(ground, "coordinator").get("/desk/registries/duty/").status_code == 200


def test_a_telephone_of_duty_is_emptied_once_and_nothing_else_of_it_changes(ground: Ground) -> None:
    shift = on_duty(ground)
    rows = DutyShift.objects.unscoped("test").filter(pk=shift.pk)
    for change in ({"phone": "0571-2"}, {"part": "day", "phone": "", "destroyed_at": now()}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(phone="")
    rows.update(phone="", destroyed_at=now())
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(phone="0571-3", destroyed_at=None)


def test_the_number_of_a_search_goes_with_a_file_that_was_dropped_or_never_confirmed(ground: Ground) -> None:
    dropped, idle, waiting = (brought(ground, S.TYPED, at) for at in range(3))
    files = [received(ground, text_of(row_of(one, "初配相合", reference=QUERY))) for one in (dropped, idle)]
    drop_file(file_id=files[0].pk, actor=ground.person("clerk"))
    assert ExchangeRow.objects.filter(reference__isnull=False).count() == 2
    assert purge_exchange(asked(days=0, is_dry=True)).due == 1
    purge_exchange(asked(days=0))
    assert [one.reference is None for one in ExchangeRow.objects.order_by("pk")] == [True, False]
    purge_exchange(asked(days=RAW_FILE_DAYS))
    assert ExchangeRow.objects.filter(reference__isnull=False).count() == 1
    purge_exchange(asked(days=RAW_FILE_DAYS + 1))
    assert not ExchangeRow.objects.filter(reference__isnull=False).exists()
    files[1].refresh_from_db()
    assert (files[1].status, files[1].row_count) == (FileStatus.DROPPED, 1)
    # One that was confirmed and stands still is done no more.
    half = received(ground, text_of(row_of(waiting, "初配相合", reference=QUERY)))
    confirm_file(file_id=half.pk, actor=ground.person("clerk"))
    purge_exchange(asked(days=RAW_FILE_DAYS + 1))
    half.refresh_from_db()
    row = half.rows.get()
    assert (half.status, row.outcome, row.fault, row.reference) == (FileStatus.APPLIED, "late", "too_late", None)
    # A file that waits to be applied keeps what is to be applied.
    kept = received(ground, text_of(row_of(waiting, "初配相合", reference=f"{QUERY}B")))
    with pytest.raises(DatabaseError), transaction.atomic():
        ExchangeRow.objects.filter(exchange_file=kept).update(reference=None)
