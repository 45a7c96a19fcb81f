"""The small mark-up of chapters: paragraphs, headings, lists. Nothing else means anything; templates escape it all.

# 小标题          a heading, numbered （一）（二）… when it is set
- 一项            an item of a list
1. 一项           an item of a numbered list
any other line    a paragraph; empty lines only part lists
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.printing.glyphs import printable

_HEADING = re.compile(r"[#\uff03]+[ \u3000]*(?P<text>.*)")
# A number that staff typed by themselves goes: the setting numbers the headings.
_TYPED = re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)][ \u3000、]*")
_BULLET = re.compile(r"[-*·•][ \u3000]+(?P<text>.+)")
_NUMBERED = re.compile(r"[0-9]{1,2}[.．、](?![0-9])[ \u3000]*(?P<text>.+)")
_HAN = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[0-9A-Za-z¥%-])|(?<=[0-9A-Za-z%.]) (?=[{_HAN}])")
# What no line ends inside: an amount, a count with its unit.
_WHOLE = re.compile(r"(-?¥[0-9,]+\.[0-9]{2}|[0-9][0-9,]*(?:笔|号|家|人次|人|个|%))")
# So many characters at least stand on the last line of a paragraph.
_LAST = 3
_DIGITS = "一二三四五六七八九"


@dataclass(frozen=True)
class Block:
    """A piece of a chapter: `kind` is heading, paragraph, list or numbers; a list has its `items`."""

    kind: str
    text: str = ""
    number: str = ""
    items: list[str] = field(default_factory=list)

    @property
    def html(self) -> SafeString:
        """The text as HTML, fit to be set."""
        return set_text(self.text)

    @property
    def items_html(self) -> list[SafeString]:
        """The items of a list as HTML."""
        return [set_text(item) for item in self.items]


def ordinal(number: int) -> str:
    """Return a number from 1 to 99 as headings have it: 一, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else f"{_DIGITS[tens - 1]}十") + (_DIGITS[ones - 1] if ones else "")


def tidy(text: str) -> str:
    """Return a text as it is kept: NFC, line feeds, no control characters, no space at line ends, no empty edge."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", "\u3000")
    lines = (
        "".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cf", "Cs")) for line in plain.split("\n")
    )
    kept = "\n".join(line.rstrip() for line in lines).strip("\n")
    return re.sub(r"\n{3,}", "\n\n", kept)


def blocks_of(text: str, *, first: int = 1) -> list[Block]:
    """Return a text's blocks, ready to print; headings are numbered from `first` on."""
    blocks: list[Block] = []
    number, open_list = first, ""
    for line in tidy(text).split("\n"):
        plain = line.strip(" \u3000")
        kind, said = _read(plain)
        said = close_up(printable(said))
        if not said:
            open_list = ""
        elif kind in ("list", "numbers"):
            if open_list != kind:
                blocks.append(Block(kind))
            blocks[-1].items.append(said)
            open_list = kind
        elif kind == "heading":
            blocks.append(Block(kind, said, _("（%(number)s）") % {"number": ordinal(number)}))
            number, open_list = number + 1, ""
        else:
            blocks.append(Block(kind, said))
            open_list = ""
    return blocks


def _read(line: str) -> tuple[str, str]:
    for kind, form in (("heading", _HEADING), ("list", _BULLET), ("numbers", _NUMBERED)):
        found = form.fullmatch(line)
        if found:
            said = found["text"].strip()
            return kind, _TYPED.sub("", said, count=1) if kind == "heading" else said
    return "paragraph", line


def close_up(text: str) -> str:
    """Return a text without single spaces between Chinese and figures: a line set to both edges stretches them."""
    return _BESIDE_HAN.sub("", text)


def set_text(text: str) -> SafeString:
    """Return a sentence or paragraph as HTML, escaped: amounts stay whole, and no single character is the last line."""
    plain = close_up(text)
    body, end = (plain[:-_LAST], plain[-_LAST:]) if len(plain) > 2 * _LAST and _ends_in_han(plain) else (plain, "")
    parts = _WHOLE.split(body)
    held = format_html_join(
        "",
        "{}{}",
        (
            (said, format_html('<span class="report-amount">{}</span>', whole) if whole else "")
            for said, whole in zip(parts[::2], [*parts[1::2], ""], strict=True)
        ),
    )
    return format_html("{}{}", held, format_html('<span class="report-amount">{}</span>', end) if end else "")


def _ends_in_han(text: str) -> bool:
    """Whether the end is Chinese alone: a number is not cut in two."""
    return not re.search(r"[0-9A-Za-z¥%.,-]", text[-_LAST - 1 :])


def characters_of(text: str) -> int:
    """Return how many characters a reader sees: without spaces and line ends."""
    return sum(1 for character in text if not character.isspace())
