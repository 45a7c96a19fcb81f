"""Donors who joined on paper: what is checked, by whom it is released, what is written, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registries.models import Consent, DonorEvent
from tests.registries.ground import Ground
from tests.registries.intake_ground import JOINED, TYPED, brought_in


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    """Files of their own for each test."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"


def test_who_joined_on_paper_is_brought_in_as_typed_with_their_consents(ground: Ground) -> None:
    donor = brought_in(ground)
    assert (donor.status, donor.enrolled_on, donor.typed_on) == ("typed", JOINED, TYPED)
    assert (donor.is_called, donor.is_known_there) == (True, True)
    event = DonorEvent.objects.get()
    assert (event.verb, event.from_status, event.to_status, event.on, event.until) == (
        "brought_in", "", "typed", JOINED, TYPED,
    )  # fmt: skip
    consents = Consent.objects.all()
    assert {(one.text_version, one.signed_on) for one in consents} == {("paper-1", JOINED)}
    assert len({one.subject for one in consents}) == 5
