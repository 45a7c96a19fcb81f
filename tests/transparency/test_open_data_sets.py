"""Open data: every data set lies where the descriptor says, with its fields, and no person is in one of training."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlparse

import pytest
from django.test import Client

from core.clock import today
from tests.training.certified import certified
from tests.training.ground import Ground, make_ground
from tests.training.test_mass_lessons import confirmed
from training.services.counting import count_coverage


@pytest.fixture
def ground(db: None, settings: Any) -> Ground:
    """Training's small ground."""
    settings.MFA_REQUIRED = False
    return make_ground()


def table(path: str) -> tuple[list[str], list[dict[str, str]]]:
    """The header and rows of a file of the portal."""
    response = Client().get(path)
    assert response.status_code == 200, path
    reader = csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig")))  # type: ignore[arg-type]
    return list(reader.fieldnames or ()), list(reader)


def test_every_resource_lies_where_the_package_says_with_its_fields(ground: Ground) -> None:
    certified(ground, 6)
    confirmed(ground)
    count_coverage()
    package = Client().get("/data/datapackage.json").json()
    assert package["profile"] == "tabular-data-package"
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    names = [one["name"] for one in package["resources"]]
    assert len(set(names)) == len(names)
    for one in package["resources"]:
        header, rows = table(urlparse(one["path"]).path)
        assert header == [field["name"] for field in one["schema"]["fields"]], one["name"]
        for field in one["schema"]["fields"]:
            assert field["description"], (one["name"], field)
            for row in rows:
                assert fits(row[field["name"]], field["type"]), (one["name"], field, row)


def fits(text: str, kind: str) -> bool:
    """Whether a cell can be read as its field's type."""
    if not text or kind in ("string", "datetime"):
        return True
    if kind == "integer":
        return text.lstrip("-").isdigit()
    if kind == "boolean":
        return text.lower() in ("true", "false", "1", "0")
    if kind == "date":
        return len(text) == len("2026-01-01") and text[4] == "-"
    return text.replace(".", "", 1).lstrip("-").isdigit()


def test_certificates_have_no_person_and_no_code(ground: Ground) -> None:
    certificates = certified(ground, 2)
    _header, rows = table("/data/training-certificates.csv")
    assert [one["number"] for one in rows] == [one.number for one in certificates]
    text = str(rows)
    for one in certificates:
        assert one.code not in text
        assert one.shown_name not in text


def test_coverage_shows_no_few_people(ground: Ground) -> None:
    certified(ground, 3)
    count_coverage()
    _header, rows = table("/data/training-coverage.csv")
    mine = [one for one in rows if one["area"] == "330182" and one["year"] == str(today().year)]
    assert mine
    assert {one["holders"] for one in rows} <= {"", "0"}
    assert {one["issued"] for one in rows} <= {"", "0"}


def test_the_page_lists_all_and_an_unknown_one_is_not_found(ground: Ground) -> None:
    shown = Client().get("/data/").content.decode()
    for name in ("training-certificates", "training-contracts", "gifts", "aeds"):
        assert f'id="{name}"' in shown
    assert Client().get("/data/secrets.csv").status_code == 404
