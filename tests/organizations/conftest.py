"""Fixtures of the tests of the branch network."""

import pytest

from organizations.models import Branch
from tests.factories.people import TOWNS
from tests.standing import Standing


@pytest.fixture(scope="session")
def the_ground() -> Standing[dict[str, Branch]]:
    """The small province with its towns."""
    return TOWNS
