"""A small province with gifts of every kind that public pages have to deal with."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from donations.models import Donation
from organizations.choices import Role
from organizations.models import Branch
from tests import databases
from tests.factories.gifts import post_gifts, reverse_gift
from tests.factories.people import make_person, make_province
from tests.transparency.ground import place_all
from tests.transparency.verify_ground import DATABASE, REPORTS, Reports

BUDGETS = json.loads((Path(__file__).resolve().parent.parent / "query_budgets.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Public:
    """What was posted: gifts by a word for each."""

    branches: dict[str, Branch]
    gifts: dict[str, Donation]
    clerk: User
    approver: User


# Real name, how it is shown, and whether by choice: all made up.
ROWS: dict[str, dict[str, Any]] = {
    "masked": {"donor": "虚构甲乙", "amount": "100.00", "received_on": "2026-10-03", "donor_kind": "person"},
    "real": {
        "donor": "示例实名丙", "amount": "2500.50", "received_on": "2026-10-04", "donor_kind": "person",
        "name_choice": "real",
    },
    "hidden": {
        "donor": "虚构匿名丁", "amount": "300.00", "received_on": "2026-10-05", "donor_kind": "person",
        "name_choice": "anonymous",
    },
    "company": {
        "donor": "虚构甲乙丙有限公司", "amount": "12345.67", "received_on": "2026-10-06", "donor_kind": "organisation",
    },
    "formula": {
        "donor": "=HYPERLINK(虚构公司)", "amount": "1.00", "received_on": "2026-10-07", "donor_kind": "organisation",
    },
    "rare": {
        "donor": "虚构𬭎䶮商会", "amount": "20.00", "received_on": "2026-10-08", "donor_kind": "organisation",
    },
    "markup": {
        "donor": "虚构<b>甲</b>&公司", "amount": "21.00", "received_on": "2026-10-09", "donor_kind": "organisation",
    },
    "reversed": {
        "donor": "虚构重复登记公司", "amount": "77.00", "received_on": "2026-10-10", "donor_kind": "organisation",
    },
}  # fmt: skip
HIDDEN_NAMES = ("虚构甲乙", "虚构匿名丁")


@pytest.fixture(scope="module")
def public(django_db_setup: None, django_db_blocker: Any) -> Iterator[Public]:
    """Gifts in a county of one city and in another city, one of them reversed, all with their place in the log.

    Committed, in a database of their own, once for all tests of a module: these only read, or roll back what they add.
    """
    with django_db_blocker.unblock(), databases.copy_of_template(f"{databases.PREFIX}_public"):
        yield _posted()


def _posted() -> Public:
    branches = make_province()
    county, other = branches["330106"], branches["3303"]
    clerk = make_person("tests.clerk", Role.CLERK, county)
    approver = make_person("tests.approver", Role.APPROVER, county)
    gifts = dict(zip(ROWS, post_gifts(county, ROWS.values(), clerk, approver), strict=True))
    reverse_gift(gifts["reversed"], clerk, approver)
    other_clerk = make_person("other.clerk", Role.CLERK, other)
    other_approver = make_person("other.approver", Role.APPROVER, other)
    more = [{"donor": "虚构他市公司", "amount": "9.99", "received_on": "2025-12-31", "donor_kind": "organisation"}]
    gifts["elsewhere"] = post_gifts(other, more, other_clerk, other_approver)[0]
    place_all()
    return Public(branches, gifts, clerk, approver)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of the reports lie."""
    return tmp_path_factory.mktemp("verify")


@pytest.fixture(scope="module")
def reports(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[Reports]:
    """Published reports for all tests of a module: these only read, or put back what they change."""
    with REPORTS.copy(django_db_blocker, DATABASE), django_db_blocker.unblock():
        REPORTS.copy_files(folder)
        with override_settings(PRIVATE_FILES_DIR=folder):
            yield REPORTS.fresh()


@pytest.fixture
def budget() -> Callable[[str], Any]:
    """Hold a block to its line of tests/query_budgets.json; on failure the statements are printed."""

    @contextmanager
    def held(name: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        queries = [query["sql"] for query in captured.captured_queries]
        listed = "\n".join(queries)
        assert len(queries) <= BUDGETS[name], f"{name}: {len(queries)} > {BUDGETS[name]} queries\n{listed}"

    return held
