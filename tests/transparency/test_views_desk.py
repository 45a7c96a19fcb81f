"""Reports, the first page and the auditors' corner as people meet them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.audit import record_audit
from core.models import AuditEvent
from organizations.choices import Role
from tests.factories.people import make_person
from tests.transparency.ground import Ground, make_ground, place_all
from transparency.choices import RunStatus
from transparency.models import ReportRun, ReportSchedule
from transparency.permissions import audited_codes


@pytest.fixture
def ground(committed_db: str, settings: Any) -> Ground:
    """The small network, committed, without second factors."""
    settings.MFA_REQUIRED = False
    return make_ground()


def as_person(person: Any) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text_of(response: Any) -> str:
    """The page as text."""
    return str(response.content.decode())


def test_the_way_from_a_request_to_the_public_over_the_pages(ground: Ground) -> None:
    gift = ground.give("33", "12.00", on="2025-01-05", posted="2025-01-06")
    place_all()
    asker, publisher = as_person(ground.clerks["33"]), as_person(ground.people["publisher"])
    answer = asker.post(reverse("desk_report_new"), {"branch": "33", "scope": "alone", "period": "2025-01"})
    run = ReportRun.objects.unscoped("a test").get()
    assert answer.url == reverse("desk_report", args=[run.number])
    assert "制作中" in text_of(asker.get(answer.url))
    run = ground.ready("2025-01", scope="alone")
    assert run.status == RunStatus.READY
    page = text_of(publisher.get(reverse("desk_report_publish", args=[run.number])))
    assert "合计与各行之和相符" in page
    assert "¥12.00" in page
    publisher.post(reverse("desk_report_publish", args=[run.number]))
    run.refresh_from_db()
    assert run.status == RunStatus.PUBLISHED
    assert run.number in text_of(Client().get(f"/reports/{run.number}/"))
    assert gift.number


def test_a_report_that_cannot_be_published_says_so_and_stays(ground: Ground) -> None:
    run = ground.make("2025-01")
    publisher = as_person(ground.people["publisher"])
    assert "现在不能公开" in text_of(publisher.get(reverse("desk_report_publish", args=[run.number])))
    answer = publisher.post(reverse("desk_report_publish", args=[run.number]), follow=True)
    assert "还不能公开" in text_of(answer)
    run.refresh_from_db()
    assert run.status == RunStatus.RENDERING


def test_drafts_are_for_those_who_may_see_them(ground: Ground) -> None:
    run = ground.make("2025-01")
    names = ("desk_report", "desk_report_preview", "audit_report")
    urls = [reverse(name, args=[run.number]) for name in names]
    urls.append(reverse("desk_report_file", args=[run.number, "snapshot", 0]))
    for url in urls:
        seen = as_person(ground.people["auditor"]).get(url)
        assert seen.status_code == 200, url
        seen.close()
        assert as_person(ground.clerks["330182"]).get(url).status_code == 404, url
        assert "/accounts/login/" in Client().get(url).url, url
    assert Client().get(f"/reports/{run.number}/").status_code == 404


def test_auditors_change_nothing(ground: Ground) -> None:
    run = ground.make("2025-01")
    auditor = as_person(ground.people["auditor"])
    for name in ("desk_report_publish", "desk_report_decline", "desk_report_correct", "desk_report_retry"):
        assert auditor.post(reverse(name, args=[run.number])).status_code == 403, name
    assert auditor.post(reverse("desk_report_new")).status_code == 403
    auditor.post(reverse("desk_schedules"), {"branch": "33", "scope": "alone", "first_period": "2025-01"})
    assert not ReportSchedule.objects.exists()


def test_a_series_is_set_on_the_calendar_and_taken_off(ground: Ground) -> None:
    clerk = as_person(ground.clerks["33"])
    typed = {"branch": "33", "scope": "below", "first_period": "2025-01"}
    clerk.post(reverse("desk_schedules"), {**typed, "is_active": "on"})
    assert ReportSchedule.objects.get().is_active
    clerk.post(reverse("desk_schedules"), typed)
    assert not ReportSchedule.objects.get().is_active
    refused = clerk.post(reverse("desk_schedules"), {**typed, "branch": "3301"})
    assert refused.status_code == 200
    assert ReportSchedule.objects.count() == 1


def test_the_first_page_counts_what_waits_within_twelve_queries(ground: Ground) -> None:
    ground.give("33", "12.00", on="2025-01-05", posted="2025-01-06")
    run = ground.ready("2025-01")
    publisher = as_person(ground.people["publisher"])
    publisher.get(reverse("desk_home"))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = text_of(publisher.get(reverse("desk_home")))
    assert len(queries) <= 12
    assert run.number in page
    assert "您好" in page
    assert "示例publisher" in page


def test_somebody_without_a_role_is_told_whom_to_ask(ground: Ground) -> None:
    assert "您还没有任何角色" in text_of(as_person(make_person("nobody")).get(reverse("desk_home")))


def test_the_audit_trail_ends_at_the_branches_that_a_person_oversees(ground: Ground) -> None:
    for code in ("33", "3301", "330182", ""):
        record_audit("示例.示例.done", actor=None, object_label="x", object_key=f"key-{code}", branch_code=code)
    hangzhou = make_person("auditor.3301", Role.AUDITOR, ground.branches["3301"])
    page = text_of(as_person(hangzhou).get(reverse("audit_trail"), {"verb": "示例"}))
    assert "key-3301" in page
    assert "key-330182" not in page
    assert "key-33<" not in page
    assert audited_codes(hangzhou) == ["3301"]
    whole = text_of(as_person(ground.people["auditor"]).get(reverse("audit_trail"), {"verb": "示例"}))
    assert all(f"key-{code}" in whole for code in ("33", "3301", "330182", ""))


def test_taking_the_trail_away_is_written_down(ground: Ground) -> None:
    answer = as_person(ground.people["auditor"]).get(reverse("audit_trail_csv"), {"verb": "transparency"})
    assert b"".join(answer.streaming_content).startswith("\ufeff".encode())
    event = AuditEvent.objects.get(verb="transparency.trail.exported")
    assert event.actor_login == "auditor"


def test_pages_of_the_trail_follow_each_other_without_gap(ground: Ground) -> None:
    for number in range(120):
        record_audit("示例.页.done", actor=None, object_label="x", object_key=f"k{number}", branch_code="33")
    auditor, url, seen = as_person(ground.people["auditor"]), f"{reverse('audit_trail')}?verb=示例.页", []
    while url:
        page = auditor.get(url).context
        seen += [event.object_key for event in page["page"].events]
        url = reverse("audit_trail") + page["next_url"] if page["next_url"] else ""
    assert seen == [f"k{number}" for number in reversed(range(120))]
