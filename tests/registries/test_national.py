"""National numbers: entered by one, confirmed by another, corrected by a further row, shown with their source."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from core.clock import today
from core.errors import NotAllowed
from registries.errors import RegistryError, WrongState
from registries.models import NationalFigure
from registries.selectors.national import confirmed_figures
from registries.services.national import confirm_national, enter_national
from tests.factories.people import branch_at, make_person
from tests.registries.ground import Ground


@pytest.fixture
def hands(ground: Ground) -> tuple[User, User]:
    """Two who keep the registries of the province."""
    top = branch_at("33")
    return make_person("first", "registry_clerk", top), make_person("second.hand", "registry_coordinator", top)


def said(actor: User, number: int = 7_000_000, **over: Any) -> dict[str, Any]:
    facts = {
        "year": today().year - 1, "measure": "organ_volunteers", "number": number, "source_title": "示例公报（虚构）",
        "source_url": "https://example.org/report", "key": uuid.uuid4(), "actor": actor,
    }  # fmt: skip
    return {**facts, **over}


def test_one_enters_and_another_confirms_and_nobody_does_both(ground: Ground, hands: tuple[User, User]) -> None:
    row = enter_national(**said(hands[0]))
    assert not confirmed_figures().exists()
    with pytest.raises(NotAllowed):
        confirm_national(figure_id=row.pk, actor=hands[0])
    confirm_national(figure_id=row.pk, actor=hands[1])
    assert list(confirmed_figures()) == [row]
    with pytest.raises(WrongState):
        confirm_national(figure_id=row.pk, actor=hands[1])
    with pytest.raises(IntegrityError), transaction.atomic():
        NationalFigure.objects.create(
            **{name: value for name, value in said(hands[0], year=2001).items() if name != "actor"},
            entered_by=hands[0], entered_at=row.entered_at, confirmed_by=hands[0], confirmed_at=row.entered_at,
        )  # fmt: skip


def test_a_form_sent_twice_is_one_number_and_a_second_waits_for_the_first(
    ground: Ground, hands: tuple[User, User]
) -> None:
    facts = said(hands[0])
    assert enter_national(**facts) == enter_national(**facts)
    with pytest.raises(WrongState):
        enter_national(**said(hands[0]))


def test_a_correction_is_shown_once_it_is_confirmed_and_until_then_what_stood(
    ground: Ground, hands: tuple[User, User]
) -> None:
    wrong = confirm_national(figure_id=enter_national(**said(hands[0])).pk, actor=hands[1])
    right = enter_national(**said(hands[1], 7_100_000))
    assert right.replaces == wrong
    assert list(confirmed_figures()) == [wrong]
    confirm_national(figure_id=right.pk, actor=hands[0])
    assert list(confirmed_figures()) == [right]


@pytest.mark.parametrize(
    ("field", "value"),
    [("year", 1999), ("year", 2999), ("number", 0), ("source_title", " "), ("source_url", "javascript:alert(1)")],
)
def test_what_is_wrong_is_said_by_field(ground: Ground, hands: tuple[User, User], field: str, value: Any) -> None:
    with pytest.raises(RegistryError) as refused:
        enter_national(**said(hands[0], **{field: value}))
    assert set(refused.value.fields) == {field}


def test_only_who_keeps_the_registries_of_the_province_enters(ground: Ground) -> None:
    with pytest.raises(NotAllowed):
        enter_national(**said(ground.person("clerk")))


def test_nothing_of_it_changes_but_that_it_is_confirmed(ground: Ground, hands: tuple[User, User]) -> None:
    row = enter_national(**said(hands[0]))
    for statement in ("UPDATE registries_nationalfigure SET number = 1", "DELETE FROM registries_nationalfigure"):
        with (
            pytest.raises(DatabaseError, match=r"append-only|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    confirm_national(figure_id=row.pk, actor=hands[1])


def test_pages_of_the_desk_and_of_everybody_show_it(ground: Ground, hands: tuple[User, User]) -> None:
    client = Client()
    client.force_login(hands[0])
    assert client.get("/desk/registries/figures/national/new/").status_code == 200
    sent = {name: value for name, value in said(hands[0]).items() if name != "actor"}
    assert client.post("/desk/registries/figures/national/new/", sent).status_code == 302
    row = NationalFigure.objects.get()
    client.force_login(hands[1])
    address = f"/desk/registries/figures/national/{row.pk}/"
    assert "核对无误" in client.get(address).content.decode()
    assert client.post(address).status_code == 302
    assert "7,000,000" in client.get("/desk/registries/figures/national/").content.decode()
    page = Client().get("/organ/figures/").content.decode()
    assert "7,000,000" in page
    assert "https://example.org/report" in page
    client.force_login(ground.person("clerk"))
    assert client.get(address).status_code == 403


def test_who_entered_it_and_who_comes_second_are_told_on_the_page(ground: Ground, hands: tuple[User, User]) -> None:
    row, client = enter_national(**said(hands[0])), Client()
    address = f"/desk/registries/figures/national/{row.pk}/"
    client.force_login(hands[0])
    answer = client.post(address, follow=True)
    assert answer.status_code == 200
    assert "录入的人不能自己复核" in answer.content.decode()
    client.force_login(hands[1])
    assert "已复核，公开页面马上采用" in client.post(address, follow=True).content.decode()
    assert "这个数字已经复核" in client.post(address, follow=True).content.decode()
