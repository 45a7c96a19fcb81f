"""Masking: what is left tells the surname, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.masking import COMPOUND_SURNAMES, mask_account, mask_id, mask_name, mask_phone

han = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
given_names = st.text(han, min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张**"),
        ("张某某", "张**"),
        ("欧阳某", "欧阳**"),
        ("司马某某", "司马**"),
        ("諸葛某", "諸葛**"),
        ("欧阳", "欧**"),
        ("贺兰某", "贺**"),
        ("李", "李**"),
        ("李　某", "李**"),
        (" 欧 阳 某 ", "欧阳**"),
        ("\u200b李某", "李**"),
        ("（李某）", "李**"),
        ("John Doe", "J**"),
        ("john doe", "J**"),
        ("Ｊｏｈｎ", "J**"),
        ("ßx", "ß**"),
        ("阿某某·买某某", "阿**"),
        ("欧阳某·某", "欧**"),
        ("約某・某某", "約**"),
        ("⼤某", "大**"),
        ("䶮某", "䶮**"),
        ("\U00031350某", "\U00031350**"),
        ("\ue000某", "\ue000**"),
        ("?某", "**"),
        ("□某", "**"),
        ("90后某某", "**"),
        ("13800000000", "**"),
        ("", "**"),
        ("  ", "**"),
        ("***", "**"),
    ],
)
def test_a_name_is_masked_to_its_surname(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(st.text())
def test_a_masked_name_is_two_stars_after_one_character_or_a_compound_surname(name: str) -> None:
    masked = mask_name(name)
    kept = masked.removesuffix("**")
    assert masked.endswith("**")
    assert len(kept) <= 1 or kept in COMPOUND_SURNAMES


@given(han, given_names, given_names)
def test_names_of_one_surname_look_the_same_whatever_follows(surname: str, one: str, two: str) -> None:
    if surname + one[0] not in COMPOUND_SURNAMES and surname + two[0] not in COMPOUND_SURNAMES:
        assert mask_name(surname + one) == mask_name(surname + two) == surname + "**"


@given(st.sampled_from(sorted(COMPOUND_SURNAMES)), given_names)
def test_a_compound_surname_is_kept_whole_and_nothing_after_it(surname: str, rest: str) -> None:
    assert mask_name(surname + rest) == surname + "**"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812341234", "138****1234"),
        ("+86 138 1234 1234", "138****1234"),
        ("0086-13812341234", "138****1234"),
        ("８６１３８１２３４１２３４", "138****1234"),
        ("0571-87654321", "****4321"),
        ("1234567", "****"),
        ("12345", "****"),
        ("无", "****"),
        ("", "****"),
    ],
)
def test_a_phone_shows_three_and_four_of_a_mobile_and_four_of_another(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("33010619900101123X", "330***********123X"),
        ("33010619900101123x", "330***********123X"),
        ("330106 19900101 1234", "330***********1234"),
        ("330106900101123", "****1123"),
        ("E12345678", "****5678"),
        ("E1234", "****"),
        ("", "****"),
    ],
)
def test_an_id_number_shows_three_and_four(number: str, masked: str) -> None:
    assert mask_id(number) == masked


@pytest.mark.parametrize(
    ("account", "masked"),
    [
        ("6222 0212 3456 7890", "****7890"),
        ("6222-0212-3456-7890", "****7890"),
        ("1234567", "****"),
        ("someone@example.org", "****"),
        ("甲某的账户", "****"),
        ("", "****"),
    ],
)
def test_an_account_shows_four_digits_at_most(account: str, masked: str) -> None:
    assert mask_account(account) == masked


@given(st.text("0123456789X- ", max_size=40))
def test_no_masked_number_shows_more_than_seven_of_its_characters(number: str) -> None:
    for masked in (mask_phone(number), mask_id(number), mask_account(number)):
        assert "****" in masked
        assert sum(character != "*" for character in masked) <= 7
