"""A file to the national library leaves by approval: another person releases it before anybody is read for it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from core.clock import today
from core.errors import NotAllowed, NotFound
from core.models import Job, ReadLog
from core.progress import NoProgress
from organizations.services import grant_role
from registries.choices.donors import DonorStatus as S
from registries.choices.exchange import MOST_FILE_DOWNLOADS
from registries.errors import WrongState
from registries.models import ExchangeFile, ExchangeSent
from registries.services.exchange.files import drop_file, open_outgoing, release_file
from registries.services.exchange.outgoing import download_outgoing, make_outgoing
from tests.factories.people import make_person
from tests.registries.donor_ground import brought
from tests.registries.exchange_ground import received, row_of, sent_out, text_of
from tests.registries.ground import Ground
from tests.registries.test_views_wishes import client_of


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Files of their own for each test."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def asked(ground: Ground, **over: Any) -> ExchangeFile:
    """A file that waits for its release."""
    return open_outgoing(**{"branch": ground.branch, "key": uuid.uuid4(), "actor": ground.person("clerk"), **over})


def test_nothing_is_made_and_nobody_read_before_another_person_releases_the_file(ground: Ground) -> None:
    brought(ground, S.SAMPLED)
    row = asked(ground)
    assert (row.status, Job.objects.filter(kind__endswith="make_exchange_file").count()) == ("asked", 0)
    assert make_outgoing(file_id=row.pk, job=NoProgress()).status == "asked"
    assert not ExchangeSent.objects.exists()
    with pytest.raises(WrongState):
        download_outgoing(file_id=row.pk, purpose="送交资料库", actor=ground.person("clerk"))
    release_file(file_id=row.pk, actor=ground.person("head"))
    row = make_outgoing(file_id=row.pk, job=NoProgress())
    assert (row.status, row.released_by, row.row_count) == ("ready", ground.person("head"), 1)
    assert list(row.events.order_by("pk").values_list("verb", flat=True)) == ["asked", "released", "made"]
    assert not ReadLog.objects.filter(field="exchange").exists()


@pytest.mark.parametrize("login", ["clerk", "coordinator", "stranger", "province", "supervisor"])
def test_a_file_is_released_by_who_approves_exports_of_its_branch_alone(ground: Ground, login: str) -> None:
    row = asked(ground)
    with pytest.raises((NotAllowed, NotFound)):
        release_file(file_id=row.pk, actor=ground.person(login))
    row.refresh_from_db()
    assert row.status == "asked"


def test_who_asked_for_a_file_does_not_release_it_whatever_rights_they_hold(ground: Ground) -> None:
    """Also the database refuses it."""
    both = make_person("both", "registry_clerk", ground.branch)
    grant_role(person=both, role="registry_head", branch=ground.branch, actor=None, valid_from=today())
    row = asked(ground, actor=both)
    with pytest.raises(NotAllowed, match="另一位"):
        release_file(file_id=row.pk, actor=both)
    with pytest.raises(DatabaseError, match="maker_is_not_checker"), transaction.atomic():
        ExchangeFile.objects.unscoped("test").filter(pk=row.pk).update(released_by=both)
    with pytest.raises(DatabaseError, match="made_once_released"), transaction.atomic():
        ExchangeFile.objects.unscoped("test").filter(pk=row.pk).update(status="making")


def test_a_file_is_fetched_a_few_times_and_each_time_counts(ground: Ground) -> None:
    brought(ground, S.SAMPLED)
    row, clerk = sent_out(ground), ground.person("clerk")
    for _n in range(MOST_FILE_DOWNLOADS):
        download_outgoing(file_id=row.pk, purpose="送交资料库", actor=clerk).close()
    with pytest.raises(WrongState, match="已下载 3 次"):
        download_outgoing(file_id=row.pk, purpose="送交资料库", actor=clerk)
    assert row.events.filter(verb="downloaded").count() == MOST_FILE_DOWNLOADS
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registries_exchangefile SET download_count = 0")
    page = client_of(ground, "clerk").get(reverse("desk_exchange_file", args=[row.number])).content.decode()
    assert "下载次数已用完" in page


@pytest.mark.parametrize("login", ["clerk", "head"])
def test_who_keeps_and_who_approves_give_up_a_file_that_waits_and_its_bags_go_out_later(
    ground: Ground, login: str
) -> None:
    brought(ground, S.SAMPLED)
    row = asked(ground)
    drop_file(file_id=row.pk, actor=ground.person(login))
    with pytest.raises(WrongState):
        release_file(file_id=row.pk, actor=ground.person("head"))
    assert sent_out(ground).row_count == 1


def test_who_approves_sees_the_files_that_go_out_and_releases_one_on_its_page(ground: Ground) -> None:
    come, row = received(ground, text_of(row_of(brought(ground, S.SENT)))), asked(ground)
    client = client_of(ground, "head")
    listed = client.get(reverse("desk_exchange")).content.decode()
    assert row.number in listed
    assert come.number not in listed
    assert "上传并核对" not in listed
    assert client.get(reverse("desk_exchange_file", args=[come.number])).status_code == 404
    page = client.get(reverse("desk_exchange_file", args=[row.number])).content.decode()
    assert "批准，生成文件" in page
    waiting = client_of(ground, "clerk").get(reverse("desk_exchange_file", args=[row.number])).content.decode()
    assert "等待批准" in waiting
    assert "批准，生成文件" not in waiting
    assert (
        client_of(ground, "head").post(reverse("desk_exchange_step", args=[row.number, "release"])).status_code == 302
    )
    row.refresh_from_db()
    assert (row.status, row.released_by) == ("making", ground.person("head"))
