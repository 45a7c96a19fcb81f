"""The demo shows donors in each list of work, made up as they look."""

from __future__ import annotations

from registries.choices.donors import DonorStatus
from registries.demo.donors import leave_donors
from registries.models import Collection, Donor, Registrant
from registries.selectors.donors import work_counts
from registries.services.reading import masked_names
from tests.registries.ground import Ground


def test_the_demo_leaves_somebody_in_nearly_every_list(ground: Ground) -> None:
    people = {"hangzhou.registrar": ground.person("clerk"), "wenzhou.coordinator": ground.person("stranger")}
    leave_donors(ground.branch, ground.elsewhere, people)
    counts = work_counts(ground.person("coordinator"))
    assert {name for name, count in counts.items() if count} >= {
        "sample", "send", "ask", "schedule", "recover", "follow_up", "standing",
    }  # fmt: skip
    states = set(Donor.objects.unscoped("test").values_list("status", flat=True))
    assert len(states) >= len(DonorStatus.values) - 6
    assert Collection.objects.filter(serial=1).count() == 1
    assert Registrant.objects.unscoped("test").count() == 16
    assert work_counts(ground.person("stranger"))["sample"] == 2
    assert all(masked_names(list(Donor.objects.unscoped("test")), reader=ground.person("coordinator")).values())
