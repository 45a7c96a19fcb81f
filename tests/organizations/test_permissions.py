"""Who may do what in which branch."""

import pytest

from core.errors import NotAllowed, NotFound
from organizations.choices import Right, Role
from organizations.permissions import may, require
from tests.factories.people import branch_at, make_person, make_province

pytestmark = pytest.mark.django_db


def test_a_write_right_binds_to_the_one_branch_at() -> None:
    make_province()
    clerk = make_person("hz.clerk", Role.CLERK, branch_at("3301"), with_below=True)
    assert may(clerk, Right.ENTER_GIFTS, branch_at("3301"))
    assert not may(clerk, Right.ENTER_GIFTS, branch_at("330182"))
    assert may(clerk, Right.VIEW_GIFTS, branch_at("330182"))
    assert not may(clerk, Right.VIEW_GIFTS, branch_at("33"))
    assert not may(clerk, Right.VIEW_GIFTS, branch_at("3303"))


def test_outside_ones_branches_is_not_found_and_inside_is_not_allowed() -> None:
    make_province()
    clerk = make_person("hz.clerk", Role.CLERK, branch_at("3301"), with_below=True)
    with pytest.raises(NotAllowed):
        require(clerk, Right.ENTER_GIFTS, branch_at("330182"))
    with pytest.raises(NotFound):
        require(clerk, Right.ENTER_GIFTS, branch_at("330302"))
