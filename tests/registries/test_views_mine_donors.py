"""我的登记 for a stem-cell donor: seen, contact changed, left in three pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.clock import today
from core.models import AuditEvent
from core.sealed import open_for_work
from registries.models import Sample
from registries.services.donors.giving import give_again, take_answer
from tests.registries.donor_ground import S, brought, joined
from tests.registries.ground import Ground
from tests.registries.test_views_mine import proved
from tests.training.telephones import with_messages


@pytest.fixture(autouse=True)
def telephones(settings: Any, tmp_path: Path) -> Path:
    """Messages become files."""
    return with_messages(settings, tmp_path)


def test_a_donor_sees_how_far_they_are_and_leaves_in_three_pages(ground: Ground) -> None:
    donor, client = brought(ground, S.SAMPLED), Client()
    assert proved(client) == "/organ/mine/wishes/"
    text = client.get("/organ/mine/wishes/").content.decode()
    for sentence in (donor.number, "已采样", "我的健康询问回答"):
        assert sentence in text
    where = f"/organ/mine/donors/{donor.number}/withdraw/"
    assert "不问理由" in client.get(where).content.decode()
    answer = client.post(where, follow=True).content.decode()
    assert "已退出造血干细胞捐献者资料库" in answer
    assert "您在这里没有有效的登记" in answer
    donor.refresh_from_db()
    assert (donor.status, Sample.objects.get().verdict) == (S.WISH, "void")
    event = donor.events.order_by("-pk")[0]
    assert (event.actor_id, event.channel) == (None, "online")
    assert AuditEvent.objects.filter(verb="registries.donor.seen_online", object_key=donor.number).exists()


def test_who_is_under_way_is_told_gently_and_leaves_as_quickly(ground: Ground) -> None:
    donor, client = brought(ground, S.SCHEDULED), Client()
    proved(client)
    where = f"/organ/mine/donors/{donor.number}/withdraw/"
    assert "没有人会责怪您" in client.get(where).content.decode()
    client.post(where)
    donor.refresh_from_db()
    assert donor.status == S.WISH


@pytest.mark.parametrize("is_asked", [False, True], ids=["matched", "asked and not reached"])
def test_a_match_is_told_by_a_person_not_by_a_page(ground: Ground, *, is_asked: bool) -> None:
    donor, client = brought(ground, S.REMOBILISING if is_asked else S.MATCHED), Client()
    if is_asked:
        take_answer(donor_id=donor.pk, answer="not_reached", on=today(), actor=ground.person("coordinator"))
    proved(client)
    text = client.get("/organ/mine/wishes/").content.decode()
    assert "已入库" in text
    assert "初配相合" not in text
    assert "再动员" not in text


def test_a_second_request_is_told_by_a_person_not_by_a_page(ground: Ground) -> None:
    donor, client = brought(ground, S.FOLLOW_UP), Client()
    give_again(donor_id=donor.pk, kind="stem_cells", on=today(), actor=ground.person("coordinator"))
    proved(client)
    text = client.get("/organ/mine/wishes/").content.decode()
    assert "随访" in text
    assert "初配相合" not in text


def test_a_donor_takes_the_consent_to_be_rung_back_online_and_gives_it_again(ground: Ground) -> None:
    donor, client = brought(ground, S.MATCHED), Client()
    proved(client)
    where = f"/organ/mine/donors/{donor.number}/consents/stem_contact/"
    assert where in client.get("/organ/mine/wishes/").content.decode()
    assert "不问理由" in client.get(where).content.decode()
    for act, is_called in (("withdraw", False), ("withdraw", False), ("give", True)):
        assert client.post(where, {"act": act}, follow=True).status_code == 200
        donor.refresh_from_db()
        assert (donor.is_called, donor.status) == (is_called, S.MATCHED)
    event = donor.events.order_by("-pk")[0]
    assert (event.verb, event.actor_id, event.channel) == ("contact_on", None, "online")
    # The others are the ground of being a donor: who takes one back leaves, by the button for that.
    assert client.get(where.replace("stem_contact", "stem_join")).status_code == 404


def test_a_donor_names_two_others_to_ring_online_and_those_before_are_not_shown(ground: Ground) -> None:
    donor, client = brought(ground, S.TYPED), Client()
    proved(client)
    where = f"/organ/mine/donors/{donor.number}/kin/"
    assert "示例亲人" not in client.get(where).content.decode()
    sent = {
        "kin1_name": "示例新一", "kin1_relation": "spouse", "kin1_phone": "13900000021",
        "kin2_name": "示例新二", "kin2_relation": "friend", "kin2_phone": "13900000021",
    }  # fmt: skip
    assert "请填写另一个电话" in client.post(where, sent).content.decode()
    answer = client.post(where, {**sent, "kin2_phone": "13900000022"}, follow=True).content.decode()
    assert "亲友的联系方式已更换" in answer
    assert "示例新一" not in answer
    donor.refresh_from_db()
    assert "示例新一" in (open_for_work(donor, "kin", work="test") or "")
    event = donor.events.order_by("-pk")[0]
    assert (event.verb, event.actor_id, event.channel) == ("kin_changed", None, "online")


def test_the_donor_of_somebody_else_is_not_found(ground: Ground) -> None:
    joined(ground)
    other, client = joined(ground, 1), Client()
    proved(client)
    for step in ("withdraw", "kin", "consents/stem_contact"):
        where = f"/organ/mine/donors/{other.number}/{step}/"
        assert (client.get(where).status_code, client.post(where).status_code) == (404, 404)


def test_who_has_shown_nothing_is_sent_to_do_so(ground: Ground) -> None:
    donor = joined(ground)
    assert Client().get(f"/organ/mine/donors/{donor.number}/withdraw/")["Location"] == "/organ/mine/"


def test_a_second_click_on_leaving_is_told_that_it_is_done(ground: Ground) -> None:
    donor, client = joined(ground), Client()
    proved(client)
    where = f"/organ/mine/donors/{donor.number}/withdraw/"
    client.post(where)
    answer = client.post(where, follow=True)
    assert answer.status_code == 200
    assert "这份登记已经撤回，不用再办一次" in answer.content.decode()
