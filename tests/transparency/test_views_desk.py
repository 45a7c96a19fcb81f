"""Reports, the first page and the auditors' corner as people meet them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.audit import record_audit
from core.clock import frozen_at
from core.models import AuditEvent
from core.progress import NoProgress
from organizations.choices import Role
from tests.factories.people import make_person
from tests.standing import Standing
from tests.transparency.ground import STANDING, Ground, moment, place_all, publish
from tests.transparency.kinds_ground import give_to, make_kind, open_emergency
from transparency.choices import RunStatus
from transparency.models import ReportRun, ReportSchedule
from transparency.permissions import audited_codes
from transparency.services.kinds import FREEZERS
from transparency.services.publishing import sign_run
from transparency.services.runs import render_run


@pytest.fixture(scope="session")
def the_ground() -> Standing[Ground]:
    """The ground that each of these tests takes fresh."""
    return STANDING


@pytest.fixture
def ground(committed_db: str, the_ground: Standing[Ground], settings: Any) -> Ground:
    """The small network, committed, without second factors."""
    settings.MFA_REQUIRED = False
    return the_ground.fresh()


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
    asker.post(reverse("desk_report_check", args=[run.number]))
    page = text_of(publisher.get(reverse("desk_report_publish", args=[run.number])))
    assert "合计与各行之和相符" in page
    assert "¥12.00" in page
    publisher.post(reverse("desk_report_publish", args=[run.number]))
    run.refresh_from_db()
    assert run.status == RunStatus.APPROVED
    assert "签名中" in text_of(publisher.get(answer.url))
    assert Client().get(f"/reports/{run.number}/").status_code == 404
    sign_run(run_id=run.pk, job=NoProgress())
    assert run.number in text_of(Client().get(f"/reports/{run.number}/"))
    assert gift.number


def test_a_report_that_cannot_be_published_says_so_and_stays(ground: Ground) -> None:
    run = ground.make("2025-01")
    publisher = as_person(ground.people["publisher"])
    for name in ("desk_report_check", "desk_report_publish"):
        assert "现在不能办理这一步" in text_of(publisher.get(reverse(name, args=[run.number])))
        answer = publisher.post(reverse(name, args=[run.number]), follow=True)
        assert "请刷新页面" in text_of(answer)
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
    for name in (
        "desk_report_check", "desk_report_publish", "desk_report_decline", "desk_report_correct", "desk_report_retry",
        "desk_report_withdraw",
    ):  # fmt: skip
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


@pytest.mark.parametrize(
    ("kind", "shown", "hidden"),
    [
        (
            "quarterly_receipts", ['name="branch"', 'name="scope"', "2025年第3季度", "季后第 5 个工作日"],
            ['name="day"'],
        ),
        ("system_table", ["name=\"branch\"", "2025年11月", "2025年第3季度", "2024年"], ["name=\"scope\""]),
        (
            "emergency_bulletin", ['name="campaign"', 'name="day"', "示例山洪募捐"],
            ['name="branch"', 'name="period"'],
        ),
        ("campaign_progress", ["name=\"campaign\"", "2025年第3季度"], ["name=\"scope\""]),
        ("campaign_final", ["没有可以选的募捐活动"], ["name=\"period\""]),
        ("annual_work", ["月度捐赠收支公示"], ["年度工作报告</a>"]),
    ],
)  # fmt: skip
def test_each_kind_is_asked_for_by_what_it_needs(
    ground: Ground, kind: str, shown: list[str], hidden: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(FREEZERS, "annual_work", raising=False)
    open_emergency(ground, "2025-12-18", until="2025-12-28")
    with frozen_at(moment("2025-12-19", 18)):
        page = text_of(as_person(ground.clerks["33"]).get(reverse("desk_report_new"), {"kind": kind}))
    assert [word for word in shown if word not in page] == []
    assert [word for word in hidden if word in page] == []


def test_a_bulletin_is_asked_for_by_its_campaign_and_day(ground: Ground) -> None:
    campaign = open_emergency(ground, "2025-12-18", until="2025-12-28")
    clerk = as_person(ground.clerks["33"])
    typed = {"kind": "emergency_bulletin", "campaign": campaign.slug, "day": "2025-12-19"}
    place_all()
    with frozen_at(moment("2025-12-19", 16)):
        assert "17 时以后" in text_of(clerk.post(reverse("desk_report_new"), typed))
    # Nobody stays signed in that long without doing anything.
    clerk = as_person(ground.clerks["33"])
    with frozen_at(moment("2025-12-19", 18)):
        answer = clerk.post(reverse("desk_report_new"), typed)
    run = ReportRun.objects.unscoped("a test").get()
    assert answer.url == reverse("desk_report", args=[run.number])
    assert (run.issue, run.branch.code, run.scope) == (1, "33", "alone")
    clerk = as_person(ground.clerks["33"])
    page = text_of(clerk.get(reverse("desk_report_preview", args=[run.number])))
    assert "（第 1 期）" in page
    assert "2025年12月18日0时—19日17时" in page
    listed = text_of(clerk.get(reverse("desk_reports"), {"kind": "emergency_bulletin"}))
    assert run.number in listed
    assert run.number not in text_of(clerk.get(reverse("desk_reports"), {"kind": "annual_finance"}))


def test_series_of_other_kinds_are_set_with_their_next_due_time(ground: Ground) -> None:
    clerk = as_person(ground.clerks["33"])
    with frozen_at(moment("2025-12-19", 18)):
        for typed in (
            {"kind": "quarterly_receipts", "branch": "33", "scope": "below", "first_period": "2025Q4"},
            {"kind": "emergency_bulletin", "branch": "33", "campaign": "", "first_day": "2025-12-19"},
            {"kind": "annual_finance", "branch": "33", "scope": "alone", "first_period": "2025"},
        ):
            answer = clerk.post(reverse("desk_schedules"), {**typed, "is_active": "on"})
            assert answer.status_code == 302, text_of(answer)
        page = text_of(clerk.get(reverse("desk_schedules")))
    assert set(ReportSchedule.objects.values_list("kind", "period_kind")) == {
        ("quarterly_receipts", "quarter"), ("emergency_bulletin", "day"), ("annual_finance", "year"),
    }  # fmt: skip
    assert "2026-01-08 02:00" in page
    assert "全部活动" in page


def test_published_reports_of_every_kind_lead_to_their_campaign_and_rows(ground: Ground) -> None:
    campaign = open_emergency(ground, "2025-12-18", until="2025-12-28")
    give_to(ground, campaign, "12.00", on="2025-12-18", at=moment("2025-12-18", 12))
    run = make_kind(ground, "emergency_bulletin", "2025-12-18", at=moment("2025-12-18", 18), campaign=campaign)
    with frozen_at(moment("2025-12-18", 19)):
        render_run(run_id=run.pk, job=NoProgress())
        publish(run, checker=ground.clerks["33"], approver=ground.people["publisher"])
    visitor = Client()
    page = text_of(visitor.get(f"/reports/{run.number}/"))
    code = campaign.funds[0].code
    assert f"/donations/?fund={code}&amp;from=2025-12-18&amp;to=2025-12-18" in page
    assert f'href="/campaigns/{campaign.slug}/"' in page
    assert "第 1 期（2025年12月18日）" in page
    assert "慈善法第七十二条" in page
    assert run.number in text_of(visitor.get(f"/campaigns/{campaign.slug}/"))
    assert run.number in text_of(visitor.get("/reports/", {"kind": "emergency_bulletin"}))
    assert "没有符合条件的报告" in text_of(visitor.get("/reports/", {"kind": "annual_finance"}))
    rows = visitor.get("/api/v1/reports/", {"kind": "emergency_bulletin"}).json()["results"]
    assert [(row["campaign"], row["issue"], row["period_kind"]) for row in rows] == [(campaign.slug, 1, "day")]
    assert rows[0]["period_end"].startswith("2025-12-18T")
    assert visitor.get("/api/v1/reports/", {"kind": "x"}).status_code == 400
    assert "第 1 期" in text_of(visitor.get("/feed/reports.xml"))


def test_the_command_makes_each_kind_from_its_contract(
    ground: Ground, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(FREEZERS, "annual_work", raising=False)
    campaign = open_emergency(ground, "2025-12-18", until="2025-12-28")
    place_all()
    cases = (
        ("quarterly_receipts", "2025Q4", []), ("annual_finance", "2025", []), ("system_table", "2025-12", []),
        ("emergency_bulletin", "2025-12-20", ["--campaign", campaign.slug]),
        ("campaign_final", "2025", ["--campaign", campaign.slug]),
    )  # fmt: skip
    with frozen_at(moment("2026-03-20")):
        for kind, period, more in cases:
            said = io.StringIO()
            out = tmp_path / kind
            argv = [kind, "--branch", "33", "--period", period, "--out", str(out), "--json", *more]
            call_command("build_report", *argv, stdout=said)
            answer = json.loads(said.getvalue())
            assert answer["status"] == "ready", kind
            assert list(out.glob("*.pdf")), kind
        with pytest.raises(SystemExit) as refused:
            call_command("build_report", "annual_work", "--branch", "33", "--period", "2025")
    assert refused.value.code == 2
