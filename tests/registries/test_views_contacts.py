"""The coordinators' desk as its people use it: the day, one contact, what came of it, hand-over, the roster, counts."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from django.urls import reverse

from core.clock import frozen_at, now, today
from core.models import ReadLog
from registries.choices.contact_scripts import SCRIPTS
from registries.choices.contacts import ContactReason
from registries.choices.duty import DutyPart
from registries.models import Contact, DueContact, DutyShift
from registries.services.contact_giving import hand_over_contacts
from registries.services.planning import schedule_contact
from registries.services.wishes import withdraw_wish
from tests.factories.people import branch_at, make_person
from tests.registries.ground import Ground, registered, somebody
from tests.registries.test_services_contacts import due, logged
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post

DAY = "desk_registry_day"


def address(one: DueContact, name: str = "desk_registry_contact") -> str:
    return reverse(name, kwargs={"key": one.key})


def sent(**over: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "means": "phone", "outcome": "reached", "note": "", "next_on": "", **over}


def test_the_day_shows_what_is_late_what_is_today_and_what_comes_and_nobodys_name(ground: Ground) -> None:
    days = {at: today() + datetime.timedelta(days=at) for at in (-2, 0, 3, 30)}
    wishes = [registered(ground, at) for at in range(4)]
    for wish, day in zip(wishes, days.values(), strict=True):
        due(ground, wish, due_on=day)
    text = page(client_of(ground, "coordinator"), DAY)
    assert [wish.number in text for wish in wishes] == [True, True, True, False]
    assert text.index(wishes[0].number) < text.index("今天要联系") < text.index(wishes[1].number)
    assert "逾期" in text
    assert not any(somebody(at).name[0] + "**" in text or somebody(at).phone in text for at in range(4))
    assert all(wish.number not in page(client_of(ground, "second"), DAY) for wish in wishes)


def test_what_is_nobodys_is_seen_by_all_of_the_branch_and_by_no_other(ground: Ground) -> None:
    wish = registered(ground)
    one = due(ground, wish, "")
    assert wish.number in page(client_of(ground, "second"), DAY)
    for login in ("stranger", "province", "head"):
        assert wish.number not in page(client_of(ground, login), DAY)
    assert client_of(ground, "stranger").get(address(one)).status_code == 404


@pytest.mark.parametrize("path", ["desk_registry_day", "desk_contacts"])
def test_a_withdrawn_person_is_in_no_work_list_of_contacts_a_second_later(ground: Ground, path: str) -> None:
    wish = registered(ground)
    due(ground, wish)
    client = client_of(ground, "coordinator")
    assert wish.number in page(client, path, show="today")
    withdraw_wish(wish_id=wish.pk, channel="online")
    assert wish.number not in page(client, path, show="today")


def test_a_telephone_is_a_link_only_once_it_was_asked_for_with_a_reason(ground: Ground) -> None:
    one, client = due(ground, registered(ground)), client_of(ground, "coordinator")
    before = client.get(address(one)).content.decode()
    assert "tel:" not in before
    assert somebody().name not in before
    assert "赵**" in before
    refused = client.post(address(one), {"show": "identity", "purpose": ""}).content.decode()
    assert "tel:" not in refused
    shown = client.post(address(one), {"show": "identity", "purpose": "回访慰问"}).content.decode()
    assert f'href="tel:{somebody().phone}"' in shown
    assert somebody().document not in shown
    assert "tel:" not in client.get(address(one)).content.decode()
    read = ReadLog.objects.filter(purpose="回访慰问").values_list("field", flat=True)
    assert sorted(read) == ["details", "name", "phone"]


def test_the_result_is_written_down_once_and_the_next_is_planned(ground: Ground) -> None:
    wish = registered(ground)
    one, client = due(ground, wish), client_of(ground, "coordinator")
    tomorrow = today() + datetime.timedelta(days=1)
    form = sent(outcome="no_answer", note="下午再打", next_on=tomorrow.isoformat())
    answer = client.post(address(one, "desk_contact_log"), form, follow=True)
    assert f"下次联系 {tomorrow}" in answer.content.decode()
    client.post(address(one, "desk_contact_log"), form)
    assert Contact.objects.unscoped("test").count() == 1
    wrong = client.post(address(one, "desk_contact_log"), sent(outcome="")).content.decode()
    assert "结果" in wrong
    history = page(client, "desk_wish_contacts", wish.number)
    assert "没有接通" in history
    assert "下午再打" not in history


def test_notes_are_shown_once_to_who_reads_wishes_and_says_what_for(ground: Ground) -> None:
    wish = registered(ground)
    logged(ground, due(ground, wish, ""), note="家里有老人")
    one = due(ground, wish, "", reason="upkeep")
    client = client_of(ground, "coordinator")
    assert "家里有老人" not in client.get(address(one)).content.decode()
    assert "家里有老人" in client.post(address(one), {"show": "notes", "purpose": "准备回访"}).content.decode()
    assert ReadLog.objects.filter(purpose="准备回访", field="note").count() == 1
    clerk = client_of(ground, "clerk").post(address(one), {"show": "notes", "purpose": "准备回访"})
    assert clerk.status_code == 403


def test_a_slip_is_put_right_by_a_second_record_from_the_page(ground: Ground) -> None:
    one, client = due(ground, registered(ground)), client_of(ground, "coordinator")
    logged(ground, one)
    assert "更正我的记录" in client.get(address(one)).content.decode()
    answer = client.post(address(one, "desk_contact_correct"), sent(outcome="declined"), follow=True)
    assert "已补一条更正" in answer.content.decode()
    assert list(Contact.objects.unscoped("test").order_by("pk").values_list("outcome", flat=True)) == [
        "reached", "declined",
    ]  # fmt: skip


def test_a_contact_is_planned_by_hand_and_not_without_consent(ground: Ground) -> None:
    wish, client = registered(ground), client_of(ground, "clerk")
    said = {"reason": "upkeep", "due_on": today().isoformat()}
    post(client, "desk_wish_contacts", wish.number, **said)
    one = DueContact.objects.unscoped("test").get()
    assert (one.coordinator, one.reason) == (ground.person("clerk"), "upkeep")
    silent = registered(ground, 1, consents=frozenset({"registration", "sensitive"}))
    assert "不能安排联系" in post(client, "desk_wish_contacts", silent.number, **said)
    early = (today() - datetime.timedelta(days=1)).isoformat()
    assert "从今天起" in post(client, "desk_wish_contacts", wish.number, reason="visit", due_on=early)
    assert DueContact.objects.unscoped("test").count() == 1


def test_a_hand_over_says_how_many_and_the_former_sees_them_no_more(ground: Ground) -> None:
    wish = registered(ground)
    one, client = due(ground, wish), client_of(ground, "coordinator")
    confirm = f"{reverse('desk_hand_over_confirm')}?branch={ground.branch.code}&from=coordinator"
    assert "1 件待联系" in client.get(confirm).content.decode()
    assert "请选择" in client.post(confirm, {"key": str(uuid.uuid4()), "to_person": "stranger"}).content.decode()
    answer = client.post(confirm, {"key": str(uuid.uuid4()), "to_person": "second"}, follow=True)
    assert "已把 1 件联系交给" in answer.content.decode()
    assert wish.number not in page(client, DAY)
    assert client.get(address(one)).status_code == 404
    assert wish.number in page(client_of(ground, "second"), DAY)
    assert client.get(confirm.replace("coordinator", "second")).status_code == 403
    assert client_of(ground, "stranger").get(confirm).status_code == 404


def test_the_head_hands_over_what_is_nobodys_and_opens_nobody(ground: Ground) -> None:
    one = due(ground, registered(ground), "")
    head = client_of(ground, "head")
    assert "还没有人负责" in page(head, "desk_hand_over")
    confirm = f"{reverse('desk_hand_over_confirm')}?branch={ground.branch.code}&from="
    head.post(confirm, {"key": str(uuid.uuid4()), "to_person": "second"})
    one.refresh_from_db()
    assert one.coordinator == ground.person("second")
    assert head.post(address(one), {"show": "identity", "purpose": "核对"}).status_code == 403
    assert "tel:" not in head.get(address(one)).content.decode()


def test_pages_of_a_list_follow_each_other_without_gap_also_within_a_day(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registries.selectors.contacts.PAGE_SIZE", 2)
    monkeypatch.setattr("registries.views.contacts.PAGE_SIZE", 2)
    tomorrow = today() + datetime.timedelta(days=1)
    made = [due(ground, registered(ground, at), due_on=tomorrow).pk for at in range(4)]
    made.append(due(ground, registered(ground, 4), due_on=tomorrow + datetime.timedelta(days=1)).pk)
    client, seen, url = client_of(ground, "coordinator"), [], "?show=coming"
    while url:
        answer = client.get(reverse("desk_contacts") + url)
        seen += [one.pk for one in answer.context["rows"]]
        url = answer.context["next_url"]
    assert seen == made


def test_no_page_of_the_desk_may_be_kept_and_each_script_stands_on_paper(ground: Ground) -> None:
    one, client = due(ground, registered(ground)), client_of(ground, "coordinator")
    for name in ("desk_registry_contact", "desk_contact_log", "desk_contact_correct"):
        assert "no-store" in client.get(address(one, name))["Cache-Control"], name
    for name in (DAY, "desk_contacts", "desk_duty", "desk_hand_over"):
        assert "no-store" in client.get(reverse(name))["Cache-Control"], name
    assert set(SCRIPTS) == set(ContactReason.values)
    for reason in ContactReason.values:
        assert str(SCRIPTS[reason].opening) in page(client, "desk_contact_script", reason)
    assert client.get("/desk/registries/scripts/none/").status_code == 404


def test_the_head_keeps_the_roster_and_all_of_the_branch_see_who_is_on_duty(ground: Ground) -> None:
    head, edit = client_of(ground, "head"), reverse("desk_duty_edit")
    said = {"person": "coordinator", "on": today().isoformat(), "part": "night", "phone": "0571-00000009"}
    assert "已排入" in head.post(edit, said, follow=True).content.decode()
    assert "已排了值守" in head.post(edit, said).content.decode()
    assert "工作电话" in head.post(edit, {**said, "part": "day", "phone": "电话"}).content.decode()
    assert "请选择" in head.post(edit, {**said, "person": "stranger"}).content.decode()
    for login, sees in (("clerk", True), ("second", True), ("stranger", False)):
        assert ("0571-00000009" in page(client_of(ground, login), "desk_duty")) is sees
    assert "0571-00000009" in page(client_of(ground, "clerk"), "desk_duty_print")
    shift = DutyShift.objects.unscoped("test").get()
    head.post(reverse("desk_duty_remove", kwargs={"pk": shift.pk}))
    assert "0571-00000009" not in page(client_of(ground, "clerk"), "desk_duty")
    assert head.post(edit, said, follow=True).status_code == 200


@pytest.mark.parametrize(("hour", "shown"), [(7, "night-before"), (9, "day"), (19, "day"), (21, "night")])
def test_who_is_on_duty_now_goes_by_the_hour_and_the_night_lasts_into_the_morning(
    ground: Ground, hour: int, shown: str
) -> None:
    morning = now().astimezone(datetime.timezone(datetime.timedelta(hours=8))).replace(hour=hour, minute=0)
    day = morning.date()
    for name, on, part in (
        ("night-before", day - datetime.timedelta(days=1), DutyPart.NIGHT),
        ("day", day, DutyPart.DAY),
        ("night", day, DutyPart.NIGHT),
    ):
        DutyShift.objects.create(
            **DutyShift.lineage_of(ground.branch), person=ground.person("coordinator"), on=on, part=part, phone=name,
            placed_by=ground.person("head"), placed_at=now(),
        )  # fmt: skip
    client = client_of(ground, "clerk")
    with frozen_at(morning):
        assert [one.phone for one in client.get(reverse("desk_duty")).context["now"]] == [shown]


def test_the_first_page_of_the_desk_says_how_many_are_to_be_contacted(ground: Ground) -> None:
    due(ground, registered(ground)), due(ground, registered(ground, 1), due_on=today() + datetime.timedelta(days=1))
    answer = client_of(ground, "coordinator").get("/desk/")
    waiting = {str(one.label): one.count for one in answer.context["waiting"]}
    assert waiting == {"待联系": 1}


def test_what_was_handed_over_lies_with_the_new_one_in_the_list_of_the_head(ground: Ground) -> None:
    schedule_contact(about=registered(ground), reason="visit", due_on=today(), actor=ground.person("coordinator"))
    hand_over_contacts(
        from_person=ground.person("coordinator"), to_person=ground.person("second"), branch=ground.branch,
        actor=ground.person("head"),
    )  # fmt: skip
    rows = client_of(ground, "head").get(reverse("desk_hand_over")).context["rows"]
    assert [(one.login, one.open, one.late) for one in rows] == [("second", 1, 0)]


def test_who_reads_all_below_sees_who_is_on_duty_there_now(ground: Ground) -> None:
    morning = now().astimezone(datetime.timezone(datetime.timedelta(hours=8))).replace(hour=9, minute=0)
    DutyShift.objects.create(
        **DutyShift.lineage_of(ground.branch), person=ground.person("coordinator"), on=morning.date(),
        part=DutyPart.DAY, phone="0571-00000008", placed_by=ground.person("head"), placed_at=now(),
    )  # fmt: skip
    alone = make_person("province.alone", "registry_coordinator", branch_at("33"))
    with frozen_at(morning):
        for login, sees in (("province", True), (alone.login, False), ("stranger", False)):
            ground.people[alone.login] = alone
            assert ("0571-00000008" in page(client_of(ground, login), "desk_duty")) is sees
        # On the wall stands one's own line.
        assert "0571-00000008" not in page(client_of(ground, "province"), "desk_duty_print")


def test_on_the_form_of_the_result_somebody_asks_to_be_called_no_more(ground: Ground) -> None:
    wish = registered(ground)
    one, client = due(ground, wish), client_of(ground, "coordinator")
    due(ground, wish, reason=ContactReason.UPKEEP)
    tomorrow = (today() + datetime.timedelta(days=1)).isoformat()
    url = address(one, "desk_contact_log")
    assert "下次联系请留空" in client.post(url, sent(is_last="on", next_on=tomorrow)).content.decode()
    assert "才能记下" in client.post(url, sent(is_last="on", outcome="no_answer")).content.decode()
    answer = client.post(url, sent(is_last="on", outcome="declined"), follow=True)
    assert "以后不再打电话" in answer.content.decode()
    assert wish.number not in page(client, DAY)
    assert not DueContact.objects.unscoped("test").filter(wish=wish, status="open").exists()
