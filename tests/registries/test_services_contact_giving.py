"""One contact is given to another; what lies with who works there no longer is shown to the head."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from core.clock import today
from core.errors import NotFound
from registries.choices.cases import CaseStatus
from registries.errors import RegistryError, WrongState
from registries.models import Case, CaseCoordinator, ContactHandOver, DueContact
from registries.selectors.contacts import open_by_coordinator, stray_calls
from registries.services.contact_giving import give_contact
from registries.services.contacts import cancel_contacts
from tests.registries.case_ground import assign, case_in
from tests.registries.ground import Ground, registered
from tests.registries.test_services_contacts import due
from tests.registries.test_views_wishes import client_of
from tests.training.pages import page


def give(ground: Ground, one: DueContact, to: str, by: str, key: uuid.UUID | None = None) -> ContactHandOver:
    return give_contact(due_id=one.pk, to_person=ground.person(to), key=key or uuid.uuid4(), actor=ground.person(by))


def test_one_contact_is_given_to_a_colleague_and_the_others_stay(ground: Ground) -> None:
    one, other, free = (
        due(ground, registered(ground)),
        due(ground, registered(ground, 1)),
        due(ground, registered(ground, 2), ""),
    )
    key = uuid.uuid4()
    done = give(ground, one, "second", "coordinator", key)
    assert give(ground, one, "second", "coordinator", key).pk == done.pk
    assert done.contact_count == 1
    with pytest.raises(NotFound):
        give(ground, one, "clerk", "coordinator")
    with pytest.raises(NotFound):
        give(ground, free, "clerk", "coordinator")
    give(ground, free, "clerk", "head")
    for to in ("stranger", "head", "second"):
        with pytest.raises(RegistryError) as refused:
            give(ground, one, to, "head")
        assert set(refused.value.fields) == {"to_person"}
    rows = {row.pk: row.coordinator for row in DueContact.objects.unscoped("test").select_related("coordinator")}
    assert rows == {
        one.pk: ground.person("second"),
        other.pk: ground.person("coordinator"),
        free.pk: ground.person("clerk"),
    }
    cancel_contacts(about=other.about)
    with pytest.raises(WrongState):
        give(ground, other, "second", "coordinator")


def test_from_the_page_of_a_contact_it_is_given_on(ground: Ground) -> None:
    one = due(ground, registered(ground))
    url = reverse("desk_contact_give", kwargs={"key": one.key})
    client = client_of(ground, "coordinator")
    assert url in client.get(reverse("desk_registry_contact", kwargs={"key": one.key})).content.decode()
    assert "把这一件交给谁" in client.get(url).content.decode()
    answer = client.post(url, {"key": str(uuid.uuid4()), "to_person": "second"}, follow=True)
    assert "已交给" in answer.content.decode()
    assert client.get(url).status_code == 404


def test_the_head_is_shown_what_lies_with_who_works_there_no_longer(ground: Ground) -> None:
    due(ground, registered(ground)), due(ground, registered(ground, 1), "second")
    case: Case = case_in(
        ground,
        CaseStatus.HANDED_OVER,
    )
    assert stray_calls([ground.branch]) == []
    grant = ground.person("coordinator").role_grants.get()
    type(grant).objects.filter(pk=grant.pk).update(valid_to=today())
    gone = {one.login: one.is_gone for one in open_by_coordinator([ground.branch])}
    assert gone == {"coordinator": True, "second": False}
    assert [(one.number, count) for one, count in stray_calls([ground.branch])] == [(case.number, 4)]
    text = page(client_of(ground, "head"), "desk_hand_over")
    assert "已不在岗" in text
    assert case.number in text
    assert CaseCoordinator.objects.filter(case=case, released_at=None).count() == 2


def test_a_call_of_a_case_is_given_to_who_is_assigned_alone(ground: Ground) -> None:
    case = case_in(ground, CaseStatus.HANDED_OVER)
    one = DueContact.objects.unscoped("test").filter(case=case).order_by("pk")[0]
    with pytest.raises(RegistryError):
        give(ground, one, "clerk", "head")
    assign(ground, case, "province")
    give(ground, one, "province", "coordinator")
    one.refresh_from_db()
    assert one.coordinator == ground.person("province")
