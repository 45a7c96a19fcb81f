"""One mechanism opens rows of branches, and it agrees with a count by hand."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from core.clock import now, today
from core.scope import ScopedQuerySet, ScopeMissingError
from donations.models import DailyTotal
from ledger.models import Fund
from organizations.choices import BranchKind, Right, Role
from organizations.models import Branch, BranchLineage, RoleGrant
from organizations.permissions import branches_with, may, reaches
from organizations.services import create_branch
from tests.factories.people import FOUNDED, branch_at, make_person
from tests.standing import Standing

SCOPED = [model for model in apps.get_models() if isinstance(model._default_manager.get_queryset(), ScopedQuerySet)]
# Published items are public as a whole: they are made when they are published.
PUBLIC = {"transparency.DisclosureItem"}
AREAS = ["33", "3301", "330106", "330106109", "330182", "330182001", "330182001001", "330182102"]
CODES = [*AREAS, "330182-S1", "3303", "330302", "330302001", "3303-C1"]


def test_every_table_with_a_lineage_is_scoped() -> None:
    with_lineage = {model for model in apps.get_models() if issubclass(model, BranchLineage)}
    assert {model._meta.label for model in with_lineage - set(SCOPED)} == PUBLIC


@pytest.mark.django_db
@pytest.mark.parametrize("model", SCOPED, ids=lambda model: model._meta.label)
@pytest.mark.parametrize(
    "read",
    [
        lambda rows: list(rows),
        lambda rows: rows.count(),
        lambda rows: rows.exists(),
        lambda rows: rows.first(),
        lambda rows: list(rows.values_list("pk")),
        lambda rows: list(rows.iterator()),
        lambda rows: rows.get(pk=1),
        lambda rows: rows.update(pk=1),
        lambda rows: rows.delete(),
        lambda rows: list(Branch.objects.filter(pk__in=rows.values("pk"))),
    ],
    ids=["list", "count", "exists", "first", "values", "iterator", "get", "update", "delete", "subquery"],
)
def test_a_query_without_scope_fails_loudly(model: Any, read: Any) -> None:
    with pytest.raises(ScopeMissingError):
        read(model.objects.all())


@pytest.fixture
def rows(standing: Standing, db: None) -> User:
    """One row in each branch, and a person without grants."""
    for parent, kind, name in (
        ("330182", BranchKind.SCHOOL, "建德市示例中学红十字会"),
        ("3303", BranchKind.COMPANY, "虚构公司红十字会"),
    ):
        create_branch(parent=branch_at(parent), kind=kind, name=name, on=FOUNDED, actor=None)
    for branch in Branch.objects.all():
        fund = Fund.objects.create(code=f"{branch.code}-F1", branch=branch, name="示例资金", opened_on=FOUNDED)
        DailyTotal.objects.create(
            **BranchLineage.lineage_of(branch),
            fund=fund,
            kind="money",
            received_on=FOUNDED,
            gift_count=1,
            amount=Decimal("1.00"),
        )
    return make_person("one")


# Written again from docs/scope.md, not taken from the table under test.
READS_GIFTS = {"clerk", "approver", "finance", "leader", "warehouse", "publisher", "supervisor", "auditor"}
ENTERS_GIFTS = {"clerk"}
STATES = {"now": (-10, None), "ending": (-10, 5), "ended": (-10, 0), "never": (0, 0), "future": (1, None)}


def counted_by_hand(grants: list[tuple[str, str, bool, str]], right: str) -> set[str]:
    """The codes a person may see or work in: by the letters of the codes, which spell the tree out."""
    codes = set()
    for role, code, with_below, state in grants:
        holds = role in (READS_GIFTS if right == Right.VIEW_GIFTS else ENTERS_GIFTS)
        if holds and state in ("now", "ending"):
            codes |= {
                one
                for one in CODES
                if one == code or (with_below and right == Right.VIEW_GIFTS and one.startswith(code))
            }
    return codes


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    grants=st.lists(
        st.tuples(st.sampled_from(Role.values), st.sampled_from(CODES), st.booleans(), st.sampled_from(sorted(STATES))),
        max_size=4,
        unique_by=lambda grant: grant[:2],
    ),
    right=st.sampled_from([Right.VIEW_GIFTS, Right.ENTER_GIFTS]),
    is_active=st.booleans(),
)
def test_what_a_person_sees_is_what_counting_by_hand_gives(
    rows: User, grants: list[tuple[str, str, bool, str]], right: str, is_active: bool
) -> None:
    with transaction.atomic():
        RoleGrant.objects.bulk_create(
            RoleGrant(
                person=rows,
                role=role,
                branch=branch_at(code),
                with_below=with_below,
                valid_from=today() + datetime.timedelta(STATES[state][0]),
                valid_to=None if STATES[state][1] is None else today() + datetime.timedelta(STATES[state][1]),
                created_at=now(),
            )
            for role, code, with_below, state in grants
        )
        rows.is_active = is_active
        expected = counted_by_hand(grants, right) if is_active else set()
        assert {row.branch.code for row in DailyTotal.objects.visible_to(rows, right)} == expected
        assert set(branches_with(rows, right).values_list("code", flat=True)) == expected
        assert {code for code in CODES if may(rows, right, branch_at(code))} == expected
        assert all(reaches(rows, branch_at(code)) for code in expected)
        transaction.set_rollback(True)


def test_narrowing_to_a_branch_opens_nothing(rows: User) -> None:
    with pytest.raises(ScopeMissingError):
        DailyTotal.objects.of_branch(branch_at("33"), with_below=True).count()
    seen = DailyTotal.objects.unscoped("the test counts all").of_branch(branch_at("3301"), with_below=True)
    assert seen.count() == 8
