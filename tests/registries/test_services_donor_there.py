"""Who left here and stands in the national library: listed by number until that says they are gone."""

from __future__ import annotations

import datetime
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.clock import today
from core.errors import NotAllowed, NotFound
from core.models import AuditEvent, ReadLog
from core.progress import NoProgress
from core.retention import Asked, open_holds
from registries.choices.donors import LEFT_DAYS
from registries.errors import RegistryError, WrongState
from registries.models import Donor
from registries.selectors.donor_day import donor_work
from registries.selectors.donors import STANDING, work_counts, work_list
from registries.selectors.exchange import left_after
from registries.services.donors.leaving import retire_donor, withdraw_donor
from registries.services.donors.there import note_there
from registries.services.exchange.files import open_outgoing, release_file
from registries.services.exchange.outgoing import make_outgoing
from registries.services.purging import purge_donors
from tests.registries.donor_ground import S, brought, joined
from tests.registries.exchange_ground import applied, fetched, row_of, sent_out
from tests.registries.ground import Ground, days_ago
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Files of their own for each test."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def listed(ground: Ground, login: str = "coordinator") -> list[str]:
    return [one.number for one in work_list(ground.person(login), STANDING)]


def gone(ground: Ground, at: int = 0) -> Donor:
    """Somebody who was reported in a file and left afterwards."""
    donor = brought(ground, S.SENT, at)
    fetched(ground, sent_out(ground))
    return withdraw_donor(donor_id=donor.pk, channel="online")


def noted(ground: Ground, donor: Donor, act: str = "removed", **over: Any) -> Donor:
    said: dict[str, Any] = {"on": today(), "reference": "HZ-2026-001", "actor": ground.person("clerk"), **over}
    return note_there(donor_id=donor.pk, act=act, **said)


def test_who_was_reported_and_left_stands_in_the_list_and_who_was_not_reported_does_not(ground: Ground) -> None:
    reported, before = brought(ground, S.SENT), brought(ground, S.SAMPLED, 1)
    withdraw_donor(donor_id=before.pk, channel="online")
    fetched(ground, sent_out(ground))
    assert listed(ground) == []
    withdraw_donor(donor_id=reported.pk, channel="online")
    assert listed(ground) == [reported.number]
    assert listed(ground, "province") == [reported.number]
    assert listed(ground, "stranger") == []


@pytest.mark.parametrize("status", [S.WISH, S.HEALTH])
def test_by_whatever_way_somebody_left_who_is_typed_they_stand_there(ground: Ground, status: str) -> None:
    donor, actor = brought(ground, S.TYPED), ground.person("coordinator")
    if status == S.WISH:
        withdraw_donor(donor_id=donor.pk, channel="counter", actor=actor)
    else:
        retire_donor(donor_id=donor.pk, status=status, on=today(), actor=actor)
    assert listed(ground) == [donor.number]


def test_who_leaves_while_their_file_is_made_is_not_forgotten(ground: Ground) -> None:
    donor = brought(ground, S.SENT)

    class Leaves(NoProgress):
        def progress(self, *_said: Any, **_more: Any) -> None:
            withdraw_donor(donor_id=donor.pk, channel="online")

    row = open_outgoing(branch=ground.branch, key=uuid.uuid4(), actor=ground.person("clerk"))
    release_file(file_id=row.pk, actor=ground.person("head"))
    row = make_outgoing(file_id=row.pk, job=Leaves())
    assert (row.row_count, left_after(row), listed(ground)) == (1, [donor.number], [])
    # While nobody fetched it the library knows nothing; whoever fetches it all the same has them in it.
    fetched(ground, row)
    assert listed(ground) == left_after(row) == [donor.number]


def test_who_was_told_of_stays_in_the_list_until_the_library_says_they_are_gone(ground: Ground) -> None:
    donor = gone(ground)
    noted(ground, donor, "told", reference="DH-20260131")
    assert listed(ground) == [donor.number]
    noted(ground, donor)
    assert listed(ground) == []
    last = donor.events.order_by("-pk")[:2]
    assert [(one.verb, one.on, one.reference, one.actor, one.to_status) for one in last] == [
        ("removed_there", today(), "HZ-2026-001", ground.person("clerk"), S.WISH),
        ("told_there", today(), "DH-20260131", ground.person("clerk"), S.WISH),
    ]
    trail = AuditEvent.objects.filter(verb__endswith="_there", object_key=donor.number)
    assert set(trail.values_list("verb", flat=True)) == {
        "registries.donor.told_there", "registries.donor.removed_there",
    }  # fmt: skip


def test_each_is_written_down_once(ground: Ground) -> None:
    donor = gone(ground)
    noted(ground, donor, "told")
    with pytest.raises(WrongState):
        noted(ground, donor, "told")
    noted(ground, donor)
    for act in ("told", "removed"):
        with pytest.raises(WrongState):
            noted(ground, donor, act)


def test_nobody_who_is_in_force_or_never_was_there_is_taken_out(ground: Ground) -> None:
    unknown = joined(ground, 1)
    withdraw_donor(donor_id=unknown.pk, channel="online")
    for donor in (brought(ground, S.TYPED), unknown):
        with pytest.raises(WrongState):
            noted(ground, donor)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"act": "x"}, "act"),
        ({"reference": ""}, "reference"),
        ({"reference": "赵某来电"}, "reference"),
        ({"reference": "330106199001011234"}, "reference"),
        ({"reference": "13800000000"}, "reference"),
        ({"on": today() + datetime.timedelta(days=1)}, "on"),
        ({"on": days_ago(5000)}, "on"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    donor = gone(ground)
    with pytest.raises(RegistryError) as refused:
        noted(ground, donor, **over)
    assert set(refused.value.fields) == {field}
    assert listed(ground) == [donor.number]


@pytest.mark.parametrize("login", ["stranger", "province", "supervisor"])
def test_only_who_keeps_the_branch_writes_it_down(ground: Ground, login: str) -> None:
    donor = gone(ground)
    with pytest.raises((NotAllowed, NotFound)):
        noted(ground, donor, actor=ground.person(login))


def test_of_whom_the_library_itself_says_that_they_left_it_need_not_be_told(ground: Ground) -> None:
    donor = brought(ground, S.TYPED)
    applied(ground, row_of(donor, "自愿退库"))
    assert listed(ground) == []
    donor.refresh_from_db()
    assert (donor.status, donor.removed_there_on) == (S.WISH, today())
    assert AuditEvent.objects.filter(verb="registries.donor.removed_there").count() == 1


def test_who_is_emptied_still_stands_in_the_list_by_number_and_may_be_taken_out(ground: Ground) -> None:
    donor = gone(ground)
    later = Asked(today() + datetime.timedelta(days=LEFT_DAYS + 1), False, open_holds())
    assert purge_donors(later).destroyed == 1
    assert listed(ground) == [donor.number]
    noted(ground, donor)
    assert listed(ground) == []


@pytest.mark.parametrize(
    "change", ["is_known_there = false", "told_there_on = told_there_on - 1", "removed_there_on = NULL"]
)
def test_the_database_lets_nobody_take_back_what_the_library_was_told(ground: Ground, change: str) -> None:
    donor = gone(ground)
    noted(ground, donor, "told")
    noted(ground, donor)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE registries_donor SET {change} WHERE id = %s", [donor.pk])  # noqa: S608 -- literals


def test_the_database_knows_nobody_as_gone_there_who_has_not_left(ground: Ground) -> None:
    donor = brought(ground, S.TYPED)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registries_donor SET removed_there_on = now()::date WHERE id = %s", [donor.pk])


def test_the_list_shows_the_number_alone_opens_nobody_and_leads_to_no_contact(ground: Ground) -> None:
    donor, client = gone(ground), client_of(ground, "coordinator")
    before = ReadLog.objects.count()
    text = page(client, "desk_donors", show=STANDING)
    assert donor.number in text
    assert "还没有告知" in text
    assert f"/{donor.number}/there/" in text
    main = text[text.index('id="donor-rows"') :]
    assert not any(word in main for word in ("**", "tel:", "/contacts/", "/contact/", f'/{donor.number}/"'))
    assert ReadLog.objects.count() == before
    assert donor.number not in page(client_of(ground, "stranger"), "desk_donors", show=STANDING)
    above = page(client_of(ground, "province"), "desk_donors", show=STANDING)
    assert donor.number in above


def test_it_is_written_down_at_the_desk_step_by_step(ground: Ground) -> None:
    donor, client = gone(ground), client_of(ground, "clerk")
    assert "在全国资料库里还有" in page(client, "desk_donor", donor.number)
    sent = {"on": today().isoformat(), "reference": "DH-1"}
    assert "已记下" in post(client, "desk_donor_there", donor.number, act="told", **sent)
    assert "等回执" in page(client, "desk_donors", show=STANDING)
    assert "还没有回音" not in page(client, "desk_donor_there", donor.number)
    assert "已记下" in post(client, "desk_donor_there", donor.number, act="removed", on=today(), reference="HZ-7")
    assert "HZ-7" in page(client, "desk_donor", donor.number)
    assert "不用办理这一步" in page(client, "desk_donor_there", donor.number)
    assert "这里没有要办的" in page(client, "desk_donors", show=STANDING)


def test_the_day_of_a_coordinator_counts_them(ground: Ground) -> None:
    reader = ground.person("coordinator")
    gone(ground)
    assert work_counts(reader)[STANDING] == 1
    section = donor_work(reader)
    assert section is not None
    assert [(one.number, one.what) for one in section.rows] == [("待全国库删除", "1 位")]
