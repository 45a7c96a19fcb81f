"""Breaking text into lines by the rules of Chinese typesetting (CLREQ 3.1.3), on measured widths."""

import re

from core.printing.glyphs import text_width

# 行首禁则 and 行尾禁则: what may not begin, and what may not end, a line.
NOT_AT_START = frozenset("，。、；：？！）】》〉」』…—·,.;:?!)]}%~～\u201d\u2019\uff05\u3015")
NOT_AT_END = frozenset("（【《〈「『([{¥￥\u201c\u2018\u3014")
# A code point notation, a number or a Latin word stays in one piece as long as it fits.
TOKEN = re.compile(r"【U\+[0-9A-F]+】|[A-Za-z0-9][A-Za-z0-9.,:_/+-]*|.", re.DOTALL)


def _pieces(text: str, width: float, weight: str) -> list[str]:
    pieces: list[str] = []
    for token in TOKEN.findall(text):
        fits = len(token) == 1 or text_width(token, weight) <= width
        pieces.extend([token] if fits else token)
    return pieces


def _carry(line: list[str], piece: str) -> list[str]:
    """Return what must move down to the next line together with the piece that did not fit."""
    taken = 0
    first = piece
    while taken < min(len(line) - 1, 3) and (first in NOT_AT_START or line[-1 - taken] in NOT_AT_END):
        taken += 1
        first = line[-taken]
    return line[len(line) - taken :]


def wrap(text: str, width: float, weight: str = "regular") -> list[str]:
    """Return the lines of a text set within a width (in em); no character is ever lost but spaces at line ends."""
    lines: list[str] = []
    line: list[str] = []
    used = 0.0
    for piece in _pieces(text, width, weight):
        size = text_width(piece, weight)
        if line and used + size > width + 1e-6:
            if piece == " ":
                continue
            moved = _carry(line, piece)
            lines.append("".join(line[: len(line) - len(moved)]).rstrip(" "))
            line, used = list(moved), sum(text_width(part, weight) for part in moved)
            if line and used + size > width + 1e-6:
                # A long number after a bracket: an ugly line start is better than text beyond the edge.
                lines.append("".join(line))
                line, used = [], 0.0
        line.append(piece)
        used += size
    lines.append("".join(line).rstrip(" "))
    return lines
