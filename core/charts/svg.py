"""Writing SVG as text: escaped, without styles or ids, in fixed decimals: the same input gives the same bytes."""

import functools
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import ParamSpec

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# Its own context: a changed precision elsewhere must not move a line here.
CONTEXT = Context(prec=40, rounding=ROUND_HALF_EVEN)
_CENT = Decimal("0.01")
FONT = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"

Number = int | Decimal
_Given = ParamSpec("_Given")


def in_own_context(draw: Callable[_Given, SafeString]) -> Callable[_Given, SafeString]:
    """Let a chart calculate in `CONTEXT`, whatever precision and rounding the thread has."""

    @functools.wraps(draw)
    def drawn(*args: _Given.args, **kwargs: _Given.kwargs) -> SafeString:
        with localcontext(CONTEXT):
            return draw(*args, **kwargs)

    return drawn


def place(value: Number) -> str:
    """Write a coordinate with at most two decimals and no trailing zeros."""
    text = f"{Decimal(value).quantize(_CENT, context=CONTEXT):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def element(name: str, content: str = "", **attributes: object) -> SafeString:
    """Write one element; `font_size=12` becomes `font-size="12"`, numbers are coordinates, None is left out."""
    pairs = (
        (key.rstrip("_").replace("_", "-"), place(value) if isinstance(value, int | Decimal) else str(value))
        for key, value in attributes.items()
        if value is not None
    )
    written = format_html_join("", ' {}="{}"', pairs)
    name = mark_safe(name)  # noqa: S308 - a literal of this package
    if not content:
        return format_html("<{}{}/>", name, written)
    return format_html("<{}{}>{}</{}>", name, written, content, name)


def words(x: Number, y: Number, content: str, **attributes: object) -> SafeString:
    """Write a line of text at its baseline."""
    return element("text", content, x=x, y=y, **attributes)


def join(*parts: SafeString) -> SafeString:
    """Put elements after each other."""
    return format_html_join("", "{}", ((part,) for part in parts))


def picture(width: int, height: Number, *, title: str, desc: str, content: SafeString, font: str = FONT) -> SafeString:
    """Wrap the parts into one picture with its name and description for readers."""
    return element(
        "svg",
        join(element("title", title), element("desc", desc), content),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {place(height)}",
        width=width,
        height=height,
        role="img",
        aria_label=f"{title}。{desc}",
        font_family=font,
    )


def text_width(content: str, size: int) -> Decimal:
    """Estimate the width of a text in px: a full-width character is one size wide, others 0.58 of it."""
    full = sum(1 for character in content if ord(character) >= 0x2E80)
    return Decimal(size) * (Decimal(full) + Decimal("0.58") * (len(content) - full))


def shorten(content: str, size: int, room: Number) -> str:
    """Cut a text that is wider than `room` px and say so with an ellipsis."""
    if text_width(content, size) <= room:
        return content
    kept = content
    while kept and text_width(kept + "…", size) > room:
        kept = kept[:-1]
    return kept + "…" if kept else ""
