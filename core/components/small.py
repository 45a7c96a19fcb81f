"""Small parts: icons, amounts, badges, buttons, links."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

import segno
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core.components.registry import LOOKS, MESSAGE_TONES, address, component, register
from core.money import capital_amount, format_yuan, headline_yuan


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Set an icon of the sprite `static/img/icons.svg`; without `label` it is decoration beside a word."""
    sprite = address("img/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', label, sprite, name
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>', sprite, name
    )


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """Set a QR code (level M) as SVG: for papers and certificates, not for lists, it costs some milliseconds."""
    code = segno.make(text, error="m", micro=False)
    picture = code.svg_inline(omitsize=True, border=2, svgclass=None, lineclass=None)
    return format_html('<span class="qr" role="img" aria-label="{}">{}</span>', label, mark_safe(picture))  # noqa: S308


@register.filter
def yuan(value: Decimal | str | None) -> str:
    """`¥1,234,567.89`, also from an amount kept as text; an empty text for None."""
    return "" if value is None else format_yuan(Decimal(value))


@register.filter
def headline(value: Decimal | None) -> str:
    """`123.46 万元`: only where the exact amount stands beside it or behind a link."""
    return "" if value is None else headline_yuan(value)


@register.filter
def percent(value: Decimal | None) -> str:
    """`3.5%` from a rate of 0 to 1; an empty text for None."""
    return "" if value is None else f"{(value * 100).normalize():f}%"


@register.filter
def capital(value: Decimal | None) -> str:
    """`人民币壹佰元整`."""
    return "" if value is None else capital_amount(value)


@register.filter
def message_tone(message: Any) -> str:
    """Give the tone of an alert for a message of django.contrib.messages."""
    return MESSAGE_TONES.get(getattr(message, "level_tag", ""), "info")


@register.inclusion_tag("components/amount.html")
def amount(value: Decimal, short: bool = False, capital: bool = False, size: str = "") -> dict[str, Any]:
    """Set an amount in yuan: exact; or `short` with the exact figure under it; or with 大写. `size`: "" or "large"."""
    return {"value": value, "short": short, "capital": capital, "size": size}


@register.simple_tag
def status_badge(state: str, label: str, tone: str = "", icon: str = "") -> str:
    """Set a state as word, icon and hue, or keep it (`as badge`) for `page_head status=badge`.

    `state` is the stored value; `tone` and `icon` override its usual look.
    """
    usual_tone, usual_icon = LOOKS.get(state, ("neutral", "circle"))
    shown = {"label": label, "tone": tone or usual_tone, "icon": icon or usual_icon}
    return get_template("components/status_badge.html").render(shown)


@register.inclusion_tag("components/button.html")
def button(
    label: str,
    url: str = "",
    kind: str = "secondary",
    icon: str = "",
    name: str = "",
    value: str = "",
    download: bool = False,
    keys: str = "",
    key: str = "",
    form: str = "",
) -> dict[str, Any]:
    """Set a link (`url` given) or a submit button.

    `kind`: primary, secondary, danger, quiet. `keys`: the shortcut that is shown, e.g. `Ctrl+Enter`;
    `key`: what presses it in a form with clerk-keys (save-new, draft, close).
    """
    return {
        "label": label,
        "url": url,
        "kind": kind,
        "icon": icon,
        "name": name,
        "value": value,
        "download": download,
        "keys": keys,
        "key": key,
        "form": form,
    }


@register.simple_tag(takes_context=True)
def display_url(context: Context, name: str, value: str) -> str:
    """Return this address with a display choice (`elder`, `text`) for `core.display.DisplayMiddleware`."""
    request = context.get("request")
    chosen = request.GET.copy() if request else QueryDict(mutable=True)
    chosen[name] = value
    return f"?{chosen.urlencode()}"


@register.simple_tag(takes_context=True)
def nav_link(context: Context, url: str, label: str, icon: str = "", exact: bool = False) -> SafeString:
    """Set a link of a menu; it is marked as current on its address and all below it (`exact`: only on it)."""
    request = context.get("request")
    path = getattr(request, "path", "")
    current = path == url or (not exact and path.startswith(url))
    return _nav_link(str(url), str(label), icon, current, address("img/icons.svg"))


@lru_cache(maxsize=256)
def _nav_link(url: str, label: str, icon: str, current: bool, address: str) -> SafeString:
    """Set a link once for each place and language: the same few stand on every page."""
    del address
    return component("nav_link", url=url, label=label, icon=icon, current=current)
