"""Making, changing, moving, closing and merging branches."""

import datetime
from decimal import Decimal

import pytest

from core.clock import today
from core.errors import Conflict, DomainError, NotAllowed, NotFound
from core.models import AuditEvent
from donations.models import DailyTotal
from ledger.models import Fund
from organizations.choices import BranchKind, Role
from organizations.models import Branch, BranchLineage, Division
from organizations.services import (
    close_branch,
    create_branch,
    grant_role,
    merge_branch,
    move_branch,
    rename_branch,
    update_branch_facts,
)
from tests.factories.people import FOUNDED, branch_at, make_person
from tests.standing import Standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def province(standing: Standing) -> None:
    """The small province with its towns stands already."""


def school(parent: str, name: str, **over: object) -> Branch:
    return create_branch(parent=branch_at(parent), kind=BranchKind.SCHOOL, name=name, on=FOUNDED, actor=None, **over)


def tree_is_sound() -> bool:
    return Branch.objects.find_problems() == ([], [], [], [], [])


def test_sector_branches_are_numbered_by_division_and_letter_without_gap() -> None:
    codes = [school("330182", f"示例中学{n}红十字会").code for n in range(11)]
    assert codes == [f"330182-S{n}" for n in range(1, 12)]
    company = create_branch(
        parent=branch_at("330182"), kind=BranchKind.COMPANY, name="虚构公司", on=FOUNDED, actor=None
    )
    assert company.code == "330182-C1"
    assert school("3301", "示例大学红十字会").code == "3301-S1"
    assert tree_is_sound()


def test_an_area_branch_carries_its_divisions_code_and_a_name_by_rule() -> None:
    town = branch_at("330182001")
    assert (town.name, town.short_name) == ("建德市新安江街道红十字会", "建德市新安江街道红会")
    assert branch_at("330182001001").name == "建德市新安江街道示例社区红十字会"
    assert (town.city.code, town.county.code) == ("3301", "330182")
    assert AuditEvent.objects.filter(verb="organizations.branch.created", branch_code="330182001").count() == 1


@pytest.mark.parametrize(
    ("parent", "kind", "division", "code"),
    [
        ("330182", BranchKind.COUNTY, "330182", "wrong_parent_kind"),
        ("330182-S1", BranchKind.SCHOOL, None, "wrong_parent_kind"),
        ("330182", BranchKind.TOWN, "330302001", "division_elsewhere"),
        ("330182", BranchKind.TOWN, "330182001001", "wrong_division_level"),
        ("330182", BranchKind.TOWN, None, "wrong_division_level"),
        ("330182", BranchKind.TOWN, "330182001", "area_has_branch"),
        ("330182", BranchKind.SCHOOL, None, "name_taken"),
    ],
)
def test_a_branch_in_the_wrong_place_is_refused(parent: str, kind: str, division: str | None, code: str) -> None:
    school("330182", "重名中学红十字会")
    place = Division.objects.get(code=division) if division else None
    with pytest.raises(DomainError) as refused:
        create_branch(
            parent=branch_at(parent), kind=kind, division=place, name="重名中学红十字会", on=FOUNDED, actor=None
        )
    assert refused.value.code == code
    assert refused.value.message.endswith(("。", "）。"))


def test_only_who_keeps_the_parent_makes_branches_below_it() -> None:
    admin = make_person("one", Role.BRANCH_ADMIN, branch_at("3301"))
    made = create_branch(parent=branch_at("3301"), kind=BranchKind.OTHER, name="示例队", on=FOUNDED, actor=admin)
    assert made.code == "3301-X1"
    with pytest.raises(NotFound):
        create_branch(parent=branch_at("330182"), kind=BranchKind.OTHER, name="示例队2", on=FOUNDED, actor=admin)
    clerk = make_person("two", Role.CLERK, branch_at("3301"))
    with pytest.raises(NotAllowed):
        create_branch(parent=branch_at("3301"), kind=BranchKind.OTHER, name="示例队3", on=FOUNDED, actor=clerk)


def test_facts_change_with_one_line_in_the_trail_and_none_without_change() -> None:
    admin = make_person("one", Role.BRANCH_ADMIN, branch_at("330182"))
    update_branch_facts(branch=branch_at("330182"), actor=admin, phone=" 0571-00000000 ", address="")
    update_branch_facts(branch=branch_at("330182"), actor=admin, phone="0571-00000000", address="")
    events = AuditEvent.objects.filter(verb="organizations.branch.changed")
    assert [(event.actor_login, event.changed_fields) for event in events] == [("one", ["phone"])]
    for wrong in ("123", "91350100M000100Y44"):
        with pytest.raises(DomainError) as refused:
            update_branch_facts(branch=branch_at("330182"), actor=admin, credit_code=wrong)
        assert list(refused.value.fields) == ["credit_code"]
    assert update_branch_facts(
        branch=branch_at("330182"), actor=None, credit_code="91350100m000100y43"
    ).credit_code == ("91350100M000100Y43")
    with pytest.raises(TypeError):
        update_branch_facts(branch=branch_at("330182"), actor=admin, valid_to=today())


def test_a_renamed_branch_keeps_its_code() -> None:
    rename_branch(branch=branch_at("330182"), name="建德红十字会", actor=None)
    assert (branch_at("330182").name, branch_at("330182").short_name) == ("建德红十字会", "建德红会")


def row_of(code: str) -> DailyTotal:
    branch = branch_at(code)
    fund = Fund.objects.create(code=f"{code}-F1", branch=branch, name="示例资金", opened_on=FOUNDED)
    return DailyTotal.objects.create(
        **BranchLineage.lineage_of(branch),
        fund=fund,
        kind="money",
        received_on=FOUNDED,
        gift_count=1,
        amount=Decimal(1),
    )


def test_a_move_takes_the_subtree_along_and_changes_no_past_row() -> None:
    before = row_of("330182001")
    pupil = school("330182001", "示例小学红十字会")
    moved = move_branch(branch=branch_at("330182"), new_parent=branch_at("3303"), reason="示例文号", actor=None)
    assert Branch.objects.get_parent(moved).code == "3303"
    for code in ("330182", "330182001", "330182001001", "330182102", pupil.code):
        branch = branch_at(code)
        assert (branch.province.code, branch.city.code, branch.county.code) == ("33", "3303", "330182")
    assert tree_is_sound()
    row = DailyTotal.objects.unscoped("the test reads its own row").get(pk=before.pk)
    assert BranchLineage.lineage_of(branch_at("330182001"))["city_id"] == branch_at("3303").pk
    assert (row.branch_id, row.city_id, row.county_id) == (
        before.branch_id,
        branch_at("3301").pk,
        branch_at("330182").pk,
    )
    event = AuditEvent.objects.get(verb="organizations.branch.moved")
    assert (event.branch_code, event.changed_fields, event.reason) == ("330182", ["parent"], "示例文号")


def test_a_county_may_move_directly_below_the_province_and_then_has_no_city() -> None:
    move_branch(branch=branch_at("330182"), new_parent=branch_at("33"), reason="省直管", actor=None)
    assert {branch_at(code).city for code in ("330182", "330182001", "330182001001")} == {None}


def test_a_town_moved_to_another_county_takes_all_three_ancestors_over() -> None:
    move_branch(branch=branch_at("330182001"), new_parent=branch_at("330302"), reason="区划调整", actor=None)
    community = branch_at("330182001001")
    assert (community.city.code, community.county.code) == ("3303", "330302")
    assert tree_is_sound()


@pytest.mark.parametrize(
    ("branch", "parent", "code"),
    [
        ("3301", "330182", "move_into_itself"),
        ("330182", "330182", "move_into_itself"),
        ("330182", "330302", "wrong_parent_kind"),
        ("330182", "3301", "already_there"),
        ("33", "3301", "top_stays"),
    ],
)
def test_a_move_that_makes_no_tree_is_refused_with_a_sentence(branch: str, parent: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        move_branch(branch=branch_at(branch), new_parent=branch_at(parent), reason="示例", actor=None)
    assert refused.value.code == code
    assert branch_at(branch).name in refused.value.message or branch_at(parent).name in refused.value.message


def test_a_move_needs_both_places_and_a_reason() -> None:
    admin = make_person("one", Role.BRANCH_ADMIN, branch_at("3301"))
    with pytest.raises(NotFound):
        move_branch(branch=branch_at("330182"), new_parent=branch_at("3303"), reason="示例", actor=admin)
    grant_role(person=admin, role=Role.BRANCH_ADMIN, branch=branch_at("3303"), authority="示例1号", actor=None)
    with pytest.raises(DomainError, match="理由"):
        move_branch(branch=branch_at("330182"), new_parent=branch_at("3303"), reason=" ", actor=admin)
    move_branch(branch=branch_at("330182"), new_parent=branch_at("3303"), reason="示例", actor=admin)


def test_closing_ends_the_work_in_the_branch_and_leaves_oversight() -> None:
    clerk = make_person("one", Role.CLERK, branch_at("330182102"))
    supervisor = make_person("two", Role.SUPERVISOR, branch_at("330182102"))
    close_branch(branch=branch_at("330182102"), on=today(), reason="示例文号", actor=None)
    assert branch_at("330182102").valid_to == today()
    assert clerk.role_grants.get().valid_to == today()
    assert supervisor.role_grants.get().valid_to is None
    assert AuditEvent.objects.filter(verb="organizations.branch.closed", branch_code="330182102").exists()
    with pytest.raises(Conflict):
        close_branch(branch=branch_at("330182102"), on=today(), reason="示例", actor=None)
    with pytest.raises(DomainError, match="已停用"):
        school("330182102", "示例小学红十字会")


@pytest.mark.parametrize(
    ("branch", "on", "code"),
    [
        ("33", 0, "top_stays"),
        ("330182", 0, "open_below"),
        ("330182102", 1, "wrong_day"),
        ("330182102", -9999, "wrong_day"),
    ],
)
def test_a_branch_is_not_closed_over_others_nor_in_the_future(branch: str, on: int, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        close_branch(branch=branch_at(branch), on=today() + datetime.timedelta(on), reason="示例", actor=None)
    assert refused.value.code == code


def test_a_merger_moves_the_lower_branches_and_names_the_successor() -> None:
    before = row_of("330182001")
    merge_branch(branch=branch_at("330182"), successor=branch_at("330106"), on=today(), reason="示例文号", actor=None)
    old = branch_at("330182")
    assert (old.successor.code, old.valid_to) == ("330106", today())
    assert Branch.objects.get_children(old).count() == 0
    assert Branch.objects.get_parent(branch_at("330182001")).code == "330106"
    assert branch_at("330182001001").county.code == "330106"
    assert DailyTotal.objects.unscoped("the test reads its own row").get(pk=before.pk).county_id == old.pk
    assert tree_is_sound()


@pytest.mark.parametrize(
    ("branch", "successor", "code"),
    [
        ("3301", "330182", "merge_into_itself"),
        ("330182", "330182", "merge_into_itself"),
        ("330182", "330182102", "merge_into_itself"),
        ("330182", "3303", None),
        ("3301", "330302", "wrong_parent_kind"),
    ],
)
def test_a_merger_that_makes_no_tree_is_refused(branch: str, successor: str, code: str | None) -> None:
    def merge() -> None:
        merge_branch(branch=branch_at(branch), successor=branch_at(successor), on=today(), reason="示例", actor=None)

    if code is None:
        merge()
        assert tree_is_sound()
        return
    with pytest.raises(DomainError) as refused:
        merge()
    assert refused.value.code == code
    assert branch_at(branch).is_open


def test_nothing_goes_into_a_closed_branch() -> None:
    close_branch(branch=branch_at("330182102"), on=today(), reason="示例", actor=None)
    with pytest.raises(DomainError, match="已停用"):
        merge_branch(
            branch=branch_at("330182001"), successor=branch_at("330182102"), on=today(), reason="示例", actor=None
        )
    with pytest.raises(DomainError, match="已停用"):
        move_branch(branch=branch_at("330182001001"), new_parent=branch_at("330182102"), reason="示例", actor=None)
