"""Search by part of a name: Python and the database make the same pairs of the same text."""

import itertools
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core import bigrams as subject
from core.bigrams import LONGEST_QUERY, QueryError, bigram_query, bigrams, normalise

SQL_FILE = Path(subject.__file__).parent / "sql" / "bigrams.sql"

ideographs = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=20)
# Weighted towards what lists of names hold: ideographs, full-width forms, marks, spaces, widthless characters.
names = st.text(
    st.one_of(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.sampled_from("王李ABCabcÉéё０Ａｂ㈱①⼤﨑ㇰｶﾞ한\u1100\u1161\u0301\u0323\u0e33\U00020bb7\U00031350\ue000"),
        st.sampled_from(" \u3000\t\n.,，。·（）()*-_\u200b\ufeff🙂"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=40,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("王某某", "王某某"),
        (" 王 某　某\u200b", "王某某"),
        ("示例（杭州）有限公司", "示例杭州有限公司"),
        ("ＡＢＣ公司", "abc公司"),
        ("示例㈱", "示例株"),
        ("⼤某", "大某"),
        ("e\u0301a", "éa"),
        ("É", "É"),
        ("𬭎某䶮", "𬭎某䶮"),
        ("王**", "王"),
        ("，。！", ""),
        ("", ""),
        ("a\0b\ud800c", "abc"),
    ],
)
def test_a_text_is_reduced_to_its_letters_and_digits(text: str, plain: str) -> None:
    assert normalise(text) == plain


def test_pairs_are_sorted_and_each_stands_once() -> None:
    assert bigrams("王某") == ["王某"]
    assert bigrams("甲乙甲乙") == ["乙甲", "甲乙"]
    assert bigrams("甲甲甲") == ["甲甲"]
    assert bigrams("王") == ["王"]
    assert bigrams(" ") == []


@given(names)
def test_pairs_are_all_pairs_of_the_normalised_text(text: str) -> None:
    plain, pairs = normalise(text), bigrams(text)
    assert pairs == sorted(set(pairs))
    if len(plain) > 1:
        assert all(len(pair) == 2 and pair in plain for pair in pairs)
        assert {left + right for left, right in itertools.pairwise(plain)} == set(pairs)


@given(ideographs, ideographs.filter(lambda part: len(part) > 1), ideographs)
def test_a_part_of_a_name_of_two_characters_or_more_is_found(before: str, part: str, after: str) -> None:
    assert set(bigram_query(part)) <= set(bigrams(before + part + after))
    assert set(bigram_query(f" {part}。")) <= set(bigrams(f"{before}（{part}）{after}"))


def test_a_two_character_query_is_exact() -> None:
    assert bigram_query("公司") == ["公司"]
    assert bigram_query(" 公-司 ") == ["公司"]
    assert not set(bigram_query("司公")) <= set(bigrams("示例公司"))


@pytest.mark.parametrize("query", ["", "王", "王**", " 。", "é", "\0"])
def test_a_query_of_less_than_two_letters_is_refused_with_what_to_do(query: str) -> None:
    with pytest.raises(QueryError) as refused:
        bigram_query(query)
    assert refused.value.code == "query_too_short"
    assert "至少" in refused.value.message


def test_a_query_that_is_too_long_is_refused() -> None:
    assert bigram_query("王某" * (LONGEST_QUERY // 2)) == ["某王", "王某"]
    with pytest.raises(QueryError) as refused:
        bigram_query("王" * (LONGEST_QUERY + 1))
    assert refused.value.code == "query_too_long"


def test_the_database_keeps_the_same_ranges() -> None:
    assert SQL_FILE.read_text(encoding="utf-8").count(f"'{subject.DROPPED_PATTERN}'") == 2
    ranges = subject.KEPT_RANGES
    assert all(first <= last for first, last in ranges)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(ranges))


def _in_database(*texts: str) -> list[tuple[str, list[str]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_normalise(t), core_bigrams(t) FROM unnest(%s::text[]) AS t", [list(texts)])
        return list(cursor.fetchall())


def test_the_database_makes_the_same_pairs_of_any_text(db: None) -> None:
    @given(st.lists(names, min_size=1, max_size=20))
    def holds(texts: list[str]) -> None:
        assert _in_database(*texts) == [(normalise(text), bigrams(text)) for text in texts]

    holds()


def test_the_database_reads_every_character_of_unicode_alike(db: None) -> None:
    # Its Unicode tables are of another year than Python's: this is what KEPT_RANGES is for.
    codes = [code for code in range(1, 0x110000) if not 0xD800 <= code <= 0xDFFF]
    for start in range(0, len(codes), 4096):
        part = "甲".join(map(chr, codes[start : start + 4096]))
        with connection.cursor() as cursor:
            cursor.execute("SELECT core_normalise(%s)", [part])
            assert cursor.fetchone() == (normalise(part),), f"from U+{codes[start]:04X}"


def test_the_database_gives_nothing_for_nothing(db: None) -> None:
    assert _in_database("", "。", "王") == [("", []), ("", []), ("王", ["王"])]
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_bigrams(NULL)")
        assert cursor.fetchone() == (None,)


def test_the_database_may_index_the_pairs_and_compute_them_in_a_column(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT provolatile FROM pg_proc WHERE proname IN ('core_normalise', 'core_bigrams')")
        assert cursor.fetchall() == [("i",), ("i",)]
