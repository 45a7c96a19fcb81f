"""谁看过我的登记: each look by the staff is told to whom it is about, by association and role, and to nobody else."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.clock import frozen_at, now, today
from core.fields import SealedTextField
from core.models import ReadLog
from core.sealed.reading import log_read
from organizations.models import RoleGrant
from registries.choices.readings import EXPORT_BEGINS, FIELD_LABELS, ReadingKind
from registries.models import Contact, Donor, Registrant, Wish
from registries.services import readings
from registries.services.reading import masked_names, reveal_identity, reveal_wish
from registries.services.readings import own_looks, own_readings
from registries.services.registrants import registrant_of
from registries.services.wishes import change_wish
from tests import databases
from tests.registries.ground import Ground, gift, registered, somebody
from tests.registries.test_views_mine import proved
from tests.training.telephones import with_messages

BULK = 20_000


@pytest.fixture(autouse=True)
def telephones(settings: Any, tmp_path: Path) -> Path:
    """Messages become files."""
    return with_messages(settings, tmp_path)


def whose(wish: Wish) -> list[int]:
    return [registrant_of(wish).pk]


def test_a_look_is_told_with_association_role_and_kind_of_purpose_and_never_in_the_words_of_the_staff(
    ground: Ground,
) -> None:
    wish, reader = registered(ground), ground.person("coordinator")
    reveal_identity(wish=wish, purpose="电话回访，替示例某某问", actor=reader)
    reveal_wish(wish=wish, purpose="示例某某说的", actor=reader)
    masked_names([wish], reader=ground.person("head"))
    client = Client()
    proved(client)
    page = client.get("/organ/mine/readings/").content.decode()
    assert ground.branch.name in page
    assert "协调员" in page
    assert "示例某某" not in page
    assert reader.login not in page
    listed, declared, identity = own_readings(whose(wish))
    assert (listed.role, listed.kind, listed.opened) == ("捐献工作负责人", ReadingKind.LIST.label, "姓名")
    assert (declared.role, declared.kind) == ("协调员", ReadingKind.OTHER.label)
    assert "捐献意愿和执行人" in declared.opened
    assert (identity.kind, identity.opened) == (ReadingKind.CONTACT.label, "姓名、证件号码、电话、住址等其他资料")


def test_nobody_sees_who_looked_at_another(ground: Ground) -> None:
    one, other = registered(ground), registered(ground, 1)
    reveal_identity(wish=other, purpose="核对登记表", actor=ground.person("clerk"))
    assert own_readings(whose(one)) == []
    assert [look.role for look in own_readings(whose(other))] == ["登记员"]
    client = Client()
    proved(client)
    assert "还没有工作人员看过" in client.get("/organ/mine/readings/").content.decode()
    client = Client()
    with frozen_at(now() + timedelta(minutes=2)):
        proved(client, phone=somebody(1).phone, name=somebody(1).name)
        assert "登记员" in client.get("/organ/mine/readings/").content.decode()


def test_a_look_from_above_is_told_as_one_from_above(ground: Ground) -> None:
    wish, reader = registered(ground), ground.person("province")
    masked_names([wish], reader=reader)
    (look,) = own_readings(whose(wish))
    assert look.association == reader.role_grants.get().branch.name != ground.branch.name


def test_a_look_stays_with_the_role_that_its_reader_had_then(ground: Ground) -> None:
    wish, reader = registered(ground), ground.person("clerk")
    reveal_identity(wish=wish, purpose="核对登记表", actor=reader)
    RoleGrant.objects.filter(person=reader).update(valid_to=today())
    (look,) = own_readings(whose(wish))
    assert (look.role, look.association) == ("登记员", ground.branch.name)


def test_whoever_had_no_role_there_is_not_given_one(ground: Ground) -> None:
    wish = registered(ground)
    log_read([registrant_of(wish)], "name", reader=ground.person("stranger"), purpose="核对登记表")
    (look,) = own_readings(whose(wish))
    assert (look.role, look.association) == ("工作人员", ground.branch.name)


def test_looks_at_what_was_changed_since_are_told_too(ground: Ground) -> None:
    old = registered(ground)
    reveal_wish(wish=old, purpose="核对登记表", actor=ground.person("coordinator"))
    clerk, key = ground.person("clerk"), uuid.uuid4()
    new = change_wish(wish_id=old.pk, content=gift(), channel="counter", signed_on=today(), key=key, actor=clerk)
    assert len(own_readings(whose(new))) == 1


def test_ones_own_looks_stand_apart_and_leave_nothing_among_those_of_the_staff(ground: Ground) -> None:
    wish, client = registered(ground), Client()
    proved(client)
    client.get("/organ/mine/wishes/")
    before = ReadLog.objects.filter(reader_id__isnull=False).count()
    for _turn in range(2):
        client.get("/organ/mine/readings/")
    assert ReadLog.objects.filter(reader_id__isnull=False).count() == before == 0
    assert own_readings(whose(wish)) == []
    assert len(own_looks(whose(wish))) >= 1
    assert "您自己在网上看过" in client.get("/organ/mine/readings/").content.decode()


def test_many_looks_come_by_pages_without_a_gap(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "PAGE_SIZE", 2)
    wish, reader = registered(ground), ground.person("clerk")
    for n in range(5):
        with frozen_at(now() + timedelta(minutes=2 * n)):
            reveal_identity(wish=wish, purpose="核对登记表", actor=reader)
    places: list[int] = []
    before = None
    while page := own_readings(whose(wish), before=before)[:2]:
        places += [one.place for one in page]
        before = page[-1].place
    assert places == sorted(set(places), reverse=True)
    assert len(places) == 5


def test_the_page_takes_few_queries_however_many_looked_and_finds_them_by_the_index(
    committed_ground: Ground, committed_db: str
) -> None:
    ground = committed_ground
    wish, reader = registered(ground), ground.person("clerk")
    people = whose(wish)
    reveal_identity(wish=wish, purpose="核对登记表", actor=reader)
    with CaptureQueriesContext(connection) as few:
        own_readings(people)
    for login in ("coordinator", "second", "head", "province"):
        masked_names([wish], reader=ground.person(login))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_readlog (at, reader_id, reader_login, object_label, object_key, field, purpose, work,"
            " branch_code) SELECT now(), 1, 'x', 'registries.registrant', 'N' || n, 'name', '示例用途', '', ''"
            " FROM generate_series(1, %s) n",
            [BULK],
        )
    databases.as_superuser("ANALYZE core_readlog", database=committed_db)
    with CaptureQueriesContext(connection) as many:
        assert len(own_readings(people)) == 5
    assert len(many) == len(few) <= 9
    (query,) = [one["sql"] for one in many if "TRUNC" in one["sql"] and "core_readlog" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + query)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "readlog_by_object" in plan, plan
    assert "Seq Scan on core_readlog" not in plan, plan


def test_each_field_of_a_person_that_is_logged_has_a_word() -> None:
    for model in (Registrant, Wish, Donor, Contact):
        for field in model._meta.fields:
            if isinstance(field, SealedTextField) and field.name != "registrant":
                assert f"{model._meta.label_lower}.{field.name}" in FIELD_LABELS


def test_an_export_is_known_by_its_number_before_the_purpose() -> None:
    assert EXPORT_BEGINS.match("330106-2026-X00000001 年度走访")
    assert not EXPORT_BEGINS.match("2026 年度走访")
