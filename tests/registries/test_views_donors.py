"""The desk of stem-cell donors as its people use it; what is shown, to whom, and what is written down about it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.clock import today
from core.models import ReadLog
from registries.choices import STEM_CONSENTS
from registries.choices.donors import HEALTH_QUESTIONS, DonorStatus
from registries.models import Donor, SampleBatch
from registries.services.donors.leaving import withdraw_donor
from registries.services.registrants import registrant_of
from registries.views.donors.steps import STEPS
from tests.registries.donor_ground import S, born, brought, joined, number_born
from tests.registries.ground import Ground, days_ago, somebody
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post

LIST = "desk_donors"


def paper(ground: Ground, client: Client, at: int = 0, **over: Any) -> dict[str, Any]:
    """What a clerk types of a signed agreement."""
    key = client.get("/desk/registries/donors/new/").context["form"]["key"].value()
    sent: dict[str, Any] = {
        "key": key, "branch": ground.branch.code, "document_kind": "", "document": number_born(born(30), at),
        "name": "示例志愿", "phone": f"138000010{at:02d}", "has_capacity": "on", "channel": "counter",
        "signed_on": today().isoformat(), "consents": list(STEM_CONSENTS),
        "kin1_name": "示例亲人", "kin1_relation": "parent", "kin1_phone": "13900000011",
        "kin2_name": "示例朋友", "kin2_relation": "friend", "kin2_phone": "13900000012",
    }  # fmt: skip
    answers = {f"answer_{one.code}": "no" for one in HEALTH_QUESTIONS}
    return {**sent, **answers, **over}


def test_a_clerk_takes_an_agreement_down_and_a_second_click_makes_no_second_donor(ground: Ground) -> None:
    client = client_of(ground, "clerk")
    sent = paper(ground, client)
    assert "已报名" in post(client, "desk_donor_new", **sent)
    post(client, "desk_donor_new", **sent)
    assert Donor.objects.unscoped("test").count() == 1


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(ground: Ground) -> None:
    client = client_of(ground, "clerk")
    sent = paper(ground, client, answer_tumour="yes", answer_cold="", kin2_phone="13900000011", consents=["stem_keep"])
    text = post(client, "desk_donor_new", **sent)
    for sentence in ("不适合加入", "请选择“是”或“否”", "请填写另一个电话", "须本人单独同意"):
        assert sentence in text
    assert sent["document"] in text
    assert Donor.objects.unscoped("test").count() == 0


def test_at_a_drive_one_person_is_taken_down_after_another(ground: Ground) -> None:
    client = client_of(ground, "clerk")
    form = client.get("/desk/registries/donors/drives/new/").context["form"]
    sent = {"key": form["key"].value(), "branch": ground.branch.code, "name": "示例大学招募", "place": "示例大学"}
    text = post(client, "desk_drive_new", **sent, held_on=today().isoformat(), planned_count="50")
    assert "已建立招募活动" in text
    where = client.get("/desk/registries/donors/drives/").content.decode().split("/drives/")[2].split("/")[0]
    here = f"/desk/registries/donors/new/?drive={where}"
    for at in range(2):
        answer = client.post(here, paper(ground, client, at), follow=False)
        assert answer["Location"] == here
    assert Donor.objects.unscoped("test").filter(drive_id=int(where)).count() == 2
    assert "<dd>2</dd>" in page(client, "desk_drive", where).replace("\n", "")


def test_the_list_shows_the_surname_alone_and_opening_it_is_written_down(ground: Ground) -> None:
    donor = joined(ground)
    text = page(client_of(ground, "coordinator"), LIST)
    assert donor.number in text
    assert somebody().name not in text
    assert "赵**" in text
    row = ReadLog.objects.get(field="name", reader_id=ground.person("coordinator").pk)
    assert (row.object_key, row.branch_code) == (registrant_of(donor).number, ground.branch.code)


def test_who_it_is_and_whom_to_ring_are_shown_once_for_a_purpose(ground: Ground) -> None:
    donor, client = joined(ground), client_of(ground, "clerk")
    text = post(client, "desk_donor", donor.number, show="identity", purpose="电话联系")
    assert "示例亲人" in text
    assert "13900000012" in text
    assert "示例亲人" not in page(client, "desk_donor", donor.number)
    read = ReadLog.objects.filter(purpose="电话联系").values_list("field", flat=True)
    assert sorted(read) == ["details", "document", "kin", "name", "phone"]


def test_a_coordinator_reads_the_answers_and_a_clerk_may_not(ground: Ground) -> None:
    donor = joined(ground)
    text = post(client_of(ground, "coordinator"), "desk_donor", donor.number, show="health", purpose="核对同意书")
    assert "一年内输过血" in text
    path = f"/desk/registries/donors/{donor.number}/"
    refused = client_of(ground, "clerk").post(path, {"show": "health", "purpose": "核对同意书"})
    assert refused.status_code == 403


def test_a_coordinator_of_another_city_sees_nobody(ground: Ground) -> None:
    donor = brought(ground, S.SAMPLED)
    stranger = client_of(ground, "stranger")
    for tab in ("sample", "send", "all"):
        assert donor.number not in page(stranger, LIST, show=tab)
    for path in (f"{donor.number}/", f"{donor.number}/contact/"):
        assert stranger.get(f"/desk/registries/donors/{path}").status_code == 404
    above = client_of(ground, "province")
    assert donor.number in page(above, LIST, show="send")
    refused = above.post(f"/desk/registries/donors/{donor.number}/", {"show": "identity", "purpose": "核对"})
    assert refused.status_code == 403


def test_samples_are_packed_listed_by_bag_alone_sent_and_answered_at_the_desk(ground: Ground) -> None:
    donor, client = joined(ground), client_of(ground, "clerk")
    assert "已记下" in post(client, "desk_donor_step", donor.number, "sample", bag="BAG 0001", on=today().isoformat())
    form = client.get("/desk/registries/donors/batches/new/").context["form"]
    bags = [value for value, _label in form["samples"].field.choices]
    assert "已装箱" in post(client, "desk_sample_batch_new", key=form["key"].value(), box="箱 1", samples=bags)
    batch = SampleBatch.objects.unscoped("test").get()
    sheet = page(client, "desk_sample_batch_sheet", batch.number)
    assert "BAG0001" in sheet
    assert donor.number not in sheet
    sent = {"courier": "示例快递", "waybill": "SF1", "on": today().isoformat()}
    assert "已寄出" in post(client, "desk_sample_batch_send", batch.number, **sent)
    assert "已由他人办理" in post(client, "desk_sample_batch_send", batch.number, **sent)
    said = {"receipt_number": "L1", "on": today().isoformat(), f"bag_{bags[0]}": "damaged"}
    assert "已记下回执" in post(client, "desk_sample_batch_receipt", batch.number, **said)
    donor.refresh_from_db()
    assert donor.status == S.ENROLLED


def test_every_step_has_a_page_that_asks_first_and_says_when(ground: Ground) -> None:
    donor, client = brought(ground, S.TYPED), client_of(ground, "coordinator")
    for name, step in STEPS.items():
        text = page(client, "desk_donor_step", donor.number, name)
        assert str(step.label) in text, name
    assert client.get(f"/desk/registries/donors/{donor.number}/nothing/").status_code == 404
    assert "已记下" in post(client, "desk_donor_step", donor.number, "match", on=today().isoformat())
    assert "初配相合" in page(client, "desk_donor", donor.number)


@pytest.mark.parametrize("status", [one for one in DonorStatus.values if one != S.AGED])
def test_the_page_of_a_donor_opens_in_every_state(ground: Ground, status: str) -> None:
    donor = brought(ground, status)
    text = page(client_of(ground, "coordinator"), "desk_donor", donor.number)
    assert str(DonorStatus(status).label) in text


def test_no_page_of_the_desk_may_be_kept_by_a_browser_or_a_proxy(ground: Ground) -> None:
    donor, client = joined(ground), client_of(ground, "coordinator")
    for path in ("", "new/", "find/", f"{donor.number}/", f"{donor.number}/withdraw/"):
        assert "no-store" in client.get(f"/desk/registries/donors/{path}")["Cache-Control"], path


def test_somebody_is_found_by_document_with_the_number_in_no_address(ground: Ground) -> None:
    donor, client = joined(ground), client_of(ground, "coordinator")
    document = number_born(born(30, days=40))
    assert donor.number in post(client, "desk_donor_find", document_kind="", document=document)
    assert "没有用这个证件报名的人" in post(
        client_of(ground, "stranger"), "desk_donor_find", document_kind="", document=document
    )


def test_pages_of_a_list_follow_each_other_without_gap(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registries.selectors.donors.PAGE_SIZE", 2)
    monkeypatch.setattr("registries.views.donors.lists.PAGE_SIZE", 2)
    days = (days_ago(40), days_ago(30), days_ago(30), days_ago(20), days_ago(50))
    wanted = [joined(ground, at, signed_on=day) for at, day in enumerate(days)]
    client = client_of(ground, "coordinator")
    found, query = [], "?show=sample"
    while query:
        answer = client.get(f"/desk/registries/donors/{query}")
        found += [one["donor"].pk for one in answer.context["rows"]]
        query = answer.context["next_url"]
    assert found == [one.pk for one in sorted(wanted, key=lambda one: (one.enrolled_on, one.pk))]


@pytest.mark.parametrize("place", ["x", "2026-01-01", "2026-01-01.x", "2026-13-01.1", f"2026-01-01.{'9' * 30}"])
def test_a_place_that_is_none_is_the_first_page(ground: Ground, place: str) -> None:
    donor = joined(ground)
    assert donor.number in page(client_of(ground, "coordinator"), LIST, show="sample", after=place)


def test_who_left_is_at_once_in_no_list(ground: Ground) -> None:
    donor, client = joined(ground), client_of(ground, "coordinator")
    assert donor.number in page(client, LIST)
    withdraw_donor(donor_id=donor.pk, channel="online")
    assert donor.number not in page(client, LIST)


def test_who_left_is_told_of_on_the_page_and_no_particulars_are_changed(ground: Ground) -> None:
    donor, client = joined(ground), client_of(ground, "clerk")
    withdraw_donor(donor_id=donor.pk, channel="counter", actor=ground.person("clerk"))
    for name in ("desk_donor_correct", "desk_donor_kin"):
        answer = client.post(reverse(name, args=[donor.number]), {}, follow=True)
        assert answer.status_code == 200
        assert "这位志愿者已退库" in answer.content.decode()
