"""Money: nothing is lost, nothing is invented, to the fen."""

from decimal import Decimal, localcontext
from fractions import Fraction

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import (
    MAX_YUAN,
    AmountError,
    capital_amount,
    format_yuan,
    headline_yuan,
    round_yuan,
    split_by_largest_remainder,
    yuan,
)

amounts = st.decimals(-MAX_YUAN, MAX_YUAN, places=2)
positive_amounts = st.decimals(0, MAX_YUAN, places=2)


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        ("500", "500.00"),
        ("0.1", "0.10"),
        ("-12.34", "-12.34"),
        ("000123.4", "123.40"),
        (0, "0.00"),
        (-7, "-7.00"),
        (Decimal("1E+3"), "1000.00"),
        (Decimal("500.0000"), "500.00"),
        (Decimal("-0.00"), "0.00"),
        ("-0", "0.00"),
        ("999999999999.99", "999999999999.99"),
    ],
)
def test_an_amount_has_two_places_whatever_it_came_as(given_value: str | int | Decimal, expected: str) -> None:
    assert str(yuan(given_value)) == expected


@pytest.mark.parametrize("wrong", [1.5, True, None, b"1", ["1"]])
def test_a_float_or_another_type_never_becomes_money(wrong: object) -> None:
    with pytest.raises(TypeError):
        yuan(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("", "amount_unreadable"),
        ("abc", "amount_unreadable"),
        ("NaN", "amount_unreadable"),
        ("Infinity", "amount_unreadable"),
        ("1e3", "amount_unreadable"),
        ("1,234.00", "amount_unreadable"),
        ("1_000", "amount_unreadable"),
        (" 5", "amount_unreadable"),
        ("5\n", "amount_unreadable"),
        ("1.", "amount_unreadable"),
        (".5", "amount_unreadable"),
        ("１２", "amount_unreadable"),
        ("٣", "amount_unreadable"),
        ("1.2万", "amount_unreadable"),
        (Decimal("NaN"), "amount_unreadable"),
        (Decimal("sNaN"), "amount_unreadable"),
        (Decimal("-Infinity"), "amount_unreadable"),
        ("1.234", "amount_too_fine"),
        ("1.230", "amount_too_fine"),
        (Decimal("0.001"), "amount_too_fine"),
        (Decimal("1E-400"), "amount_too_fine"),
        ("1000000000000", "amount_too_long"),
        ("-1000000000000.00", "amount_too_long"),
        ("9" * 5000, "amount_too_long"),
        (10**30, "amount_too_long"),
        (Decimal("1E+400"), "amount_too_long"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(wrong: str | int | Decimal, code: str) -> None:
    with pytest.raises(AmountError) as refused:
        yuan(wrong)
    assert refused.value.code == code
    assert refused.value.message.endswith("。")


@given(amounts)
def test_an_amount_survives_being_written_and_read(amount: Decimal) -> None:
    assert yuan(str(amount)) == amount
    assert yuan(yuan(amount)) == yuan(amount)
    assert yuan(amount).as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.005", "0.01"),
        ("0.0049", "0.00"),
        ("-0.005", "-0.01"),
        ("2.675", "2.68"),
        ("1.115", "1.12"),
        ("-0.001", "0.00"),
    ],
)
def test_rounding_is_half_away_from_zero(value: str, expected: str) -> None:
    assert str(round_yuan(Decimal(value))) == expected


def test_rounding_refuses_float_and_what_no_longer_fits() -> None:
    with pytest.raises(TypeError):
        round_yuan(1.5)  # type: ignore[arg-type]
    with pytest.raises(AmountError):
        round_yuan(Decimal("999999999999.995"))
    with pytest.raises(AmountError):
        round_yuan(Decimal("NaN"))


@given(st.decimals(-1_000_000, 1_000_000, places=6))
def test_rounding_moves_an_amount_by_half_a_fen_at_most(value: Decimal) -> None:
    assert abs(round_yuan(value) - value) <= Decimal("0.005")
    assert round_yuan(round_yuan(value)) == round_yuan(value)
    assert round_yuan(-value) == -round_yuan(value)


def test_the_callers_decimal_context_changes_nothing() -> None:
    with localcontext() as context:
        context.prec = 5
        context.rounding = "ROUND_FLOOR"
        assert str(yuan("123456789012.34")) == "123456789012.34"
        assert str(round_yuan(Decimal("-1234567.005"))) == "-1234567.01"
        assert str(yuan("-0")) == "0.00"
        assert split_by_largest_remainder(Decimal("123456789.01"), [1, 1]) == [
            Decimal("61728394.51"),
            Decimal("61728394.50"),
        ]
        assert capital_amount(Decimal("107000.53")) == "人民币壹拾万零柒仟元伍角叁分"
        assert headline_yuan(Decimal("123456789.00")) == "1.23 亿元"
        assert format_yuan(Decimal("-1234567.89")) == "-¥1,234,567.89"


weights = st.lists(st.one_of(st.integers(0, 10**9), st.decimals(0, 10**6, places=4)), min_size=1, max_size=40).filter(
    lambda values: sum(values) > 0
)


@given(amounts, weights)
def test_the_parts_of_a_split_sum_to_the_whole_and_stay_within_a_fen_of_their_share(
    total: Decimal, shares: list[int | Decimal]
) -> None:
    parts = split_by_largest_remainder(total, shares)
    whole = sum(map(Fraction, shares))
    assert sum(map(Fraction, parts)) == Fraction(total)
    for part, share in zip(parts, shares, strict=True):
        assert part.as_tuple().exponent == -2
        assert abs(Fraction(part) - Fraction(total) * Fraction(share) / whole) < Fraction(1, 100)
        assert share or part == 0


@given(positive_amounts, weights)
def test_a_greater_weight_never_gets_less(total: Decimal, shares: list[int | Decimal]) -> None:
    parts = split_by_largest_remainder(total, shares)
    in_order = [part for _, part in sorted(zip(shares, parts, strict=True))]
    assert in_order == sorted(in_order)


def test_the_left_over_fen_go_to_the_largest_remainders_then_to_the_first() -> None:
    assert split_by_largest_remainder(Decimal("1.00"), [1, 1, 1]) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    assert split_by_largest_remainder(Decimal("0.01"), [1, 2, 1]) == [Decimal("0.00"), Decimal("0.01"), Decimal("0.00")]
    assert split_by_largest_remainder(Decimal("-0.05"), [1, 0, 1]) == [
        Decimal("-0.03"),
        Decimal("0.00"),
        Decimal("-0.02"),
    ]


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [1, -1], [3, -1]])
def test_a_split_without_weight_is_refused(shares: list[int]) -> None:
    with pytest.raises(AmountError) as refused:
        split_by_largest_remainder(Decimal("5.00"), shares)
    assert refused.value.code == "split_without_weight"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0.05", "伍分"),
        ("100000000", "壹亿元整"),
        ("10000100", "壹仟万零壹佰元整"),
        ("0", "零元整"),
        ("0.5", "伍角整"),
        ("0.55", "伍角伍分"),
        ("10", "壹拾元整"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("100000001", "壹亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000000000.01", "壹拾亿元零壹分"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("-20.10", "负贰拾元壹角整"),
    ],
)
def test_capital_amounts_are_as_the_rules_for_vouchers_print_them(amount: str, written: str) -> None:
    assert capital_amount(Decimal(amount)) == "人民币" + written


def _read_capitals(text: str) -> Decimal:
    """Read capitals back, knowing nothing of the writer but the value of each numeral."""
    fen = section = figure = 0
    yuan_part = 0
    for character in text:
        if character in "零壹贰叁肆伍陆柒捌玖":
            figure = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character in "拾佰仟":
            section += figure * {"拾": 10, "佰": 100, "仟": 1000}[character]
            figure = 0
        elif character in "万亿元":
            yuan_part += (section + figure) * {"亿": 10**8, "万": 10**4, "元": 1}[character]
            section = figure = 0
        elif character in "角分":
            fen += figure * {"角": 10, "分": 1}[character]
            figure = 0
    return Decimal(yuan_part * 100 + fen).scaleb(-2)


@given(positive_amounts)
def test_capitals_read_back_to_the_same_amount(amount: Decimal) -> None:
    written = capital_amount(amount).removeprefix("人民币")
    assert _read_capitals(written) == amount
    assert "零零" not in written
    assert not written.startswith("零") or amount == 0
    assert written.endswith("分") == bool(int(amount * 100) % 10)
    assert written.endswith("整") != written.endswith("分")


@given(st.decimals(Decimal("0.01"), MAX_YUAN, places=2))
def test_capitals_agree_with_an_independent_writer_but_for_optional_zeros(amount: Decimal) -> None:
    # The oracle works on floats and writes the optional zeros its own way; the numerals and units must be the same.
    def bare(text: str) -> str:
        return text.replace("零", "").removesuffix("整")

    whole, _, fen = str(amount).partition(".")
    oracle = cn2an.an2cn(whole, "rmb").removesuffix("整") if int(whole) else ""
    cents = cn2an.an2cn("0." + fen, "rmb").removeprefix("零元") if int(fen) else ""
    assert bare(capital_amount(amount).removeprefix("人民币")) == bare(oracle + cents)


@pytest.mark.parametrize(
    ("amount", "figures", "headline"),
    [
        ("1234567.89", "¥1,234,567.89", "123.46 万元"),
        ("123456789", "¥123,456,789.00", "1.23 亿元"),
        ("0", "¥0.00", "0.00 元"),
        ("9999.99", "¥9,999.99", "9,999.99 元"),
        ("10000", "¥10,000.00", "1.00 万元"),
        ("99999949.99", "¥99,999,949.99", "9,999.99 万元"),
        ("99999999.99", "¥99,999,999.99", "1.00 亿元"),
        ("-5", "-¥5.00", "-5.00 元"),
        ("-1234567.89", "-¥1,234,567.89", "-123.46 万元"),
    ],
)
def test_amounts_are_written_for_a_table_and_for_a_headline(amount: str, figures: str, headline: str) -> None:
    assert format_yuan(Decimal(amount)) == figures
    assert headline_yuan(Decimal(amount)) == headline


@given(amounts)
def test_a_headline_is_never_further_off_than_half_of_its_last_place(amount: Decimal) -> None:
    figure, unit = headline_yuan(amount).split(" ")
    scale = {"元": Decimal("1"), "万元": Decimal("10000"), "亿元": Decimal("100000000")}[unit]
    assert abs(Decimal(figure.replace(",", "")) * scale - amount) <= scale / 200
