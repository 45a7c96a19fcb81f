"""The demo's cases: all parts of their way, told truthfully, and none that the rules would not let through."""

from __future__ import annotations

from collections import Counter

from registries.demo.cases import leave_cases
from registries.demo.wishes import leave_registrations
from registries.models import Case, CaseGrant
from tests.factories.people import branch_at, make_person
from tests.registries.ground import Ground


def test_the_demo_shows_cases_in_all_parts_of_their_way(ground: Ground) -> None:
    city, elsewhere, province = branch_at("3301"), branch_at("3303"), branch_at("33")
    people = {
        "hangzhou.registrar": make_person("hangzhou.registrar", "registry_clerk", city),
        "hangzhou.coordinator": make_person("hangzhou.coordinator", "registry_coordinator", city),
        "hangzhou.head": make_person("hangzhou.head", "registry_head", city),
        "wenzhou.coordinator": make_person("wenzhou.coordinator", "registry_coordinator", elsewhere),
        "registry.coordinator": make_person("registry.coordinator", "registry_coordinator", province),
        "registry.head": make_person("registry.head", "registry_head", province),
        "supervisor": ground.person("supervisor"),
    }
    leave_registrations(city, elsewhere, people)
    leave_cases(city, province, people)
    found = Counter(Case.objects.unscoped("test").values_list("status", flat=True))
    ways = ("notified", "family_deciding", "consented", "care", "declined", "refused_in_life", "unsuitable")
    assert found == dict.fromkeys(ways, 1)
    assert CaseGrant.objects.in_force().count() == 1
