"""Whoever rings is found by number, telephone or document, whole, in one's own scope; each search is written down."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.errors import DomainError
from core.models import AuditEvent, ReadLog
from core.throttling import TooOften
from registries.choices.finding import MOST_FOUND, SoughtBy
from registries.models import Donor, Wish
from registries.services.finding import find_people, recognise
from registries.services.purging import ENDED_DAYS, purge_registrants
from registries.services.reading import LIMIT
from registries.services.registrants import registrant_of
from registries.services.wishes import register_wish, withdraw_wish
from tests import databases
from tests.registries.donor_ground import agreement, joined
from tests.registries.ground import Ground, form, gift, make_ground, registered, somebody
from tests.registries.test_services_purging import asked
from tests.registries.test_views_wishes import client_of
from tests.training.pages import post

WHY = "来电核对本人登记"
PHONE, LANDLINE = "13866668888", "057188886666"
ROWS = 3_000


def both(ground: Ground, at: int = 0, phone: str = PHONE) -> tuple[Wish, Donor]:
    """One person's wish and registration as a donor."""
    person = replace(agreement(ground.branch, at).person, phone=phone)
    return registered(ground, at, person=person), joined(ground, at, person=person)


def found(ground: Ground, written: str, login: str = "coordinator") -> list[str]:
    """The numbers that somebody finds."""
    said = find_people(written=written, purpose=WHY, actor=ground.person(login))
    return [one.number for one in (*said.wishes, *said.donors)]


@pytest.mark.parametrize(
    ("written", "by"),
    [
        ("330106-2026-Y00000001", SoughtBy.NUMBER),
        (" 330106－2026－ｙ00000001 ", SoughtBy.NUMBER),
        ("330106-S3-2026-D00000001", SoughtBy.NUMBER),
        ("138 0013 8000", SoughtBy.PHONE),
        ("+86 138-0013-8000", SoughtBy.PHONE),
        ("0571-8888 6666", SoughtBy.PHONE),
        ("+852 6123 4567", SoughtBy.PHONE),
        (somebody().document, SoughtBy.DOCUMENT),
        ("H12345678", SoughtBy.DOCUMENT),
        ("E12345678", SoughtBy.DOCUMENT),
    ],
)
def test_one_box_tells_a_number_a_telephone_and_a_document_apart(written: str, by: str) -> None:
    assert recognise(written).by == by


@pytest.mark.parametrize("written", ["", "赵登记", "1380013", "330106-2026-", "138001380001", "330106-2026-Z00000001"])
def test_what_is_none_of_them_is_told_at_the_box_without_repeating_it(written: str) -> None:
    with pytest.raises(DomainError) as refused:
        recognise(written)
    assert set(refused.value.fields) == {"sought"}
    assert not written or written not in refused.value.message


def test_a_wrong_check_digit_is_told_at_the_box() -> None:
    document = somebody().document
    with pytest.raises(DomainError) as refused:
        recognise(document[:-1] + ("0" if document[-1] != "0" else "1"))
    assert set(refused.value.fields) == {"sought"}


def test_somebody_is_found_by_each_with_wish_and_donor_together(ground: Ground) -> None:
    wish, donor = both(ground)
    both(ground, 1, "13866668889")
    numbers = [wish.number, donor.number]
    assert found(ground, "+86 138-6666-8888") == numbers
    assert found(ground, agreement(ground.branch).person.document) == numbers
    assert found(ground, registrant_of(wish).number) == numbers
    assert (found(ground, wish.number.lower()), found(ground, donor.number)) == ([wish.number], [donor.number])
    other = both(ground, 2, "(0571) 8888 6666")
    assert found(ground, LANDLINE) == [one.number for one in other]


def test_a_telephone_is_found_whole_or_not_at_all(ground: Ground) -> None:
    both(ground)
    assert found(ground, "13866668880") == []
    with pytest.raises(DomainError):
        found(ground, PHONE[:7])


def test_nobody_of_another_branch_is_found_by_anything(ground: Ground) -> None:
    wish, donor = both(ground)
    document = agreement(ground.branch).person.document
    for written in (PHONE, document, wish.number, donor.number, registrant_of(wish).number):
        assert found(ground, written, "stranger") == []
        assert len(found(ground, written, "province")) >= 1
    elsewhere = somebody(3, phone=PHONE)
    far = register_wish(registration=form(ground.elsewhere, 3, person=elsewhere), actor=ground.person("stranger"))
    assert found(ground, PHONE, "stranger") == [far.number]
    assert far.number not in found(ground, PHONE)


def test_the_search_is_written_down_with_its_purpose_and_nothing_that_was_typed(ground: Ground) -> None:
    wish, _donor = both(ground)
    document = agreement(ground.branch).person.document
    for written in (PHONE, document, wish.number):
        found(ground, written)
    rows = AuditEvent.objects.filter(verb="registries.registrant.looked_up").order_by("pk")
    said = [(one.actor_login, one.object_key, one.reason, one.branch_code) for one in rows]
    code, who = ground.branch.code, "coordinator"
    assert said == [
        (who, "2", f"电话：{WHY}", code), (who, "2", f"证件号码：{WHY}", code), (who, "1", f"登记编号：{WHY}", code)
    ]  # fmt: skip
    kept = str(list(AuditEvent.objects.values()))
    assert [one for one in (PHONE, document) if one in kept] == []


@pytest.mark.parametrize("purpose", ["", " x ", f"找 {PHONE}"])
def test_without_a_purpose_or_with_a_number_in_it_nobody_is_looked_for(ground: Ground, purpose: str) -> None:
    both(ground)
    with pytest.raises(DomainError) as refused:
        find_people(written=PHONE, purpose=purpose, actor=ground.person("coordinator"))
    assert "purpose" in refused.value.fields
    assert not AuditEvent.objects.filter(verb="registries.registrant.looked_up").exists()


def test_nobody_tries_telephones_through(ground: Ground) -> None:
    for at in range(LIMIT.count):
        found(ground, f"1390000{at:04d}")
    with pytest.raises(TooOften):
        found(ground, PHONE)
    # A number of ours is no secret of anybody's.
    assert found(ground, "330106-2026-Y00000009") == []


def test_a_telephone_of_many_is_cut_and_said_so(ground: Ground) -> None:
    for at in range(MOST_FOUND + 1):
        registered(ground, at, person=somebody(at, phone=PHONE))
    said = find_people(written=PHONE, purpose=WHY, actor=ground.person("coordinator"))
    assert (len(said.wishes), said.is_more) == (MOST_FOUND, True)
    assert len(find_people(written=somebody(1).document, purpose=WHY, actor=ground.person("clerk")).wishes) == 1


def test_who_is_destroyed_is_found_no_more(ground: Ground) -> None:
    wish = registered(ground, person=somebody(phone=PHONE))
    assert found(ground, PHONE) == [wish.number]
    withdraw_wish(wish_id=wish.pk, channel="online")
    purge_registrants(asked(days=ENDED_DAYS + 1))
    assert found(ground, PHONE) == []


def test_the_page_shows_masked_names_in_a_short_list_and_nothing_stands_in_an_address(ground: Ground) -> None:
    wish, donor = both(ground)
    person = agreement(ground.branch).person
    client = client_of(ground, "coordinator")
    text = post(client, "desk_registry_find", sought=PHONE, purpose=WHY)
    assert wish.number in text
    assert donor.number in text
    assert f"{person.name[0]}*" in text
    assert person.name not in text
    assert "按电话找到" in text
    assert ReadLog.objects.filter(object_key=registrant_of(wish).number, field="name").count() == 2
    # By an address nothing is looked for.
    assert client.get(f"/desk/registries/find/?sought={PHONE}&purpose={WHY}").context["found"] is None
    assert "没有用这个电话登记的人" in post(client, "desk_registry_find", sought="13900000000", purpose=WHY)
    assert "认不出" in post(client, "desk_registry_find", sought="赵登记", purpose=WHY)
    assert Client().get("/desk/registries/find/").status_code == 302


@pytest.mark.parametrize("field", ["phone", "document"])
def test_among_many_somebody_is_found_by_an_index(committed_db: str, field: str) -> None:
    """A column of the look-up that lost its index would be read from one end to the other; the rows have no events."""
    ground = make_ground()
    clerk = ground.person("clerk")
    register_wish(registration=form(ground.branch, 5, content=gift()), actor=clerk)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registries_registrant (row_key, number, key, document_kind, document, document_digest,"
            " document_digest_next, name, phone, phone_digest, phone_digest_next, created_by_id, created_at, branch_id,"
            " city_id, province_id) SELECT gen_random_uuid(), 'T' || n, gen_random_uuid(), 'id_card', '\\x00',"
            " sha256(('d' || n)::bytea), sha256(('d' || n)::bytea), '\\x00', '\\x00', sha256(('p' || n)::bytea),"
            " sha256(('p' || n)::bytea), %s, now(), %s, %s, %s FROM generate_series(1, %s) n",
            [clerk.pk, ground.branch.pk, ground.branch.city_id, ground.branch.province_id, ROWS],
        )
    databases.as_superuser("ANALYZE registries_registrant", database=committed_db)
    with CaptureQueriesContext(connection) as done:
        assert len(found(ground, getattr(somebody(5), field))) == 1
    (query,) = [one["sql"] for one in done if f'"{field}_digest" IN' in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + query)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"registries_registrant_{field}_digest" in plan or "registrant_once" in plan, plan
    assert "Seq Scan" not in plan
