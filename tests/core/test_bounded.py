"""Counting no further than needed."""

import pytest
from django.contrib.auth import get_user_model

from core.bounded import count_up_to
from tests.factories.people import make_person


@pytest.mark.django_db
def test_a_number_is_told_as_far_as_it_is_counted_and_then_as_more() -> None:
    for at in range(4):
        make_person(f"somebody{at}")
    rows = get_user_model().objects.order_by("pk")
    assert [count_up_to(rows, most) for most in (3, 4, 5)] == ["3+", "4", "4"]
    assert count_up_to(rows.none()) == "0"
