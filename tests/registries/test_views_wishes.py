"""The desk of wishes as its people use it; what is shown, to whom, and what is written down about it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.clock import today
from core.models import ReadLog
from registries.models import Wish
from registries.services.registrants import registrant_of
from registries.services.wishes import withdraw_wish
from tests.registries.ground import Ground, id_number, registered, somebody
from tests.training.pages import page, post

LIST = "desk_wishes"


def client_of(ground: Ground, login: str) -> Client:
    """A browser in which somebody of the ground is signed in."""
    client = Client()
    client.force_login(ground.person(login), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def paper(ground: Ground, client: Client, **over: Any) -> dict[str, Any]:
    """What a clerk types of a signed form."""
    key = client.get("/desk/registries/wishes/new/").context["form"]["key"].value()
    sent = {
        "key": key, "branch": ground.branch.code, "document_kind": "", "document": id_number(3), "name": "示例登记",
        "phone": "13800000003", "has_capacity": "on", "stance": "donate", "items": ["all_organs", "cornea"],
        "purposes": ["transplant"], "channel": "counter", "signed_on": today().isoformat(),
        "consents": ["registration", "sensitive", "contact", "transfer"],
    }  # fmt: skip
    return {**sent, **over}


def test_a_clerk_takes_a_form_down_and_a_second_click_makes_no_second_wish(ground: Ground) -> None:
    client = client_of(ground, "clerk")
    sent = paper(ground, client)
    assert "已登记" in post(client, "desk_wish_new", **sent)
    post(client, "desk_wish_new", **sent)
    assert Wish.objects.unscoped("test").count() == 1


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(ground: Ground) -> None:
    client = client_of(ground, "clerk")
    text = post(client, "desk_wish_new", **paper(ground, client, phone="1", consents=["registration"]))
    assert "须本人单独同意" in text
    assert id_number(3) in text
    text = post(client, "desk_wish_new", **paper(ground, client, phone="1"))
    assert "请核对号码" in text
    assert Wish.objects.unscoped("test").count() == 0


def test_the_list_shows_the_surname_alone_and_opening_it_is_written_down(ground: Ground) -> None:
    wish = registered(ground)
    text = page(client_of(ground, "coordinator"), LIST)
    assert wish.number in text
    assert somebody().name not in text
    assert "赵**" in text
    row = ReadLog.objects.get(field="name", reader_id=ground.person("coordinator").pk)
    assert (row.object_key, row.branch_code) == (registrant_of(wish).number, ground.branch.code)


def test_who_it_is_is_shown_once_for_a_purpose_and_each_value_is_written_down(ground: Ground) -> None:
    wish, client = registered(ground), client_of(ground, "clerk")
    assert "用途" in post(client, "desk_wish", wish.number, show="identity", purpose="")
    text = post(client, "desk_wish", wish.number, show="identity", purpose="电话回访")
    assert somebody().document in text
    assert somebody().document not in page(client, "desk_wish", wish.number)
    read = ReadLog.objects.filter(purpose="电话回访").values_list("field", flat=True)
    assert sorted(read) == ["details", "document", "name", "phone"]


def test_a_coordinator_reads_the_wish_and_a_clerk_may_not(ground: Ground) -> None:
    wish = registered(ground)
    text = post(client_of(ground, "coordinator"), "desk_wish", wish.number, show="wish", purpose="核对登记表")
    assert "全部器官、眼角膜" in text
    refused = client_of(ground, "clerk").post(
        f"/desk/registries/wishes/{wish.number}/", {"show": "wish", "purpose": "核对登记表"}
    )
    assert refused.status_code == 403
    assert "眼角膜" not in refused.content.decode()


def test_no_page_of_the_desk_may_be_kept_by_a_browser_or_a_proxy(ground: Ground) -> None:
    wish, client = registered(ground), client_of(ground, "coordinator")
    for path in ("", "new/", "find/", f"{wish.number}/", f"{wish.number}/change/", f"{wish.number}/withdraw/"):
        assert "no-store" in client.get(f"/desk/registries/wishes/{path}")["Cache-Control"], path


def test_somebody_is_found_by_document_with_the_number_in_no_address(ground: Ground) -> None:
    wish, client = registered(ground), client_of(ground, "coordinator")
    assert wish.number in post(client, "desk_wish_find", document_kind="", document=somebody().document)
    assert "没有用这个证件登记的人" in post(client, "desk_wish_find", document_kind="", document=id_number(9))
    assert "没有用这个证件登记的人" in post(
        client_of(ground, "stranger"), "desk_wish_find", document_kind="", document=somebody().document
    )
    assert client.get(f"/desk/registries/wishes/find/?document={somebody().document}").context["rows"] is None


def test_a_wish_is_changed_withdrawn_and_handed_over_at_the_desk(ground: Ground) -> None:
    client = client_of(ground, "clerk")
    wish = registered(ground)
    assert "已记下" in post(client, "desk_wish_hand_over", wish.number, reference="ORG 2026 1", on=today().isoformat())
    sent = {one: value for one, value in paper(ground, client, items=["cornea"]).items() if one != "branch"}
    assert "已变更" in post(client, "desk_wish_change", wish.number, **sent)
    new = Wish.objects.unscoped("test").get(status="in_force")
    assert "已撤回" in post(client, "desk_wish_withdraw", new.number, channel="counter")
    assert "已由他人办理" in post(client, "desk_wish_withdraw", new.number, channel="counter")


@pytest.mark.parametrize("tab", ["in_force", "hand_over"])
def test_a_withdrawn_person_is_in_no_work_list_a_second_later(ground: Ground, tab: str) -> None:
    wish, client = registered(ground), client_of(ground, "coordinator")
    assert wish.number in page(client, LIST, show=tab)
    withdraw_wish(wish_id=wish.pk, channel="online")
    assert wish.number not in page(client, LIST, show=tab)


def test_a_coordinator_of_another_city_sees_nobody_and_one_above_sees_surnames_and_opens_nobody(ground: Ground) -> None:
    wish = registered(ground)
    stranger = client_of(ground, "stranger")
    assert wish.number not in page(stranger, LIST)
    assert stranger.get(f"/desk/registries/wishes/{wish.number}/").status_code == 404
    above = client_of(ground, "province")
    assert wish.number in page(above, LIST)
    refused = above.post(f"/desk/registries/wishes/{wish.number}/", {"show": "identity", "purpose": "核对"})
    assert refused.status_code == 403


def test_pages_of_a_list_follow_each_other_without_gap(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registries.selectors.wishes.PAGE_SIZE", 2)
    monkeypatch.setattr("registries.views.wishes.PAGE_SIZE", 2)
    numbers = [registered(ground, at).number for at in range(3)]
    client = client_of(ground, "coordinator")
    first = client.get("/desk/registries/wishes/")
    assert [one.number for one, _name in first.context["rows"]] == numbers[:0:-1]
    second = client.get(f"/desk/registries/wishes/{first.context['next_url']}")
    assert [one.number for one, _name in second.context["rows"]] == numbers[:1]
