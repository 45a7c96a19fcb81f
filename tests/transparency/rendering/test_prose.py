"""The small mark-up of chapters."""

from __future__ import annotations

from html.parser import HTMLParser

from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from transparency.rendering.prose import blocks_of, close_up, ordinal, set_text, tidy


def test_lines_become_paragraphs_headings_and_lists() -> None:
    blocks = blocks_of("第一段\n\n# 会议\n- 甲\n- 乙\n1. 丙\n2、丁\n# （九）制度\n结尾")
    assert [(block.kind, block.number or block.items or block.text) for block in blocks] == [
        ("paragraph", "第一段"), ("heading", "（一）"), ("list", ["甲", "乙"]), ("numbers", ["丙", "丁"]),
        ("heading", "（二）"), ("paragraph", "结尾"),
    ]  # fmt: skip


def test_a_number_that_was_typed_before_a_heading_goes() -> None:
    assert blocks_of("# （三）制度建设")[0].text == "制度建设"


def test_a_decimal_at_the_start_of_a_line_is_no_list() -> None:
    assert blocks_of("3.5 万人次")[0].kind == "paragraph"


def test_a_character_without_a_picture_is_printed_as_its_code_point() -> None:
    assert "【U+1F33E】" in blocks_of("丰收\U0001f33e")[0].text


def test_ordinals_go_on_past_ten() -> None:
    assert [ordinal(number) for number in (1, 10, 11, 20, 23)] == ["一", "十", "十一", "二十", "二十三"]


def test_spaces_between_chinese_and_figures_go_and_those_between_words_stay() -> None:
    assert close_up("接受捐赠 900 笔，合计 ¥1.00 元 by Noto Serif") == "接受捐赠900笔，合计¥1.00元by Noto Serif"


class Tags(HTMLParser):
    """Collects the tags of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember one."""
        self.names.add(tag)


@given(st.text(alphabet=st.sampled_from("<>&\"'/=#-* .\n1、甲script{}%"), max_size=120))
def test_nothing_that_staff_type_becomes_markup(text: str) -> None:
    tags = Tags()
    tags.feed(render_to_string("reports/parts/annual_prose.html", {"blocks": blocks_of(text)}))
    assert tags.names <= {"h3", "p", "ul", "ol", "li", "span"}


@given(st.text(max_size=80))
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(st.text(alphabet="甲乙丙，。0123456789¥.笔%", max_size=60))
def test_setting_loses_no_character(text: str) -> None:
    assert set_text(text).replace('<span class="report-amount">', "").replace("</span>", "") == close_up(text)
