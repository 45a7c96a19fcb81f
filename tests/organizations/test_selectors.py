"""Reading the branch network."""

from typing import Any

import pytest

from core.clock import today
from core.errors import NotFound
from organizations.choices import ROLE_RIGHTS, BranchKind, Role
from organizations.models import Branch
from organizations.permissions import may_grant
from organizations.selectors import (
    association_tree,
    branch_by_code,
    divisions_without_branch,
    grantable_branches,
    kinds_below,
    parents_for,
    public_branch,
    public_children,
    role_help,
    search_branches,
    successors_for,
)
from organizations.services import close_branch, create_branch
from tests.factories.people import FOUNDED, branch_at, make_person
from tests.standing import Standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def province(standing: Standing) -> None:
    create_branch(parent=branch_at("330182"), kind=BranchKind.SCHOOL, name="示例中学红十字会", on=FOUNDED, actor=None)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("33", "33"),
        ("330000", "33"),
        ("330000000000", "33"),
        ("330100", "3301"),
        ("330100000000", "3301"),
        ("330182", "330182"),
        ("330182000", "330182"),
        ("330182001000", "330182001"),
        (" 330182-s1 ", "330182-S1"),
    ],
)
def test_a_branch_is_found_by_its_code_with_trailing_zeros(given: str, found: str) -> None:
    assert branch_by_code(given).code == found


@pytest.mark.parametrize(
    "given", ["", "0", "34", "330", "330001", "3301820", "33018200", "330182-S2", "中", "3" * 400, "%"]
)
def test_an_unknown_code_is_not_found(given: str) -> None:
    with pytest.raises(NotFound):
        branch_by_code(given)


def test_the_tree_of_associations_takes_two_queries_and_counts_what_it_leaves_out(
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(2):
        tree = association_tree()
    assert [node.branch.code for node in tree] == ["33"]
    assert [node.branch.code for node in tree[0].children] == ["3301", "3303"]
    hangzhou = tree[0].children[0]
    assert [(node.branch.code, node.below_count) for node in hangzhou.children] == [("330106", 1), ("330182", 4)]
    assert [node.branch.code for node in association_tree(branch_at("3303"))] == ["3303"]


def test_a_branchs_page_takes_six_queries(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(6):
        page = public_branch("330182")
    assert [branch.code for branch in page.ancestors] == ["33", "3301"]
    assert [branch.code for branch in page.children] == ["330182-S1", "330182001", "330182102"]
    assert dict(page.counts_below) == {"乡镇（街道）红十字会": 2, "村（社区）红十字会": 1, "学校红十字会": 1}


def test_closed_branches_leave_the_tree_and_stay_findable() -> None:
    close_branch(branch=branch_at("330182102"), on=today(), reason="示例", actor=None)
    assert "330182102" not in {branch.code for branch in public_children(branch_at("330182"))}
    assert [branch.code for branch in search_branches("乾潭")] == ["330182102"]
    assert not branch_by_code("330182102").is_open


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("示例中学", ["330182-S1"]),
        ("330182-", ["330182-S1"]),
        ("3301820", ["330182001", "330182001001"]),
        ("330100", ["3301"]),
        ("没有", []),
        ("  ", []),
        ("%", []),
        ("_", []),
    ],
)
def test_search_finds_by_part_of_the_name_or_beginning_of_the_code(text: str, codes: list[str]) -> None:
    assert [branch.code for branch in search_branches(text)] == codes


def test_only_what_may_stand_somewhere_is_offered() -> None:
    assert kinds_below(branch_at("330182-S1")) == []
    assert BranchKind.CITY in kinds_below(branch_at("33"))
    assert not divisions_without_branch(branch_at("330182")).exists()
    close = {branch.code for branch in parents_for(branch_at("330182"))}
    assert close == {"33", "3301", "3303"}
    assert {branch.code for branch in successors_for(branch_at("330182"))} == {"3301", "330106", "330302"}


@pytest.mark.parametrize("role", [Role.BRANCH_ADMIN, Role.SECURITY_ADMIN, Role.CLERK])
@pytest.mark.parametrize("code", ["33", "3301", "330182", "330182001"])
def test_branches_are_offered_for_grants_exactly_where_some_role_may_be_granted(role: str, code: str) -> None:
    person = make_person("one", role, branch_at(code))
    may = {
        branch.code for branch in Branch.objects.valid() if any(may_grant(person, one, branch) for one in Role.values)
    }
    assert {branch.code for branch in grantable_branches(person)} == may


def test_the_help_page_prints_the_table_that_decides() -> None:
    printed = {entry.role: {label for label, _below in entry.rights} for entry in role_help()}
    assert {role: len(rights) for role, rights in printed.items()} == {
        role: len(ROLE_RIGHTS[role]) for role in Role.values
    }
