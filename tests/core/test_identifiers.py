"""Identity numbers: the standards' own vectors, and that one slip of the pen is seen."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import clock
from core.identifiers import (
    IdentifierError,
    birth_date,
    check_credit_code,
    check_id_number,
    credit_check_digit,
    id_check_digit,
    is_organisation_code,
    normalise_account,
    normalise_phone,
)

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

id_numbers = st.builds(
    lambda area, born, serial: f"{area:06d}{born:%Y%m%d}{serial:03d}",
    st.integers(110000, 829999),
    st.dates(date(1900, 1, 1), date(2020, 1, 1)),
    st.integers(0, 999),
).map(lambda first: first + id_check_digit(first))
credit_codes = st.builds(
    lambda kind, area, rest: f"{kind}{area:06d}{rest}",
    st.text(CREDIT_ALPHABET, min_size=2, max_size=2),
    st.integers(110000, 829999),
    st.text(CREDIT_ALPHABET, min_size=9, max_size=9),
).map(lambda first: first + credit_check_digit(first))


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_examples_of_gb_11643_pass(number: str) -> None:
    assert check_id_number(number) == number
    assert check_id_number(f" {number[:6]} {number[6:14].lower()}-{number[14:].lower()}　") == number


def test_the_examples_of_gb_32100_and_gb_11714_pass() -> None:
    assert check_credit_code("91350100M000100Y43") == "91350100M000100Y43"
    assert check_credit_code("９１３５０１００m000100y43") == "91350100M000100Y43"
    assert is_organisation_code("D2143569-X")
    assert is_organisation_code("D2143569X")
    assert not is_organisation_code("D2143569-1")
    assert not is_organisation_code("D2143569")
    assert not is_organisation_code("")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "id_number_form"),
        ("110105491231002", "id_number_form"),
        ("11010519491231002XX", "id_number_form"),
        ("1101051949123100AX", "id_number_form"),
        ("110105194912310021", "id_number_check"),
        ("11010519490231002" + id_check_digit("11010519490231002"), "id_number_birthday"),
        ("11010500000101002" + id_check_digit("11010500000101002"), "id_number_birthday"),
    ],
)
def test_what_is_no_identity_number_is_refused_and_not_repeated(number: str, code: str) -> None:
    with pytest.raises(IdentifierError) as refused:
        check_id_number(number)
    assert refused.value.code == code
    assert not number or number not in refused.value.message


def test_a_birthday_ahead_is_refused() -> None:
    number = "11010520260102002" + id_check_digit("11010520260102002")
    with clock.frozen_at(datetime(2026, 1, 1, 15, 59, tzinfo=UTC)):
        assert birth_date(number) is None
    with clock.frozen_at(datetime(2026, 1, 1, 16, 0, tzinfo=UTC)):
        assert birth_date(number) == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "credit_code_form"),
        ("91350100M000100Y4", "credit_code_form"),
        ("91350100I000100Y43", "credit_code_form"),
        ("913501A0M000100Y43", "credit_code_form"),
        ("91350100M000100Y44", "credit_code_check"),
        ("91350100M000010Y43", "credit_code_check"),
    ],
)
def test_what_is_no_credit_code_is_refused(written: str, code: str) -> None:
    with pytest.raises(IdentifierError) as refused:
        check_credit_code(written)
    assert refused.value.code == code


@given(id_numbers, st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_an_identity_number_is_always_seen(number: str, place: int, digit: str) -> None:
    assert check_id_number(number) == number
    assume(number[place] != digit)
    with pytest.raises(IdentifierError):
        check_id_number(number[:place] + digit + number[place + 1 :])


@given(id_numbers, st.integers(0, 15))
def test_two_neighbours_changed_about_in_an_identity_number_are_always_seen(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    with pytest.raises(IdentifierError):
        check_id_number(number[:place] + number[place + 1] + number[place] + number[place + 2 :])


@given(credit_codes, st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_one_wrong_character_of_a_credit_code_is_always_seen(code: str, place: int, character: str) -> None:
    assert check_credit_code(code) == code
    assume(code[place] != character)
    with pytest.raises(IdentifierError):
        check_credit_code(code[:place] + character + code[place + 1 :])


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("１３８ ００１３ ８０００", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0086 13800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("(0571) 8888-0000", "057188880000"),
        ("+86 571 8888 0000", "057188880000"),
        ("+86 (0571) 88880000", "057188880000"),
        ("0571-88880000 转 12", "057188880000#12"),
        ("400-000-0000", "4000000000"),
        ("+852 2000 0000", "+85220000000"),
        ("", ""),
        ("无", ""),
    ],
)
def test_one_telephone_number_has_one_form(written: str, stored: str) -> None:
    assert normalise_phone(written) == stored
    assert normalise_phone(stored) == stored


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("6222 0000-1111\u30002222", "6222000011112222"),
        ("６２２２", "6222"),
        ("nra–12/3", "NRA123"),
        ("6222****1234", "6222****1234"),
    ],
)
def test_one_account_has_one_form_and_a_masked_one_stays_masked(written: str, stored: str) -> None:
    assert normalise_account(written) == stored
