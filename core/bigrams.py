"""Search for a part of a name: pairs of adjacent characters, the same in Python and in the database.

Most Chinese names have two or three characters, so a search for two in the middle is the ordinary case. A row keeps
the pairs of its displayed name in a `text[]` column with a GIN index; a search asks for rows that hold all pairs of
the query. `core/sql/bigrams.sql` defines `core_normalise(text)` and `core_bigrams(text)`, which return exactly what
`normalise` and `bigrams` do (PostgreSQL 15 or later, any locale, no extension).
"""

import re
import unicodedata

from django.utils.translation import gettext as _

from core.errors import DomainError

LONGEST_QUERY = 100

# What counts as a letter or digit, as ranges of code points. Literal, because the Unicode tables of Python and of
# PostgreSQL are of different years: each range holds only characters whose NFKC form is settled since Unicode 14
# (it never changes once a character is assigned), and ideographs, which have none. Left out are spaces, punctuation,
# symbols, everything without width, and the newer marks and letters that only newer tables know how to decompose.
# The pattern in bigrams.sql is made of the same ranges; a test compares the two.
KEPT_RANGES: tuple[tuple[int, int], ...] = (
    (0x0030, 0x0039),  # digits
    (0x0041, 0x005A),
    (0x0061, 0x007A),
    (0x00AA, 0x00AA),
    (0x00B2, 0x00B3),
    (0x00B9, 0x00BA),
    (0x00BC, 0x00BE),
    (0x00C0, 0x00D6),
    (0x00D8, 0x00F6),
    (0x00F8, 0x02AF),
    (0x0300, 0x034E),  # combining marks, without the grapheme joiner
    (0x0350, 0x0377),
    (0x037B, 0x037D),
    (0x037F, 0x037F),
    (0x0386, 0x0386),
    (0x0388, 0x03FF),
    (0x0400, 0x052F),
    (0x0531, 0x0556),
    (0x0561, 0x0587),
    (0x05D0, 0x05EA),
    (0x0620, 0x065F),
    (0x0660, 0x0669),
    (0x066E, 0x06D3),
    (0x06EE, 0x06FC),
    (0x0E01, 0x0E3A),
    (0x0E40, 0x0E4E),
    (0x0F40, 0x0FBC),  # Tibetan
    (0x1100, 0x11FF),  # Hangul jamo
    (0x1820, 0x18AA),  # Mongolian
    (0x1E00, 0x1EFF),
    (0x2070, 0x2079),
    (0x2080, 0x2089),
    (0x2100, 0x218B),  # ℃ № Ⅻ
    (0x2460, 0x24FF),  # ① ⒜
    (0x2E80, 0x2FDF),  # radicals, which some PDF readers return for the characters
    (0x3005, 0x3007),  # 々〆〇
    (0x3021, 0x3029),
    (0x3031, 0x3035),
    (0x3038, 0x303C),
    (0x3041, 0x3096),
    (0x3099, 0x309A),
    (0x309D, 0x309F),
    (0x30A1, 0x30FA),
    (0x30FC, 0x31BF),
    (0x31F0, 0x33FF),  # ㈱ ㊞ ㎡
    (0x3400, 0x4DBF),  # ideographs, extension A
    (0x4E00, 0x9FFF),  # ideographs
    (0xA000, 0xA48C),  # Yi
    (0xAC00, 0xD7A3),  # Hangul
    (0xE000, 0xFAFF),  # private area, where old systems put rare characters; compatibility ideographs
    (0xFB00, 0xFB06),
    (0xFB50, 0xFBB1),
    (0xFBD3, 0xFD3D),
    (0xFE70, 0xFEFC),
    (0xFF10, 0xFF19),  # full width
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
    (0xFF66, 0xFFDC),
    (0x20000, 0x3FFFD),  # ideographs, extensions B and later
)


def _character(code: int) -> str:
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


# Understood alike by Python and by PostgreSQL.
DROPPED_PATTERN = "[^" + "".join(f"{_character(first)}-{_character(last)}" for first, last in KEPT_RANGES) + "]+"
_DROPPED = re.compile(DROPPED_PATTERN)
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


class QueryError(DomainError):
    """A search text is too short or too long to search for."""


def normalise(text: str) -> str:
    """Return the letters and digits of a text in one form: NFKC, ASCII in lower case, all else left out.

    Only ASCII is folded to lower case, because the database's `lower()` depends on its locale for the rest.
    """
    if text.isascii():
        return _DROPPED.sub("", text).lower()
    # Left out before and after: NFKC of ㈱ is (株), and only settled characters may reach NFKC (see KEPT_RANGES).
    composed = unicodedata.normalize("NFKC", _DROPPED.sub("", text))
    return _DROPPED.sub("", composed.translate(_LOWER))


def bigrams(text: str) -> list[str]:
    """Return the different pairs of adjacent characters of the normalised text, by code point.

    A text of one character gives that character, one without any letter or digit gives nothing.
    """
    plain = normalise(text)
    if len(plain) == 1:
        return [plain]
    return sorted({plain[start : start + 2] for start in range(len(plain) - 1)})


def bigram_query(query: str) -> list[str]:
    """Return the pairs that a row must all hold (`column @> …`) to be found by a search text.

    Exact for two characters. For three or more it is a necessary condition (甲乙甲丙 holds all pairs of 乙甲丙甲乙
    but one): where that matters, compare `core_normalise(display)` with `normalise(query)` on the rows found.
    QueryError for less than two letters or digits: single characters are not indexed, because they would double the
    index for searches that return every tenth row, and must not list the givers of a surname from masked names.
    """
    plain = normalise(query)
    if len(plain) < 2:
        raise QueryError("query_too_short", _("请至少输入两个字（或字母、数字）再查询，标点和空格不计。"))
    if len(plain) > LONGEST_QUERY:
        raise QueryError("query_too_long", _("查询内容过长，请控制在 %(count)s 个字以内。") % {"count": LONGEST_QUERY})
    return bigrams(plain)
