"""The print font: where it lies, which characters it has, how wide they are.

A name that cannot be printed must not become an empty box, and a report must not look different because
another machine picked another fallback font. So one font decides: a character that Noto Sans CJK SC does not
have is printed as its code point, e.g. ``【U+1F33E】``, in every part of every file. The CSV keeps the original.
"""

from __future__ import annotations

import os
import struct
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from fontTools.ttLib import TTCollection, TTFont

from core.errors import DomainError

FAMILY = "Noto Sans CJK SC"
FILES = {
    "regular": ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf"),
    "bold": ("NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold.otf"),
}
# Where Debian, Fedora, Arch and a user without rights keep fonts; a setting comes first.
FONT_ROOTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")

# They change how a neighbour is drawn and have no picture of their own; the base character is printed.
INVISIBLE = frozenset(
    code
    for first, last in (
        (0x00AD, 0x00AD),  # soft hyphen
        (0x200B, 0x200F),  # zero-width space and joiners, direction marks
        (0x202A, 0x202E),
        (0x2060, 0x2060),
        (0x2066, 0x2069),
        (0xFE00, 0xFE0F),  # variation selectors
        (0xFEFF, 0xFEFF),  # byte-order mark
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)


@dataclass(frozen=True)
class FontFace:
    """One face: the file and its place in the collection."""

    path: Path
    index: int


def _files_named(names: tuple[str, ...]) -> Iterator[Path]:
    for root in (*getattr(settings, "REPORT_FONT_DIRS", ()), *FONT_ROOTS):
        for folder, subfolders, files in os.walk(os.path.expanduser(root)):
            subfolders.sort()
            yield from (Path(folder) / name for name in names if name in files)


def _face_index(path: Path) -> int | None:
    if path.suffix != ".ttc":
        return 0
    with TTCollection(str(path), lazy=True) as collection:
        for index, font in enumerate(collection.fonts):
            if font["name"].getBestFamilyName() == FAMILY:
                return index
    return None


@lru_cache(maxsize=4)
def find_face(weight: str = "regular") -> FontFace:
    """Return the face of the print font in this weight ("regular" or "bold").

    Raises DomainError ``report_font_missing`` where the machine has none.
    """
    for path in _files_named(FILES[weight]):
        index = _face_index(path)
        if index is not None:
            return FontFace(path, index)
    raise DomainError(
        "report_font_missing",
        _("这台机器没有报告所用的字体“%(family)s”（%(file)s）。请安装后重试：apt-get install fonts-noto-cjk")
        % {"family": FAMILY, "file": FILES[weight][0]},
    )


@dataclass(frozen=True)
class _Stretches:
    """Characters that follow one another and have glyphs that follow one another, in order of their first."""

    first: array[int]
    last: array[int]
    glyph: array[int]

    def glyph_of(self, code: int) -> int | None:
        """The glyph of a character; None where no stretch holds it."""
        place = bisect_right(self.first, code) - 1
        return self.glyph[place] + code - self.first[place] if place >= 0 and code <= self.last[place] else None

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Each character with its glyph."""
        for first, last, glyph in zip(self.first, self.last, self.glyph, strict=True):
            yield from ((code, glyph + code - first) for code in range(first, last + 1))


@lru_cache(maxsize=4)
def _stretches(weight: str) -> _Stretches:
    """The segmented-coverage subtable (OpenType cmap, format 12) of a weight."""
    face = find_face(weight)
    with TTFont(str(face.path), fontNumber=face.index, lazy=True) as font:
        cmap = font.reader["cmap"]
    read = _Stretches(array("L"), array("L"), array("L"))
    for number in range(struct.unpack_from(">H", cmap, 2)[0]):
        start = struct.unpack_from(">I", cmap, 4 + 8 * number + 4)[0]
        if struct.unpack_from(">H", cmap, start)[0] == 12:
            end = start + 16 + 12 * struct.unpack_from(">I", cmap, start + 12)[0]
            for first, last, glyph in struct.iter_unpack(">III", cmap[start + 16 : end]):
                read.first.append(first)
                read.last.append(last)
                read.glyph.append(glyph)
            break
    return read


@lru_cache(maxsize=4)
def advances(weight: str = "regular") -> dict[int, float]:
    """Return the width of every character of the print font, in em.

    The two tables are read as they lie in the file: fontTools would build 65,000 named glyphs (40 MB) for this.
    """
    face = find_face(weight)
    with TTFont(str(face.path), fontNumber=face.index, lazy=True) as font:
        em, full = font["head"].unitsPerEm, font["hhea"].numberOfHMetrics
        measured = [width / em for width, _side in struct.iter_unpack(">Hh", font.reader["hmtx"][: 4 * full])]
    shared: dict[float, float] = {}
    last = full - 1
    return {
        code: shared.setdefault(width, width)
        for code, glyph in _stretches(weight)
        if glyph  # 0 is the empty box
        for width in (measured[min(glyph, last)],)
    }


def glyphs_of(characters: Iterable[str], weight: str = "regular") -> dict[str, tuple[int, float]]:
    """Return each character's place in the print font and its width in em; nothing for one that it lacks."""
    stretches, widths = _stretches(weight), advances(weight)
    found = {}
    for character in characters:
        glyph = stretches.glyph_of(ord(character))
        if glyph and ord(character) in widths:
            found[character] = (glyph, widths[ord(character)])
    return found


def text_width(text: str, weight: str = "regular") -> float:
    """Return the width of one line of printable text, in em."""
    known = advances(weight)
    return sum(known.get(ord(char), 1.0) for char in text)


def _shown(char: str, known: dict[int, float]) -> str:
    code = ord(char)
    if code in known:
        return char
    if char in "\t\n\r\v\f" or unicodedata.category(char).startswith("Z"):
        return " "
    if code in INVISIBLE or unicodedata.category(char) == "Cc":
        return ""
    return f"【U+{code:04X}】"


def printable(text: str) -> str:
    """Return the text as it can be printed: invisible marks dropped, missing characters as ``【U+XXXXX】``."""
    # A soft hyphen or a byte-order mark has a glyph in the font, and must still not be seen.
    known = advances()
    if all(ord(char) in known and ord(char) >= 0x20 and ord(char) not in INVISIBLE for char in text):
        return text
    return "".join("" if ord(char) in INVISIBLE else _shown(char, known) for char in text)


def missing_characters(text: str) -> list[str]:
    """Return the characters that are printed as code points, each once, in code order."""
    known = advances()
    return sorted({char for char in text if _shown(char, known).startswith("【U+")})
