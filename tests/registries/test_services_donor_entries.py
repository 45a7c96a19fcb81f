"""What is written about a donor's way beside giving: money, honours, who goes along; wrong rows are replaced."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import User
from core.clock import now, today
from core.errors import NotAllowed, NotFound
from core.models import AuditEvent
from registries.errors import RegistryError, WrongState
from registries.models import ContactHandOver, Donor, DonorExpense, DueContact
from registries.selectors.contacts import open_by_coordinator
from registries.selectors.donor import donor_page
from registries.selectors.my_day import day_sections
from registries.services.contact_giving import hand_over_contacts
from registries.services.contacts import cancel_contacts
from registries.services.donors import giving, leaving, support
from registries.services.donors.assigning import assign_donor
from tests.registries.donor_ground import S, brought, joined
from tests.registries.ground import Ground, days_ago
from tests.registries.test_services_donor_again import again
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page, post


def paid(ground: Ground, donor: Any, amount: str = "100", **over: Any) -> DonorExpense:
    """An expense."""
    said: dict[str, Any] = {"kind": "travel", "on": today(), "evidence": "JZ1", "key": uuid.uuid4(), **over}
    return support.write_expense(donor_id=donor.pk, amount=amount, actor=ground.person("coordinator"), **said)


def test_an_expense_that_was_wrong_is_replaced_and_the_sum_counts_the_last_alone(ground: Ground) -> None:
    donor = brought(ground, S.MEDICAL)
    paid(ground, donor, "8")
    wrong = paid(ground, donor, "100")
    right = paid(ground, donor, "10", replaces_id=wrong.pk)
    assert (donor_page(donor).expense_sum, donor.expenses.count()) == (Decimal("18.00"), 3)
    with pytest.raises(WrongState, match="已更正"):
        paid(ground, donor, "11", replaces_id=wrong.pk)
    paid(ground, donor, "12", replaces_id=right.pk)
    shown = donor_page(donor)
    assert (shown.expense_sum, len(shown.expenses), shown.replaced_count) == (Decimal("20.00"), 2, 2)


def test_a_row_that_is_not_true_is_void_and_counts_nothing(ground: Ground) -> None:
    donor, actor = brought(ground, S.FOLLOW_UP), ground.person("coordinator")
    wrong = paid(ground, donor)
    said: dict[str, Any] = {"donor_id": donor.pk, "actor": actor}
    support.void_entry(what="expense", entry_id=wrong.pk, **said)
    honour = support.write_honour(
        kind="medal", on=today(), key=uuid.uuid4(), number="ZS-2026-1", issuer="示例红十字会", **said
    )
    assert (honour.number, honour.issuer) == ("ZS-2026-1", "示例红十字会")
    support.void_entry(what="honour", entry_id=honour.pk, **said)
    shown = donor_page(donor)
    assert (shown.expense_sum, shown.expenses, shown.honours, shown.replaced_count) == (Decimal(0), [], [], 4)
    for row_id in (wrong.pk, donor.expenses.get(is_void=True).pk):
        with pytest.raises(WrongState):
            support.void_entry(what="expense", entry_id=row_id, **said)


def test_a_row_of_somebody_else_is_replaced_by_nobody(ground: Ground) -> None:
    donor, other = brought(ground, S.TYPED), brought(ground, S.TYPED, 1)
    wrong = paid(ground, other)
    with pytest.raises(NotFound):
        paid(ground, donor, replaces_id=wrong.pk)
    insert = (
        'INSERT INTO registries_donorexpense (key, donor_id, kind, amount, "on", evidence, written_by_id, at,'
        " replaces_id) VALUES (gen_random_uuid(), %s, 'travel', 1, current_date, 'X', %s, now(), %s)"
    )
    values = [donor.pk, ground.person("clerk").pk, wrong.pk]
    with pytest.raises(IntegrityError, match="same donor"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, values)


def test_a_bill_that_comes_in_after_somebody_left_is_written_down_from_the_page(ground: Ground) -> None:
    donor, early = brought(ground, S.TYPED), joined(ground, 1)
    for one in (donor, early):
        leaving.withdraw_donor(donor_id=one.pk, channel="online")
    client = client_of(ground, "coordinator")
    assert f"/{donor.number}/expense/" in page(client, "desk_donor", donor.number)
    assert f"/{early.number}/expense/" not in page(client, "desk_donor", early.number)
    key = client.get(f"/desk/registries/donors/{donor.number}/expense/").context["form"]["key"].value()
    sent = {"key": key, "kind": "travel", "amount": "20", "on": today().isoformat(), "evidence": "JZ9"}
    assert "已记下" in post(client, "desk_donor_step", donor.number, "expense", **sent)
    assert donor.expenses.get().amount == 20


def test_the_page_puts_a_row_right_and_asks_before_it_is_void(ground: Ground) -> None:
    donor, client = brought(ground, S.MEDICAL), client_of(ground, "coordinator")
    wrong = paid(ground, donor)
    where = f"/desk/registries/donors/{donor.number}/entries/expense/{wrong.pk}/"
    assert where in page(client, "desk_donor", donor.number)
    form = client.get(where).context["form"]
    assert (form["amount"].value(), form["evidence"].value()) == (Decimal("100.00"), "JZ1")
    sent = {"key": form["key"].value(), "kind": "lodging", "amount": "60", "on": today().isoformat(), "evidence": "JZ1"}
    for _twice in range(2):
        assert "已更正" in client.post(where, sent, follow=True).content.decode()
    assert donor.expenses.count() == 2
    right = donor.expenses.get(replaces=wrong)
    here = where.replace(f"/{wrong.pk}/", f"/{right.pk}/")
    asked = client.post(here, {"void": "1"})
    assert "确定作废吗" in asked.content.decode()
    assert donor.expenses.count() == 2
    assert "已作废" in client.post(here, {"void": "1", "sure": "1"}, follow=True).content.decode()
    assert donor_page(donor).expenses == []
    assert client.get(where.replace("expense", "nothing")).status_code == 404


def test_who_goes_along_stands_with_their_days_and_can_be_put_right(ground: Ground) -> None:
    donor, actor = brought(ground, S.SCHEDULED), ground.person("coordinator")
    ahead = today() + datetime.timedelta(days=30)
    said: dict[str, Any] = {"donor_id": donor.pk, "actor": actor}
    first = support.write_escort(person=actor, on=ahead, until=ahead, key=uuid.uuid4(), **said)
    later = ahead + datetime.timedelta(days=3)
    last = support.write_escort(person=actor, on=ahead, until=later, key=uuid.uuid4(), replaces_id=first.pk, **said)
    assert [one.pk for one in donor_page(donor).escorts] == [last.pk]
    for person, until in ((ground.person("stranger"), later), (actor, ahead - datetime.timedelta(days=1))):
        with pytest.raises(RegistryError):
            support.write_escort(person=person, on=ahead, until=until, key=uuid.uuid4(), **said)
    client = client_of(ground, "coordinator")
    where = f"/desk/registries/donors/{donor.number}/entries/escort/{last.pk}/"
    assert where in page(client, "desk_donor", donor.number)
    assert f'value="{actor.login}" selected' in client.get(where).content.decode()


def test_a_donor_under_way_has_a_coordinator_whose_day_shows_them_with_what_is_due(ground: Ground) -> None:
    donor, mine, clerk = brought(ground, S.MATCHED), ground.person("coordinator"), ground.person("clerk")
    assign_donor(donor_id=donor.pk, person=mine, actor=mine)
    due = DueContact.objects.unscoped("test").get(donor=donor, status="open")
    assert due.coordinator_id == mine.pk
    sections = {one.slug: one for one in day_sections(mine)}
    assert [row.number for row in sections["my_donors"].rows] == [donor.number]
    assert donor.number in client_of(ground, "coordinator").get("/desk/registries/donors/?show=ask").content.decode()
    # What is planned later is theirs as well.
    giving.ask_again(donor_id=donor.pk, on=today(), actor=clerk)
    giving.take_answer(donor_id=donor.pk, answer="decline", on=today(), actor=clerk)
    assert "my_donors" not in {one.slug for one in day_sections(mine)}
    giving.note_match(donor_id=donor.pk, on=today(), actor=clerk)
    planned = DueContact.objects.unscoped("test").get(donor=donor, status="open")
    assert planned.coordinator_id == mine.pk


def test_nobody_takes_the_donor_of_another_but_who_assigns(ground: Ground) -> None:
    donor = brought(ground, S.MEDICAL)
    clerk, mine, head = (ground.person(one) for one in ("clerk", "coordinator", "head"))
    with pytest.raises(NotAllowed):
        assign_donor(donor_id=donor.pk, person=mine, actor=clerk)
    assign_donor(donor_id=donor.pk, person=mine, actor=mine)
    with pytest.raises(NotAllowed):
        assign_donor(donor_id=donor.pk, person=clerk, actor=clerk)
    with pytest.raises(RegistryError, match="在岗"):
        assign_donor(donor_id=donor.pk, person=ground.person("stranger"), actor=mine)
    # The head assigns without keeping the branch, at the desk as well.
    assign_donor(donor_id=donor.pk, person=clerk, actor=head)
    client = client_of(ground, "head")
    assert f"/{donor.number}/assign/" in page(client, "desk_donor", donor.number)
    assert "已记下" in post(client, "desk_donor_assign", donor.number, person=mine.login)
    donor.refresh_from_db()
    assert (donor.coordinator_id, donor.events.filter(verb="coordinator").count()) == (mine.pk, 3)
    waiting = brought(ground, S.TYPED, 1)
    with pytest.raises(WrongState):
        assign_donor(donor_id=waiting.pk, person=mine, actor=mine)


def test_a_coordinator_is_named_on_the_page_of_the_donor(ground: Ground) -> None:
    donor, client = brought(ground, S.MATCHED), client_of(ground, "coordinator")
    mine = ground.person("coordinator")
    assert "已记下" in post(client, "desk_donor_step", donor.number, "coordinator", person=mine.login)
    donor.refresh_from_db()
    assert donor.coordinator_id == mine.pk
    assert "协调员" in page(client, "desk_donor", donor.number)


def left(person: User) -> None:
    """Somebody of the staff works here no longer."""
    User.objects.filter(pk=person.pk).update(is_active=False)


def test_the_donors_of_a_coordinator_are_handed_over_with_the_contacts(ground: Ground) -> None:
    donor, mine, clerk = brought(ground, S.MATCHED), ground.person("coordinator"), ground.person("clerk")
    waiting = brought(ground, S.MATCHED, 1)
    assign_donor(donor_id=donor.pk, person=mine, actor=mine)
    hand_over_contacts(from_person=mine, to_person=clerk, branch=ground.branch, actor=mine)
    donor.refresh_from_db()
    waiting.refresh_from_db()
    assert (donor.coordinator, waiting.coordinator) == (clerk, None)
    assert donor.events.filter(verb="coordinator", actor=mine).count() == 2
    giving.ask_again(donor_id=donor.pk, on=today(), actor=clerk)
    giving.take_answer(donor_id=donor.pk, answer="not_reached", on=today(), actor=clerk)
    assert DueContact.objects.unscoped("test").get(donor=donor, status="open", reason="recover").coordinator == clerk


def alone(ground: Ground, at: int = 0) -> Donor:
    """A donor under way with whom the coordinator goes along and of whom no contact is open."""
    donor, mine = brought(ground, S.MEDICAL, at), ground.person("coordinator")
    assign_donor(donor_id=donor.pk, person=mine, actor=mine)
    with transaction.atomic():
        cancel_contacts(about=donor)
    return donor


def test_the_donors_of_who_has_no_open_contact_are_handed_over_as_well(ground: Ground) -> None:
    donor, gone, mine, clerk = alone(ground), alone(ground, 1), ground.person("coordinator"), ground.person("clerk")
    leaving.withdraw_donor(donor_id=gone.pk, channel="counter", actor=mine)
    said: dict[str, Any] = {"from_person": mine, "to_person": clerk, "branch": ground.branch, "actor": mine}
    key = uuid.uuid4()
    done = hand_over_contacts(**said, key=key)
    assert (done.contact_count, done.donor_count) == (0, 1)
    assert hand_over_contacts(**said, key=key).pk == done.pk
    donor.refresh_from_db()
    gone.refresh_from_db()
    assert (donor.coordinator, gone.coordinator) == (clerk, mine)
    assert donor.events.order_by("pk").last().actor == mine
    assert AuditEvent.objects.filter(verb="registries.contacts.handed_over").count() == 1
    with pytest.raises(WrongState, match="没有可移交"):
        hand_over_contacts(**said)
    with pytest.raises(NotAllowed):
        hand_over_contacts(**{**said, "from_person": clerk, "to_person": ground.person("second")})


def test_a_hand_over_is_of_something_and_of_donors_by_who_goes_along_with_them(ground: Ground) -> None:
    said = {**ContactHandOver.lineage_of(ground.branch), "to_person": ground.person("clerk")}
    more: dict[str, Any] = {"by": ground.person("head"), "at": now(), "contact_count": 0}
    for over, broken in (
        ({"from_person": ground.person("coordinator"), "donor_count": 0}, "handover_of_something"),
        ({"from_person": None, "donor_count": 1}, "handover_of_somebodys_donors"),
    ):
        with pytest.raises(IntegrityError, match=broken), transaction.atomic():
            ContactHandOver.objects.create(**said, **more, **over)


def test_the_page_of_the_hand_over_counts_donors_and_offers_them_without_an_open_contact(ground: Ground) -> None:
    alone(ground), alone(ground, 1)
    client = client_of(ground, "coordinator")
    confirm = f"{reverse('desk_hand_over_confirm')}?branch={ground.branch.code}&from=coordinator"
    shown = client.get(reverse("desk_hand_over"))
    assert [(one.login, one.open, one.donors) for one in shown.context["rows"]] == [("coordinator", 0, 2)]
    assert confirm.replace("&", "&amp;") in shown.content.decode()
    asked = client.get(confirm).content.decode()
    assert "0 件待联系和 2 位造血干细胞志愿者" in asked
    assert "已逾期" not in asked
    answer = client.post(confirm, {"key": str(uuid.uuid4()), "to_person": "clerk"}, follow=True).content.decode()
    assert "已把 0 件联系和 2 位志愿者交给" in answer
    assert "没有可移交的待联系和志愿者" in answer
    assert "没有可移交的待联系和志愿者" in client.get(confirm).content.decode()
    late = client.post(confirm, {"key": str(uuid.uuid4()), "to_person": "clerk"})
    assert "没有可移交的待联系和志愿者" in late.content.decode()
    left(ground.person("clerk"))
    rows = client_of(ground, "head").get(reverse("desk_hand_over")).context["rows"]
    assert [(one.login, one.open, one.donors, one.is_gone) for one in rows] == [("clerk", 0, 2, True)]


def test_contacts_and_donors_of_one_coordinator_stand_in_one_row_by_three_queries(
    ground: Ground, django_assert_num_queries: Any
) -> None:
    donor, mine = brought(ground, S.MATCHED), ground.person("coordinator")
    alone(ground, 1)
    assign_donor(donor_id=donor.pk, person=mine, actor=mine)
    with django_assert_num_queries(3):
        rows = open_by_coordinator([ground.branch])
    assert [(one.login, one.open, one.donors) for one in rows] == [("coordinator", 1, 2)]
    assert [one.donors for one in open_by_coordinator([ground.branch], only=ground.person("clerk"))] == []


def test_the_donor_of_who_works_there_no_longer_is_taken_by_anybody_who_keeps_the_branch(ground: Ground) -> None:
    donor, mine, clerk = brought(ground, S.REMOBILISING), ground.person("coordinator"), ground.person("clerk")
    assign_donor(donor_id=donor.pk, person=mine, actor=mine)
    left(mine)
    # This one is nobody's, the earlier one still theirs.
    giving.take_answer(donor_id=donor.pk, answer="not_reached", on=today(), actor=clerk)
    assign_donor(donor_id=donor.pk, person=clerk, actor=clerk)
    donor.refresh_from_db()
    rows = DueContact.objects.unscoped("test").filter(donor=donor, status="open")
    assert (donor.coordinator, [one.coordinator for one in rows]) == (clerk, [clerk, clerk])


def test_an_honour_put_right_after_a_second_giving_stays_that_of_the_first(ground: Ground) -> None:
    donor, actor = again(ground, "lymphocytes"), ground.person("coordinator")
    giving.collect(donor_id=donor.pk, on=days_ago(16), actor=actor)
    first, second = donor.collections.order_by("round")
    said: dict[str, Any] = {"donor_id": donor.pk, "kind": "medal", "actor": actor}
    early = support.write_honour(on=days_ago(40), key=uuid.uuid4(), **said)
    late = support.write_honour(on=today(), key=uuid.uuid4(), **said)
    right = support.write_honour(on=days_ago(41), key=uuid.uuid4(), replaces_id=early.pk, **said)
    moved = support.write_honour(on=days_ago(3), key=uuid.uuid4(), replaces_id=right.pk, **said)
    assert [one.collection for one in (early, late, right, moved)] == [first, second, first, first]
    with pytest.raises(RegistryError, match="采集完成以后"):
        support.write_honour(on=days_ago(60), key=uuid.uuid4(), replaces_id=moved.pk, **said)


def test_the_days_of_who_went_along_are_put_right_after_they_left(ground: Ground) -> None:
    donor, actor, clerk = brought(ground, S.SCHEDULED), ground.person("coordinator"), ground.person("clerk")
    said: dict[str, Any] = {"donor_id": donor.pk, "person": clerk, "actor": actor, "on": days_ago(5)}
    first = support.write_escort(until=days_ago(4), key=uuid.uuid4(), **said)
    left(clerk)
    client = client_of(ground, "coordinator")
    where = f"/desk/registries/donors/{donor.number}/entries/escort/{first.pk}/"
    assert f'value="{clerk.login}" selected' in client.get(where).content.decode()
    last = support.write_escort(until=days_ago(3), key=uuid.uuid4(), replaces_id=first.pk, **said)
    assert [one.pk for one in donor_page(donor).escorts] == [last.pk]
    with pytest.raises(RegistryError):
        support.write_escort(until=days_ago(3), key=uuid.uuid4(), **said)
