"""The yearly upkeep of donors who are typed: once for each, for who may be called, by who knew them."""

from __future__ import annotations

from core.clock import today
from registries.choices.contacts import ContactReason
from registries.models import DueContact
from registries.services.donors.consenting import take_back_donor_consent
from registries.services.upkeep import plan_upkeep
from registries.services.yearly import next_anniversary
from registries.tasks import plan_upkeep as task
from tests.registries.donor_ground import S, brought, joined
from tests.registries.ground import Ground
from tests.registries.test_services_contacts import logged


def planned() -> list[DueContact]:
    rows = DueContact.objects.unscoped("test").filter(reason=ContactReason.UPKEEP, donor__isnull=False)
    return list(rows.order_by("pk"))


def test_every_typed_donor_who_may_be_called_has_one_upkeep_a_year(ground: Ground) -> None:
    donor = brought(ground, S.TYPED, at=1)
    joined(ground, 2)
    silent = brought(ground, S.TYPED, at=3)
    take_back_donor_consent(
        donor_id=silent.pk, subject="stem_contact", channel="counter", actor=ground.person("coordinator")
    )
    assert plan_upkeep() == 1
    (one,) = planned()
    assert (one.donor, one.coordinator) == (donor, None)
    donor.refresh_from_db()
    assert donor.typed_on is not None
    assert one.due_on == next_anniversary(donor.typed_on, today())
    assert plan_upkeep() == 0
    task()
    assert planned() == [one]
    # Held early, it is not planned again for the same year.
    logged(ground, one)
    assert plan_upkeep() == 0
