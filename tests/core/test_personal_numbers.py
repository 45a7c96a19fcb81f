"""Numbers of persons in a text that is to be published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.identifiers import id_check_digit
from core.personal_numbers import find_personal_numbers


def id_number(first: str) -> str:
    """A made-up identity number with its check digit."""
    return first + id_check_digit(first)


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        ("联系 13800138000 办理", "mobile", "138****8000"),
        ("＋86 138-0013-8000", "mobile", "138****8000"),
        ("１３８００１３８０００", "mobile", "138****8000"),
        (f"证号{id_number('33010619800101123')}。", "id", "330***********"),
        (f"{id_number('33010619800101123').lower()}", "id", "330***********"),
        # A wrong check digit is a slip of the pen.
        ("330106198001011230", "id", "330***********"),
    ],
)
def test_a_number_of_a_person_is_found_and_told_masked(text: str, kind: str, masked: str) -> None:
    found = find_personal_numbers(f"第一行\n{text}")
    assert [(one.kind, one.line) for one in found] == [(kind, 2)]
    assert found[0].masked.startswith(masked)


@pytest.mark.parametrize(
    "text",
    [
        "电话 0571-88880000，400-820-1234",
        "共 13,800,138,000 元",
        "13800138000.00 元",
        "捐赠编号 330106-2026-00001234",
        "统一社会信用代码 53330000501861234X",
        "日志第 138001380001 号",
        "文号：虚江审〔2026〕第 0318 号",
    ],
)
def test_what_is_no_number_of_a_person_passes(text: str) -> None:
    assert find_personal_numbers(text) == []


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_number_among_anything_but_digits_is_found_once(before: str, after: str) -> None:
    text = f"{before}\n（13912345678）\n{after}"
    assert [one.masked for one in find_personal_numbers(text)].count("139****5678") >= 1
