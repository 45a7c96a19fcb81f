"""A small TrueType font with just the characters of one document, drawn from the print font.

The print font is an OpenType collection of 65,000 glyphs: to cut a piece out of it takes a second and leaves 0.25 MB in
a file. Here each outline is read once, kept for the process, and put into a font of its own in milliseconds.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import TTFFont

from core.printing.glyphs import find_face, glyphs_of

EM = 1000
FIXED_TIME = 3_786_912_000
# In thousandths of an em: how far a quadratic curve may lie from the cubic one that it stands for.
LARGEST_ERROR = 0.6
ASCENT, DESCENT, CAP_HEIGHT = 880, -120, 733
# Outlines kept in a process, about 1 kB each; beyond that all are dropped.
MOST_KEPT = 12_000


@dataclass(frozen=True)
class Outline:
    """A character as quadratic curves, and its width in thousandths of an em."""

    glyph: Any
    width: int


class _Kept:
    """The outlines of one weight that were asked for so far."""

    def __init__(self, weight: str) -> None:
        self.weight = weight
        self.outlines: dict[str, Outline] = {}
        self.lock = Lock()

    def of(self, characters: Iterable[str]) -> dict[str, Outline]:
        """The outlines of characters; of one that the print font lacks, none."""
        wanted = sorted(set(characters))
        with self.lock:
            missing = [one for one in wanted if one not in self.outlines]
            if missing:
                if len(self.outlines) > MOST_KEPT:
                    self.outlines.clear()
                    missing = wanted
                self.outlines.update(_read(self.weight, missing))
            return {one: self.outlines[one] for one in wanted if one in self.outlines}


_KEPT = {weight: _Kept(weight) for weight in ("regular", "bold")}


def small_font(characters: Iterable[str], weight: str = "regular") -> bytes:
    """The bytes of a TrueType font with these characters; the same characters give the same bytes.

    Raises DomainError without the print font. Safe in threads.
    """
    outlines = _KEPT[weight].of(characters)
    names = {character: f"u{ord(character):05X}" for character in outlines}
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(character): name for character, name in names.items()})
    empty = TTGlyphPen(None).glyph()
    builder.setupGlyf({".notdef": empty, **{names[one]: outlines[one].glyph for one in outlines}})
    # A side bearing that is not the outline's left edge would move the glyph.
    edges = {name: getattr(builder.font["glyf"][name], "xMin", 0) for name in names.values()}
    widths = {names[one]: (outlines[one].width, edges[names[one]]) for one in outlines}
    builder.setupHorizontalMetrics({".notdef": (EM, 0), **widths})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    family = "Portal Sans" + (" Bold" if weight == "bold" else "")
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "fullName": family, "psName": family})
    builder.setupOS2(
        sTypoAscender=ASCENT, sTypoDescender=DESCENT, sCapHeight=CAP_HEIGHT, usWeightClass=700 if "B" in family else 400
    )
    builder.setupPost(keepGlyphNames=False)
    # Else the machine's clock would stand in the file. Seconds since 1904: the first day of 2024.
    builder.font.recalcTimestamp = False
    builder.font["head"].created = builder.font["head"].modified = FIXED_TIME
    target = io.BytesIO()
    builder.save(target)
    return target.getvalue()


def add_small_font(pdf: FPDF, family: str, style: str, characters: Iterable[str]) -> None:
    """Make such a font known to a document; fpdf2's own way asks for a file."""
    key = f"{family.lower()}{style}"
    font = io.BytesIO(small_font(characters, "bold" if style == "B" else "regular"))
    # fpdf2 only hands the first argument on to fontTools, which reads open files too.
    pdf.fonts[key] = TTFFont(pdf, font, key, style)  # type: ignore[arg-type]


def _read(weight: str, characters: list[str]) -> dict[str, Outline]:
    outlines = _charstrings(weight)
    found = {}
    for character, (glyph, width) in glyphs_of(characters, weight).items():
        target = TTGlyphPen(None)
        outlines[glyph].draw(Cu2QuPen(target, LARGEST_ERROR, reverse_direction=True))
        found[character] = Outline(target.glyph(), round(width * EM))
    return found


@lru_cache(maxsize=1)
def _charstrings(weight: str) -> Any:
    """The curves of all glyphs of the print font, undrawn; read in 60 ms, kept for the weight last asked for."""
    face = find_face(weight)
    with TTFont(str(face.path), fontNumber=face.index, lazy=True) as font:
        return font["CFF "].cff.topDictIndex[0].CharStrings.charStringsIndex
