"""The demo's contacts are such as the desk makes them."""

from __future__ import annotations

from registries.choices.contacts import ContactReason
from registries.demo.contacts import DAYS, leave_contacts
from registries.demo.wishes import leave_registrations
from registries.models import Contact, DueContact, DutyShift
from registries.selectors.my_day import day_sections
from tests.factories.people import branch_at, make_person
from tests.registries.ground import Ground


def test_the_demo_leaves_a_day_that_shows_each_kind_of_work(ground: Ground) -> None:
    city, other = branch_at("3301"), branch_at("3303")
    people = {
        "hangzhou.registrar": make_person("hangzhou.registrar", "registry_clerk", city),
        "hangzhou.coordinator": make_person("hangzhou.coordinator", "registry_coordinator", city),
        "hangzhou.head": make_person("hangzhou.head", "registry_head", city),
        "wenzhou.coordinator": make_person("wenzhou.coordinator", "registry_coordinator", other),
    }
    leave_registrations(city, other, people)
    leave_contacts(city, people)
    sections = {one.slug: len(one.rows) for one in day_sections(people["hangzhou.coordinator"])}
    assert set(sections) == {"contacts-overdue", "contacts-today", "contacts-coming", "contacts-free", "donors"}
    assert all(sections.values())
    # A donor's death that was told, and two talks about a wish.
    kept = Contact.objects.unscoped("test").order_by("pk").values_list("outcome", flat=True)
    assert list(kept) == ["died", "no_answer", "reached"]
    assert DutyShift.objects.unscoped("test").count() == 2 * DAYS
    assert DueContact.objects.unscoped("test").filter(reason=ContactReason.VISIT).count() > 2
