"""A small province and its people, made through the services."""

import datetime
from typing import Any

from accounts.models import User
from organizations.choices import DIVISION_CODE_LENGTHS, BranchKind, DivisionLevel
from organizations.models import Branch, Division
from organizations.services import create_associations, create_branch, grant_role
from tests.standing import Standing

FOUNDED = datetime.date(2020, 1, 1)
DIVISIONS = {
    "33": "浙江省",
    "3301": "杭州市",
    "330106": "西湖区",
    "330106109": "三墩镇",
    "330182": "建德市",
    "330182001": "新安江街道",
    "330182001001": "示例社区",
    "330182102": "乾潭镇",
    "3303": "温州市",
    "330302": "鹿城区",
    "330302001": "五马街道",
}
_LEVELS = {length: level for level, length in DIVISION_CODE_LENGTHS.items()}
_PARENT_LENGTHS = {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}


def make_divisions() -> None:
    """The divisions of the small province; fine to call twice."""
    Division.objects.bulk_create(
        [
            Division(
                code=code,
                name=name,
                level=DivisionLevel(_LEVELS[len(code)]),
                parent_id=code[: _PARENT_LENGTHS[len(code)]] or None,
            )
            for code, name in DIVISIONS.items()
        ],
        ignore_conflicts=True,
    )


def make_province(*, towns: bool = False) -> dict[str, Branch]:
    """The associations 33, 3301, 330106, 330182, 3303, 330302 by code; fine to call twice.

    `towns` adds 330106109, 330182001, 330182102, 330302001 and the community 330182001001.
    """
    make_divisions()
    create_associations(actor=None, on=FOUNDED, province_code="33")
    if towns:
        for code in ("330106109", "330182001", "330182102", "330302001", "330182001001"):
            if not Branch.objects.filter(code=code).exists():
                create_branch(
                    parent=branch_at(code[: _PARENT_LENGTHS[len(code)]]),
                    kind=BranchKind(_LEVELS[len(code)]),
                    division=Division.objects.get(code=code),
                    on=FOUNDED,
                    actor=None,
                )
    return {one.code: one for one in Branch.objects.all()}


def _make_towns() -> dict[str, Branch]:
    return make_province(towns=True)


TOWNS = Standing("towns", _make_towns)


def branch_at(code: str) -> Branch:
    """A branch by its code, fresh from the database."""
    return Branch.objects.get(code=code)


def make_person(login: str, role: str = "", branch: Branch | None = None, **over: Any) -> User:
    """A person; with `role` and `branch` that role is granted from the founding day on.

    `over`: fields of the user (name, email, password …; without a password they come in by `client.force_login`) and of
    the grant (with_below, authority, valid_from).
    """
    grant = {field: over.pop(field) for field in ("with_below", "authority", "valid_from") if field in over}
    person = User.objects.create_user(login, over.pop("password", None), **{"name": f"示例{login}", **over})
    if role:
        assert branch is not None, "a role is held in a branch"
        grant_role(person=person, role=role, branch=branch, actor=None, **{"valid_from": FOUNDED, **grant})
    return person
