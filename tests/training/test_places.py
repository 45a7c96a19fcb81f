"""AEDs and places: inspections stand, what is overdue is said, removed is nothing."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from core.clock import today
from core.errors import NotFound
from organizations.models import Division
from tests.training.ground import CODE, Ground
from training.choices import AedOwner, AedStanding, PlaceKind
from training.errors import TrainingError, WrongState
from training.models import Aed, AedInspection, FirstAidPlace
from training.selectors.public.aeds import counties, public_aeds, stream_aeds
from training.services.aeds import Seen, change_place, close_place, inspect_aed, open_place, put_up_aed, withdraw_aed


def day(ahead: int) -> datetime.date:
    """A day so many days ahead."""
    return today() + datetime.timedelta(days=ahead)


def facts(**over: Any) -> dict[str, Any]:
    """An AED put up ten days ago."""
    said = {
        "site": "示例车站北侧", "area": Division.objects.get(code=CODE), "address": "示例路 1 号",
        "opening_hours": "全天", "phone": "", "keeper": "示例车站", "owner": AedOwner.RED_CROSS, "model": "示例 A1",
        "serial": "S0001", "put_up_on": day(-10), "inspection_days": 30, "pads_expire_on": day(400),
        "battery_expires_on": day(400),
    }  # fmt: skip
    return {**said, **over}


def hung(ground: Ground, **over: Any) -> Aed:
    """An AED that hangs."""
    return put_up_aed(branch=ground.branch, facts=facts(**over), actor=ground.person("officer"))


def seen(**over: Any) -> Seen:
    """All well today."""
    said = {"inspected_on": today(), "is_faulty": False, "pads_expire_on": day(400), "battery_expires_on": day(400)}
    return Seen(**{**said, **over})


@pytest.mark.parametrize(
    ("over", "shown"),
    [
        ({}, AedStanding.READY),
        ({"put_up_on": day(-31)}, AedStanding.INSPECTION_DUE),
        ({"put_up_on": day(-30)}, AedStanding.READY),
        ({"pads_expire_on": day(0)}, AedStanding.EXPIRED),
        ({"battery_expires_on": day(-1)}, AedStanding.EXPIRED),
        ({"pads_expire_on": day(1)}, AedStanding.READY),
    ],
)
def test_what_an_aed_is_today_follows_from_its_dates_in_page_and_list_alike(
    ground: Ground, over: dict[str, Any], shown: AedStanding
) -> None:
    aed = hung(ground, **over)
    assert aed.standing(today()) == shown
    is_overdue = Aed.objects.unscoped("test").overdue(today()).exists()
    assert is_overdue == (shown != AedStanding.READY)
    (county,) = counties()
    assert (county.code, county.aed_count, county.overdue_count) == (CODE, 1, int(is_overdue))


def test_an_inspection_renews_the_dates_and_a_late_entry_changes_nothing_seen_after_it(ground: Ground) -> None:
    aed, lead = hung(ground, put_up_on=day(-60)), ground.person("lead")
    inspect_aed(aed_id=aed.pk, seen=seen(), actor=lead)
    aed.refresh_from_db()
    assert (aed.inspect_by, aed.standing(today())) == (day(30), AedStanding.READY)
    late = seen(inspected_on=day(-20), is_faulty=True, note="电池指示灯红")
    inspect_aed(aed_id=aed.pk, seen=late, actor=lead)
    aed.refresh_from_db()
    assert (aed.inspect_by, aed.is_faulty) == (day(30), False)
    inspect_aed(aed_id=aed.pk, seen=seen(is_faulty=True, note="按键失灵"), actor=lead)
    aed.refresh_from_db()
    assert aed.standing(today()) == AedStanding.FAULTY


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"inspected_on": day(1)}, "inspected_on"),
        ({"inspected_on": day(-11)}, "inspected_on"),
        ({"is_faulty": True}, "note"),
    ],
)
def test_an_inspection_that_cannot_be_is_refused_at_its_field(ground: Ground, over: dict[str, Any], field: str) -> None:
    aed = hung(ground)
    with pytest.raises(TrainingError) as caught:
        inspect_aed(aed_id=aed.pk, seen=seen(**over), actor=ground.person("lead"))
    assert list(caught.value.fields) == [field]


def test_one_device_hangs_in_one_place_until_it_is_withdrawn(ground: Ground) -> None:
    first = hung(ground)
    with pytest.raises(TrainingError, match="序列号"):
        hung(ground, site="别处")
    withdraw_aed(aed_id=first.pk, actor=ground.person("officer"), reason="搬迁")
    hung(ground, site="别处")
    with pytest.raises(WrongState):
        inspect_aed(aed_id=first.pk, seen=seen(), actor=ground.person("lead"))
    shown, following = public_aeds(CODE)
    assert ([one.aed.site for one in shown], following) == (["别处"], 0)
    assert [row["site"] for row in stream_aeds()] == ["别处"]


def test_nothing_is_removed_and_inspections_stand(ground: Ground) -> None:
    aed = hung(ground)
    inspect_aed(aed_id=aed.pk, seen=seen(), actor=ground.person("lead"))
    with pytest.raises(DatabaseError), transaction.atomic():
        AedInspection.objects.update(is_faulty=True)
    rows = Aed.objects.unscoped("test").filter(pk=hung(ground, serial="S2").pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows._raw_delete(rows.db)


def test_places_are_named_once_changed_and_ended(ground: Ground) -> None:
    officer = ground.person("officer")
    said = {
        "kind": PlaceKind.BASE, "name": "示例培训基地", "area": Division.objects.get(code=CODE),
        "address": "示例路 2 号",
        "opening_hours": "周一至周五", "phone": "", "capacity": 60, "square_metres": 300, "equipment": "模拟人 10 具",
        "started_on": day(-100),
    }  # fmt: skip
    place = open_place(branch=ground.branch, facts=said, actor=officer)
    with pytest.raises(TrainingError, match="同名"):
        open_place(branch=ground.branch, facts=said, actor=officer)
    change_place(place_id=place.pk, facts={**said, "capacity": 80}, actor=officer)
    close_place(place_id=place.pk, actor=officer, reason="房屋到期")
    with pytest.raises(WrongState):
        change_place(place_id=place.pk, facts=said, actor=officer)
    assert FirstAidPlace.objects.for_public_display().count() == 0


def test_another_branch_writes_nothing(ground: Ground) -> None:
    with pytest.raises(NotFound):
        put_up_aed(branch=ground.branch, facts=facts(), actor=ground.person("stranger"))


def test_the_public_finds_an_aed_by_county_without_scripts(ground: Ground, client: Client) -> None:
    hung(ground, pads_expire_on=day(0))
    page = client.get("/aed/")
    assert "建德市" in page.content.decode()
    county = client.get("/aed/", {"area": CODE}).content.decode()
    assert "示例车站北侧" in county
    assert "电极片或电池过期" in county
    assert "S0001" not in county
    assert client.get("/aed/", {"area": "nowhere"}).status_code == 404
    csv = b"".join(client.get("/aed.csv", {"area": CODE})).decode("utf-8-sig")  # type: ignore[arg-type]
    assert "示例车站北侧" in csv


def test_the_desk_writes_an_aed_down_inspects_and_withdraws_it(ground: Ground, client: Client) -> None:
    client.force_login(ground.person("officer"))
    said = {key: str(value) for key, value in facts().items() if key != "area"}
    answer = client.post("/desk/training/aeds/new/", {**said, "branch": CODE, "area": CODE}, follow=True)
    assert answer.status_code == 200
    aed = Aed.objects.unscoped("test").get()
    form = {
        "inspected_on": str(today()),
        "pads_expire_on": str(day(500)),
        "battery_expires_on": str(day(500)),
        "note": "",
    }
    client.post(f"/desk/training/aeds/{aed.pk}/inspect/", form)
    aed.refresh_from_db()
    assert aed.pads_expire_on == day(500)
    assert "示例车站" in client.get("/desk/training/aeds/").content.decode()
    client.post(f"/desk/training/aeds/{aed.pk}/withdraw/", {"reason": "搬迁"})
    aed.refresh_from_db()
    assert aed.withdrawn_on == today()
