import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from core.printing import glyphs
from core.printing.glyphs import INVISIBLE, advances, find_face, missing_characters, printable, text_width


@pytest.mark.parametrize("name", ["示例𬭎", "示例䶮", "示例㛃", "示例𫟷", "虚构㭎𬭸", "虚构·买买提", "示例é"])
def test_rare_characters_of_names_are_in_the_print_font(name: str) -> None:
    assert printable(name) == name


def test_a_character_that_the_font_lacks_shows_as_its_code_point() -> None:
    assert printable("示例\U0001f33e企业") == "示例【U+1F33E】企业"
    assert printable("示例\ue000") == "示例【U+E000】"
    assert missing_characters("示例\U0001f33e\U0001f33e\u182e") == ["\u182e", "\U0001f33e"]


def test_marks_without_a_picture_are_left_out_and_spaces_are_kept() -> None:
    assert printable("示\u200b例\ufeff葛\U000e0100企\u00ad业\u202e") == "示例葛企业"
    assert printable("Shi\tLi\nCo") == "Shi Li Co"


@given(st.text())
def test_printable_text_never_needs_a_glyph_that_is_not_there(text: str) -> None:
    shown = printable(text)
    assert all(ord(char) in advances() and ord(char) not in INVISIBLE for char in shown)
    assert printable(shown) == shown


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_figures_have_one_width_so_that_amounts_align(weight: str) -> None:
    assert len({text_width(digit, weight) for digit in "0123456789"}) == 1
    assert text_width("红十字", weight) == 3.0


def test_a_machine_without_the_font_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "FONT_ROOTS", ())
    find_face.cache_clear()
    try:
        with pytest.raises(DomainError, match="fonts-noto-cjk") as caught:
            find_face()
    finally:
        find_face.cache_clear()
    assert caught.value.code == "report_font_missing"
