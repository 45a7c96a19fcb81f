"""Parts around content: heads, cards, tables, panels."""

from datetime import datetime
from typing import Any

from django.template.context import Context
from django.utils.safestring import SafeString

from core.components.registry import TONE_ICONS, component, register


@register.simple_block_tag
def page_head(
    content: str, title: str, lead: str = "", eyebrow: str = "", as_of: datetime | None = None, status: str = ""
) -> SafeString:
    """Head a page: `eyebrow` over the `h1`, `lead` and 数据截至 under it; the content is its buttons."""
    return component("page_head", content=content, title=title, lead=lead, eyebrow=eyebrow, as_of=as_of, status=status)


@register.simple_block_tag
def actions(content: str) -> SafeString:
    """Set buttons in a row; below each other on phones."""
    return component("actions", content=content)


@register.simple_block_tag
def card(content: str, title: str = "", url: str = "", tone: str = "", level: int = 2) -> SafeString:
    """Set content on white paper with a thin line; `tone` gives it a coloured edge."""
    return component("card", content=content, title=title, url=url, tone=tone, level=level)


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: str = "", live: bool = False) -> SafeString:
    """Say something in words with icon and edge. `live`: read out at once when it appears."""
    return component("alert", content=content, tone=tone, title=title, live=live, icon=TONE_ICONS[tone])


@register.simple_block_tag
def data_table(
    content: str,
    caption: str,
    id: str = "",
    cards: bool = True,
    unit: str = "",
    caption_hidden: bool = False,
    select_all: bool = False,
) -> SafeString:
    """Set a table; with `cards` each row becomes a card on phones (each `td` needs `data-label`)."""
    return component(
        "data_table",
        content=content,
        caption=caption,
        id=id,
        cards=cards,
        unit=unit,
        caption_hidden=caption_hidden,
        select_all=select_all,
    )


@register.simple_block_tag
def description_list(content: str, columns: int = 1) -> SafeString:
    """Set `{% item %}`s as terms with their values."""
    return component("description_list", content=content, columns=columns)


@register.simple_block_tag
def item(content: str, label: str, numeric: bool = False) -> SafeString:
    """Set one term of a description list; the content is its value."""
    return component("description_item", content=content, label=label, numeric=numeric)


@register.simple_block_tag
def filter_form(
    content: str, action: str = "", open: bool = False, count: int | None = None, reset: str = "", label: str = ""
) -> SafeString:
    """Set a GET form of filters: a row on wide screens, a sheet behind 筛选 on phones. `open`: a filter is active."""
    return component(
        "filter_form", content=content, action=action, open=open, count=count, reset=reset or action or "?", label=label
    )


@register.simple_block_tag(takes_context=True)
def confirm_panel(
    context: Context,
    content: str,
    title: str,
    submit: str,
    action: str = "",
    cancel: str = "",
    tone: str = "warning",
    name: str = "",
    value: str = "",
) -> SafeString:
    """Ask once before a step that cannot be taken back; the content repeats the numbers. Posts to `action`."""
    return component(
        "confirm_panel",
        content=content,
        title=title,
        submit=submit,
        action=action,
        cancel=cancel,
        tone=tone,
        name=name,
        value=value,
        icon=TONE_ICONS[tone],
        csrf_token=context.get("csrf_token"),
    )


@register.simple_block_tag
def tasks(content: str, label: str) -> SafeString:
    """Set `{% task %}`s as large entries: the four or five things most people come for."""
    return component("tasks", content=content, label=label)


@register.inclusion_tag("components/task.html")
def task(url: str, label: str, text: str = "", icon: str = "") -> dict[str, Any]:
    """Set one large entry: what it is called and what one finds there."""
    return {"url": url, "label": label, "text": text, "icon": icon}


@register.simple_block_tag
def empty_state(content: str, title: str, icon: str = "inbox") -> SafeString:
    """Say why nothing is here (`title`) and what comes next (the content)."""
    return component("empty_state", content=content, title=title, icon=icon)
