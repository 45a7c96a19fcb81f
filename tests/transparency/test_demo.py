"""The demo: loaded through the services, the same for the same seed, and only where it may be."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from core.clock import SHANGHAI, now
from donations.models import Donation
from ledger.services.verifying import verify_books
from organizations.models import Branch
from transparency.choices import RunStatus
from transparency.demo.calendar import Scale
from transparency.demo.lists import MADE_UP, STEMS, dice_for, firm_name, make_gifts, person_name
from transparency.demo.loading import demo_is_there, load
from transparency.models import LogLeaf, ReportRun, ReportSchedule
from transparency.services.verifying_rows import verify_rows

TINY = Scale(cities=1, counties=1, every=1, main_gifts=6, other_gifts=5, months=2)


def test_a_loaded_demo_adds_up_and_the_newest_of_each_report_is_published(committed_db: str, settings: Any) -> None:
    settings.DEBUG = True
    made = load(seed=1, scale=TINY, tell=lambda _what: None)
    assert (made.branch_count, made.run_count) == (102, 2)
    assert not [name for name, rows in verify_books().items() if rows]
    # Records of every kind say what their rows say.
    rows_found = verify_rows()
    assert (rows_found.problems, rows_found.skipped) == ([], {})
    assert {"gift", "entry", "payment", "campaign", "giving_channel", "report"} <= set(
        LogLeaf.objects.values_list("record__kind", flat=True)
    )
    everything = list(ReportRun.objects.unscoped("a test").order_by("period_start"))
    newest = {run.kind: run.status for run in everything}
    assert set(newest.values()) == {RunStatus.PUBLISHED}
    assert set(ReportSchedule.objects.values_list("kind", flat=True)) == {
        "monthly_receipts", "quarterly_receipts", "system_table",
    }  # fmt: skip
    runs = [run for run in everything if run.kind == "monthly_receipts"]
    assert [run.status for run in runs] == [RunStatus.RENDERING, RunStatus.PUBLISHED]
    assert runs[0].log_to == runs[1].log_from
    before, shown = (run.summary["use"] for run in runs)
    assert before["closing"] == shown["opening"]
    assert Decimal(shown["used"]) > 0
    assert Decimal(shown["opening"]) + Decimal(shown["in"]) - Decimal(shown["out"]) == Decimal(shown["closing"])
    for gift in Donation.objects.unscoped("a test").select_related("batch"):
        # Numbers and moments fall in their months, although all was written today.
        assert gift.number.split("-")[1] == str(gift.posted_at.astimezone(SHANGHAI).year)
        assert gift.posted_at <= now()
        assert gift.received_on <= gift.posted_at.astimezone(SHANGHAI).date()
        assert gift.donor_name == "爱心人士" or any(word in gift.donor_name for word in MADE_UP)
    assert set(Branch.objects.values_list("code", flat=True)) >= {"33", "3301", "330182", "3303"}
    settings.DEBUG = True
    said = io.StringIO()
    call_command("load_demo", stdout=said)
    assert "已经在库里" in said.getvalue()
    call_command("print_demo_logins", stdout=said)
    assert "jiande.approver" in said.getvalue()


def test_the_demo_is_refused_where_debug_is_off(committed_db: str, settings: Any) -> None:
    settings.DEBUG = False
    said = io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("load_demo", stderr=said)
    assert left.value.code == 2
    assert "DEBUG" in said.getvalue()
    assert not User.objects.exists()


def test_the_demo_is_refused_in_a_database_that_is_in_use(committed_db: str, settings: Any) -> None:
    settings.DEBUG = True
    User.objects.create_user("somebody", None, name="示例")
    said = io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("load_demo", stderr=said)
    assert left.value.code == 2
    assert "只能装入空库" in said.getvalue()
    assert not demo_is_there()


def test_the_same_seed_makes_the_same_lists_and_another_seed_others() -> None:
    days = [now().date()]
    lists = [make_gifts(dice_for(seed, "33"), days, 30, label="x") for seed in (1, 1, 2)]
    assert lists[0] == lists[1]
    assert lists[0] != lists[2]


def test_every_name_says_that_it_is_made_up() -> None:
    dice = dice_for("names")
    for _n in range(200):
        name = person_name(dice)
        assert any(word in name for word in MADE_UP), name
        assert name[0] in STEMS
        assert firm_name(dice).startswith(MADE_UP[:2])
