"""Rules of declarations: who undoes none, what is expressly not given, which form counts, what the law's form names."""

from __future__ import annotations

import datetime
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from core.clock import today
from registries.choices import FORM_DUTIES, Item, Purpose
from registries.errors import RegistryError, WrongState
from registries.models import Wish
from registries.services import wish_content
from registries.services.cases.notifying import notify_case
from registries.services.reading import reveal_wish
from registries.services.wish_content import content_lines, content_of
from registries.services.wishes import change_wish, register_wish, withdraw_wish
from tests.registries.case_ground import notice
from tests.registries.ground import (
    BODY_USES,
    BROUGHT,
    Ground,
    days_ago,
    form,
    gift,
    id_number,
    refusal,
    registered,
    somebody,
)
from tests.registries.test_views_mine import proved
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page
from tests.training.telephones import with_messages


def died(ground: Ground, at: int) -> None:
    """A case of another city says that somebody has died."""
    notify_case(notice=notice(ground.elsewhere, document=id_number(at)), actor=ground.person("stranger"))


def changed(ground: Ground, wish: Wish, *, signed_on: datetime.date, **over: Any) -> Wish:
    """A wish changed by a form of that day."""
    return change_wish(
        wish_id=wish.pk,
        content=gift(**over),
        channel="counter",
        signed_on=signed_on,
        key=uuid.uuid4(),
        actor=ground.person("clerk"),
    )


def test_after_the_death_nobody_withdraws_or_changes_what_was_declared(ground: Ground) -> None:
    wish = registered(ground, 1, content=refusal())
    died(ground, 1)
    for channel in ("counter", "proxy"):
        with pytest.raises(WrongState, match="去世"):
            withdraw_wish(wish_id=wish.pk, channel=channel, actor=ground.person("clerk"))
    with pytest.raises(WrongState, match="去世"):
        changed(ground, wish, signed_on=today())
    wish.refresh_from_db()
    assert wish.status == "in_force"
    text = page(client_of(ground, "coordinator"), "desk_wish", wish.number)
    assert f"/{wish.number}/withdraw/" not in text
    assert f"/{wish.number}/change/" not in text


def test_whoever_holds_the_telephone_of_the_dead_withdraws_nothing_and_is_told_nothing_of_why(
    ground: Ground, settings: Any, tmp_path: Path
) -> None:
    with_messages(settings, tmp_path)
    wish = registered(ground, content=refusal())
    died(ground, 0)
    client = Client()
    proved(client)
    text = client.post(f"/organ/mine/wishes/{wish.number}/withdraw/", follow=True).content.decode()
    assert "请联系登记单位" in text
    assert "去世" not in text
    assert "已故" not in text
    assert "已经撤回" not in text
    wish.refresh_from_db()
    assert wish.status == "in_force"


def test_what_is_expressly_not_given_is_kept_and_shown_beside_what_is(ground: Ground) -> None:
    content = gift(items=(Item.CORNEA,), refused=(Item.BODY, Item.ALL_ORGANS))
    wish = registered(ground, content=content)
    declared = reveal_wish(wish=wish, purpose="核对", actor=ground.person("coordinator"))
    assert declared.content.refused == (Item.ALL_ORGANS, Item.BODY)
    assert ("不同意捐献的项目", "全部器官、遗体") in content_lines(declared.content)
    # What was sealed before there was such a list has none.
    assert content_of('{"stance": "donate", "items": ["cornea"]}').refused == ()


@pytest.mark.parametrize(
    ("items", "refused"),
    [
        ((Item.CORNEA,), (Item.CORNEA, Item.BODY)),
        ((Item.ALL_ORGANS,), (Item.LIVER,)),
        ((Item.LIVER,), (Item.ALL_ORGANS,)),
        ((Item.CORNEA,), (Item.ALL_ORGANS, Item.HEART)),
        ((Item.CORNEA,), ("soul",)),
    ],
)
def test_nothing_is_given_and_refused_at_once(ground: Ground, items: Any, refused: Any) -> None:
    with pytest.raises(RegistryError) as said:
        registered(ground, content=gift(items=items, refused=refused))
    assert set(said.value.fields) == {"refused"}


def test_a_refusal_names_all_that_it_is_about_in_one_place_and_nothing_is_dropped(ground: Ground) -> None:
    with pytest.raises(RegistryError) as said:
        registered(ground, content=gift(stance="refuse", items=(Item.BODY,), refused=(Item.CORNEA,)))
    assert set(said.value.fields) == {"refused"}


def test_an_older_form_takes_no_newer_ones_place_and_the_day_is_said(ground: Ground) -> None:
    wish = registered(ground, signed_on=days_ago(3))
    with pytest.raises(RegistryError, match=days_ago(3).isoformat()) as said:
        changed(ground, wish, signed_on=days_ago(4))
    assert set(said.value.fields) == {"signed_on"}
    assert changed(ground, wish, signed_on=days_ago(3)).replaces_id == wish.pk


def test_which_of_two_branches_has_the_newer_one_goes_by_the_day_of_signing(ground: Ground) -> None:
    reader, stranger = ground.person("coordinator"), ground.person("stranger")
    here = registered(ground, signed_on=days_ago(2))
    # Typed later, signed earlier.
    older = register_wish(registration=form(ground.elsewhere, signed_on=days_ago(30)), actor=stranger)
    assert not reveal_wish(wish=here, purpose="核对", actor=reader).is_newer_elsewhere
    assert reveal_wish(wish=older, purpose="核对", actor=stranger).is_newer_elsewhere


def test_the_person_alone_is_told_of_a_registration_elsewhere_whatever_telephone_it_has(
    ground: Ground, settings: Any, tmp_path: Path
) -> None:
    with_messages(settings, tmp_path)
    registered(ground)
    client = Client()
    proved(client)
    assert "几份有效的登记" not in client.get("/organ/mine/wishes/").content.decode()
    other = register_wish(
        registration=form(ground.elsewhere, person=somebody(phone="13712345678")), actor=ground.person("stranger")
    )
    text = client.get("/organ/mine/wishes/").content.decode()
    assert "几份有效的登记" in text
    assert other.number not in text
    assert ground.elsewhere.name not in text


NOBODY = {"executor_kind": "", "executor_name": "", "executor_phone": ""}


def test_in_ningbo_a_form_names_what_its_law_asks_for_and_elsewhere_no_more_than_the_executor_of_a_body(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert frozenset({"3302"}) == FORM_DUTIES
    # The branch of the ground stands for one of 宁波, the other city for all others.
    monkeypatch.setattr(wish_content, "FORM_DUTIES", frozenset({ground.branch.code[:4]}))
    stranger = ground.person("stranger")
    body = {"items": (Item.CORNEA, Item.BODY), "purposes": BODY_USES}
    unit, after = {"receiving_unit": "示例医学院"}, {"afterwards": "由接受单位火化"}
    for over, field in (
        ({"items": (Item.CORNEA,), **unit, **NOBODY}, "executor_name"),
        ({"items": (Item.CORNEA,)}, "receiving_unit"),
        ({**body, **after}, "receiving_unit"),
        ({**body, **unit}, "afterwards"),
    ):
        with pytest.raises(RegistryError) as said:
            registered(ground, 1, content=gift(**over))
        assert set(said.value.fields) == {field}
    registered(ground, 1, content=gift(**body, **unit, **after))
    # Corneas alone leave the body to the executor (Art. 15); organs are no matter of that law.
    registered(ground, 2, content=gift(items=(Item.CORNEA,), **unit))
    registered(ground, 3, content=gift(items=(Item.ALL_ORGANS,), **NOBODY))
    for at, content in ((4, gift(**body)), (5, gift(items=(Item.CORNEA,), **NOBODY))):
        register_wish(registration=form(ground.elsewhere, at, content=content), actor=stranger)


def test_a_body_is_given_for_teaching_dissection_or_research(ground: Ground) -> None:
    with pytest.raises(RegistryError) as said:
        registered(ground, content=gift(items=(Item.CORNEA, Item.BODY), purposes=(Purpose.TRANSPLANT,)))
    assert set(said.value.fields) == {"purposes"}


def test_who_brought_a_form_for_somebody_else_is_kept_with_it_and_of_no_other_form(ground: Ground) -> None:
    reader, cornea = ground.person("coordinator"), {"items": (Item.CORNEA,)}
    for missing in BROUGHT:
        with pytest.raises(RegistryError) as said:
            registered(ground, channel="proxy", content=gift(**cornea, **{**BROUGHT, missing: " "}))
        assert set(said.value.fields) == {missing}
    wish = registered(ground, channel="proxy", content=gift(**cornea, **BROUGHT))
    lines = dict(content_lines(reveal_wish(wish=wish, purpose="核对", actor=reader).content))
    assert (lines["受托人"], lines["委托书"]) == tuple(BROUGHT.values())
    other = registered(ground, 1, content=gift(**cornea, **BROUGHT))
    assert reveal_wish(wish=other, purpose="核对", actor=reader).content.proxy_name == ""


def test_a_refusal_that_somebody_else_brings_is_turned_away_in_words_about_refusing(ground: Ground) -> None:
    with pytest.raises(RegistryError) as said:
        registered(ground, channel="proxy", content=gift(stance="refuse", items=(Item.LIVER,), **BROUGHT))
    assert "不同意捐献" in said.value.fields["channel"]
    with pytest.raises(RegistryError) as said:
        registered(ground, channel="proxy", content=gift(items=(Item.CORNEA,), refused=(Item.ALL_ORGANS,), **BROUGHT))
    assert set(said.value.fields) == {"channel"}
