"""Canonical bytes, leaf hashes and commitments: the same everywhere, and open to check by other programs."""

import enum
import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import canonical_bytes, commitment, leaf_hash

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda children: st.lists(children) | st.dictionaries(texts, children),
    max_leaves=20,
)
salts = st.binary(min_size=16, max_size=16)


def test_bytes_are_those_of_rfc_8785() -> None:
    # Section 3.2.3 (order of keys by UTF-16 units) and 3.2.2.2 (escapes), without the numbers that are refused.
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical_bytes(value)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]
    assert (
        canonical_bytes("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f")
        == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'
    )
    assert canonical_bytes({"b": [True, False, None, -1], "a": {}}) == b'{"a":{},"b":[true,false,null,-1]}'


@given(values)
def test_canonical_bytes_read_back_and_do_not_depend_on_the_order_of_keys(value: Any) -> None:
    def turned(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: turned(node[key]) for key in reversed(node)}
        return [turned(item) for item in node] if isinstance(node, list) else node

    data = canonical_bytes(value)
    assert json.loads(data) == value
    assert canonical_bytes(turned(value)) == data
    assert canonical_bytes(json.loads(data)) == data


@given(
    st.dictionaries(st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1), st.integers(-(2**53) + 1, 2**53 - 1) | texts)
)
def test_for_ascii_keys_they_are_what_the_standard_library_writes(record: dict[str, Any]) -> None:
    # What lets tools/verify.py check a record with nothing but the standard library.
    plain = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert canonical_bytes(record) == plain


class _Status(enum.StrEnum):
    POSTED = "posted"


@pytest.mark.parametrize(
    "wrong",
    [
        1.0,
        float("nan"),
        Decimal("1.00"),
        datetime(2026, 1, 1, tzinfo=UTC),
        b"x",
        {1, 2},
        (1, 2),
        _Status.POSTED,
        {1: "x"},
        {"a": [{"b": 1.5}]},
    ],
)
def test_a_type_whose_text_may_differ_between_programs_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError):
        canonical_bytes(wrong)


@pytest.mark.parametrize("wrong", [2**53, -(2**53), {"n": 10**20}, "\ud800", {"\udfff": 1}])
def test_a_value_that_json_cannot_hold_exactly_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_bytes(wrong)


def test_a_leaf_hash_is_that_of_rfc_9162() -> None:
    # The empty leaf of the test vectors that certificate transparency implementations share.
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"\x00").hex() == "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"


def test_a_commitment_is_sha256_of_salt_and_text() -> None:
    salt = bytes(range(16))
    assert commitment(salt, "甲某某") == hashlib.sha256(salt + "甲某某".encode()).hexdigest()
    assert commitment(salt, "") == hashlib.sha256(salt).hexdigest()


@given(salts, salts, texts.filter(lambda text: "\0" not in text), texts.filter(lambda text: "\0" not in text))
def test_two_commitments_are_equal_only_for_the_same_salt_and_text(one: bytes, two: bytes, a: str, b: str) -> None:
    assert (commitment(one, a) == commitment(two, b)) == ((one, a) == (two, b))


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        commitment(bytes(length), "x")


@pytest.mark.parametrize("wrong", ["a\0b", "\ud800"])
def test_a_text_that_the_database_cannot_hold_has_no_commitment(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        commitment(bytes(16), wrong)


@pytest.mark.django_db
def test_the_database_computes_the_same_commitment(db: None) -> None:
    with connection.cursor() as cursor:
        for text in ("", "甲某某", "𬭎䶮 a\u200b", "é e\u0301"):
            salt = hashlib.md5(text.encode()).digest()  # noqa: S324 any 16 bytes
            cursor.execute("select encode(sha256(%s || convert_to(%s, 'UTF8')), 'hex')", [salt, text])
            assert cursor.fetchone() == (commitment(salt, text),)
