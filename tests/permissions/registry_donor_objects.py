"""What the table needs of stem-cell donors: a drive, and a donor with a bag in an open box, in HOME."""

from __future__ import annotations

import uuid

from accounts.models import User
from core.clock import today
from registries.services.donors.enrolment import enrol_donor, plan_drive
from registries.services.donors.sampling import take_sample
from registries.services.donors.support import write_expense
from tests.factories.people import branch_at
from tests.permissions.people import HOME
from tests.registries.donor_ground import agreement, packed
from tests.registries.ground import days_ago


def make_donors(people: dict[str, User]) -> dict[str, str]:
    """The objects by their names in the table."""
    branch, clerk = branch_at(HOME), people["registry_clerk.own"]
    drive = plan_drive(
        branch=branch,
        name="示例招募",
        place="示例广场",
        held_on=today(),
        planned_count=30,
        key=uuid.uuid4(),
        actor=clerk,
    )
    donor = enrol_donor(enrolment=agreement(branch, 2, drive_id=drive.pk), actor=clerk)
    take_sample(donor_id=donor.pk, bag="BAGTABLE1", on=days_ago(9), actor=clerk)
    batch = packed(donor, actor=clerk)
    paid = write_expense(
        donor_id=donor.pk, kind="travel", amount="10", on=today(), evidence="JZ1", key=uuid.uuid4(), actor=clerk
    )
    return {
        "donor": donor.number,
        "donor_step": "contact",
        "donor_entry_kind": "expense",
        "donor_entry": str(paid.pk),
        "donor_consent": "stem_contact",
        "drive": str(drive.pk),
        "sample_batch": batch.number,
    }
