from hypothesis import example, given
from hypothesis import strategies as st

from core.printing.glyphs import printable, text_width
from transparency.rendering.layout import NOT_AT_START, wrap

CHARACTERS = st.text(st.sampled_from("甲乙丙丁示例，。（）“”【】 aZ09-/.:"), max_size=120)


@given(CHARACTERS, st.floats(3, 30))
@example("【U+1F33E】【U+182E】", 4.0)
def test_wrapping_loses_nothing_but_spaces(text: str, width: float) -> None:
    assert "".join(wrap(text, width)).replace(" ", "") == text.replace(" ", "")


@given(CHARACTERS, st.floats(3, 30))
def test_no_line_is_wider_than_its_column(text: str, width: float) -> None:
    assert all(text_width(line.rstrip(" ")) <= width + 1e-6 for line in wrap(text, width))


def test_a_closing_mark_does_not_begin_a_line() -> None:
    lines = wrap("示例企业有限公司，虚构单位（示例）", 8)
    assert lines[0] == "示例企业有限公"
    assert not any(line[0] in NOT_AT_START for line in lines)


def test_an_opening_mark_does_not_end_a_line() -> None:
    assert wrap("示例企业有限公（虚构）", 8)[0] == "示例企业有限公"


def test_a_number_stays_in_one_piece_where_it_fits() -> None:
    assert wrap("示例示例 330106-2026-00001234", 12) == ["示例示例", "330106-2026-00001234"]


def test_a_code_point_stays_in_one_piece() -> None:
    assert wrap(printable("示例企业\U0001f33e"), 7) == ["示例企业", "【U+1F33E】"]


def test_an_empty_text_is_one_empty_line() -> None:
    assert wrap("", 10) == [""]
