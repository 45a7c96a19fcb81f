"""The components of every page: each tag sets one template of `templates/components/`. Signatures: docs/design.md."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import segno
from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField, CheckboxInput, Select
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.money import capital_amount, format_yuan, headline_yuan

register = template.Library()

# What a state looks like, by its stored value; the word comes from the caller's own choices.
LOOKS: dict[str, tuple[str, str]] = {
    "draft": ("neutral", "pencil-square"),
    "queued": ("neutral", "hourglass-split"),
    "cancelled": ("neutral", "slash-circle"),
    "excluded": ("neutral", "dash-circle"),
    "withdrawn": ("neutral", "slash-circle"),
    "superseded": ("neutral", "clock-history"),
    "submitted": ("info", "send"),
    "checking": ("info", "arrow-repeat"),
    "running": ("info", "arrow-repeat"),
    "writing": ("info", "arrow-repeat"),
    "staged": ("info", "inbox"),
    "reading": ("info", "arrow-repeat"),
    "posting": ("info", "arrow-repeat"),
    "approved": ("success", "check-circle-fill"),
    "passed": ("success", "check-circle-fill"),
    "posted": ("success", "journal-check"),
    "done": ("success", "check-circle-fill"),
    "valid": ("success", "patch-check"),
    "published": ("success", "megaphone"),
    "returned": ("warning", "arrow-counterclockwise"),
    "warning": ("warning", "exclamation-triangle-fill"),
    "duplicate": ("warning", "intersect"),
    "late": ("warning", "clock-history"),
    "corrected": ("warning", "arrow-repeat"),
    "error": ("danger", "x-circle-fill"),
    "unreadable": ("danger", "x-circle-fill"),
    "failed": ("danger", "x-circle-fill"),
    "rejected": ("danger", "x-circle-fill"),
    "reversed": ("danger", "arrow-counterclockwise"),
    "overdue": ("danger", "exclamation-circle-fill"),
}
JOB_STAGES = ("queued", "checking", "writing", "done")
TONES = ("neutral", "info", "success", "warning", "danger")
TONE_ICONS = {
    "neutral": "info-circle",
    "info": "info-circle-fill",
    "success": "check-circle-fill",
    "warning": "exclamation-triangle-fill",
    "danger": "exclamation-circle-fill",
}
# Words for the level tags of django.contrib.messages.
MESSAGE_TONES = {"debug": "neutral", "info": "info", "success": "success", "warning": "warning", "error": "danger"}


def _component(template_name: str, /, **values: Any) -> SafeString:
    return render_to_string(f"components/{template_name}.html", values)


@lru_cache(maxsize=64)
def _address_at(path: str, url: str, storage: str) -> str:
    del url, storage
    return static(path)


def _address(path: str) -> str:
    """Where a static file is served, looked up once for each way of serving them."""
    return _address_at(path, settings.STATIC_URL, settings.STORAGES["staticfiles"]["BACKEND"])


@lru_cache(maxsize=8)
def _rendered_once(template_name: str, address: str) -> SafeString:
    del address
    return render_to_string(template_name)


@register.simple_tag
def once(template_name: str) -> SafeString:
    """Set a template without any context, rendered once in the life of the process: lists of static files."""
    # Where static files are addressed in another way, they are set anew.
    return _rendered_once(template_name, _address("css/base.css"))


# Small parts ---------------------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Set an icon of the sprite `static/img/icons.svg`; without `label` it is decoration beside a word."""
    sprite = _address("img/icons.svg")
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
def yuan(value: Decimal | None) -> str:
    """`¥1,234,567.89`; an empty text for None."""
    return "" if value is None else format_yuan(value)


@register.filter
def headline(value: Decimal | None) -> str:
    """`123.46 万元`: only where the exact amount stands beside it or behind a link."""
    return "" if value is None else headline_yuan(value)


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


@register.inclusion_tag("components/status_badge.html")
def status_badge(state: str, label: str, tone: str = "", icon: str = "") -> dict[str, Any]:
    """Set a state as word, icon and hue. `state` is the stored value; `tone` and `icon` override its usual look."""
    usual_tone, usual_icon = LOOKS.get(state, ("neutral", "circle"))
    return {"label": label, "tone": tone or usual_tone, "icon": icon or usual_icon}


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
    return _nav_link(str(url), str(label), icon, current, _address("img/icons.svg"))


@lru_cache(maxsize=256)
def _nav_link(url: str, label: str, icon: str, current: bool, address: str) -> SafeString:
    """Set a link once for each place and language: the same few stand on every page."""
    del address
    return _component("nav_link", url=url, label=label, icon=icon, current=current)


# Parts around content -------------------------------------------------------------------------------------------------


@register.simple_block_tag
def page_head(
    content: str, title: str, lead: str = "", eyebrow: str = "", as_of: datetime | None = None, status: str = ""
) -> SafeString:
    """Head a page: `eyebrow` over the `h1`, `lead` and 数据截至 under it; the content is its buttons."""
    return _component("page_head", content=content, title=title, lead=lead, eyebrow=eyebrow, as_of=as_of, status=status)


@register.simple_block_tag
def actions(content: str) -> SafeString:
    """Set buttons in a row; below each other on phones."""
    return _component("actions", content=content)


@register.simple_block_tag
def card(content: str, title: str = "", url: str = "", tone: str = "", level: int = 2) -> SafeString:
    """Set content on white paper with a thin line; `tone` gives it a coloured edge."""
    return _component("card", content=content, title=title, url=url, tone=tone, level=level)


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: str = "", live: bool = False) -> SafeString:
    """Say something in words with icon and edge. `live`: read out at once when it appears."""
    return _component("alert", content=content, tone=tone, title=title, live=live, icon=TONE_ICONS[tone])


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
    return _component(
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
    return _component("description_list", content=content, columns=columns)


@register.simple_block_tag
def item(content: str, label: str, numeric: bool = False) -> SafeString:
    """Set one term of a description list; the content is its value."""
    return _component("description_item", content=content, label=label, numeric=numeric)


@register.simple_block_tag
def filter_form(
    content: str, action: str = "", open: bool = False, count: int | None = None, reset: str = "", label: str = ""
) -> SafeString:
    """Set a GET form of filters: a row on wide screens, a sheet behind 筛选 on phones. `open`: a filter is active."""
    return _component(
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
    return _component(
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
    return _component("tasks", content=content, label=label)


@register.inclusion_tag("components/task.html")
def task(url: str, label: str, text: str = "", icon: str = "") -> dict[str, Any]:
    """Set one large entry: what it is called and what one finds there."""
    return {"url": url, "label": label, "text": text, "icon": icon}


@register.simple_block_tag
def empty_state(content: str, title: str, icon: str = "inbox") -> SafeString:
    """Say why nothing is here (`title`) and what comes next (the content)."""
    return _component("empty_state", content=content, title=title, icon=icon)


# Figures, lists, documents --------------------------------------------------------------------------------------------


@register.inclusion_tag("components/stat.html")
def stat(
    label: str,
    amount: Decimal | None = None,
    value: str | int | None = None,
    unit: str = "",
    url: str = "",
    link: str = "",
    note: str = "",
    direction: str = "",
) -> dict[str, Any]:
    """Set a headline figure: an `amount` in yuan short with its exact value, or `value` and `unit`.

    `url` leads to the rows it is made of. `direction`: "in" (收 ▲) or "out" (支 ▼).
    """
    return {
        "label": label,
        "amount": amount,
        "value": value,
        "unit": unit,
        "url": url,
        "link": link,
        "note": note,
        "direction": direction,
    }


@register.inclusion_tag("components/pager.html")
def pager(
    next_url: str = "", previous_url: str = "", rows: str = "", shown: int | None = None, more: bool = True
) -> dict[str, Any]:
    """Set 上一页 / 下一页 of a keyset list. `rows`: id of the `tbody` or list that 加载更多 adds to."""
    return {"next_url": next_url, "previous_url": previous_url, "rows": rows, "shown": shown, "more": more and rows}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*pairs: str) -> dict[str, Any]:
    """Set the way to this page: `label url label url … label`; the last label is this page."""
    links = [{"label": pairs[at], "url": pairs[at + 1]} for at in range(0, len(pairs) - 1, 2)]
    return {"links": links, "here": pairs[-1] if len(pairs) % 2 else ""}


@register.inclusion_tag("components/tabs.html")
def tabs(items: list[dict[str, Any]], label: str = "") -> dict[str, Any]:
    """Set links as tabs: items of `label`, `url`, `active`, `count`."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/stepper.html")
def stepper(steps: list[str], current: int) -> dict[str, Any]:
    """Set the steps of a task; `current` counts from 1, past the last when all is done."""
    states = ["done" if at < current else "current" if at == current else "todo" for at in range(1, len(steps) + 1)]
    return {"steps": list(zip(steps, states, strict=True)), "current": current, "total": len(steps)}


@register.inclusion_tag("components/trail.html")
def trail(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Set a way in time: steps of `title`, `on`, `state` (done, current, future), `text`, `links`, `promised_on`."""
    return {"steps": steps}


@register.inclusion_tag("components/tree.html")
def tree(nodes: list[dict[str, Any]], label: str = "", level: int = 1) -> dict[str, Any]:
    """Set nested nodes: `label`, `url`, `note`, `open`, `children`; closed parts open without JavaScript."""
    return {"nodes": nodes, "label": label, "level": level, "next_level": level + 1}


@register.inclusion_tag("components/check_list.html")
def check_list(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Set checks and their results: items of `label`, `state`, `text`, `url`, `action`.

    `state`: passed, warning, error or todo.
    """
    looks = {**LOOKS, "todo": ("neutral", "circle")}
    return {"items": [{**entry, "look": looks.get(entry["state"], looks["todo"])} for entry in items]}


@register.inclusion_tag("components/document.html")
def document(
    title: str,
    url: str,
    kind: str = "PDF",
    size: int | None = None,
    sha256: str = "",
    note: str = "",
    on: date | None = None,
) -> dict[str, Any]:
    """Set a file to download: `size` in bytes, its SHA-256 with a copy button."""
    icons = {"PDF": "file-earmark-pdf", "CSV": "file-earmark-spreadsheet", "XLSX": "file-earmark-spreadsheet"}
    return {
        "title": title,
        "url": url,
        "kind": kind,
        "size": size,
        "sha256": sha256,
        "note": note,
        "on": on,
        "icon": icons.get(kind.upper(), "file-earmark-text"),
    }


@register.inclusion_tag("components/search_box.html")
def search_box(
    action: str = "/search/",
    name: str = "q",
    value: str = "",
    label: str = "",
    placeholder: str = "",
    help: str = "",
    size: str = "",
    id: str = "search",
) -> dict[str, Any]:
    """Set one box and its button. `size`: "" or "large"."""
    return {
        "action": action,
        "name": name,
        "value": value,
        "label": label,
        "placeholder": placeholder,
        "help": help,
        "size": size,
        "id": id,
    }


@register.inclusion_tag("components/job_progress.html")
def job_progress(
    job: Any, url: str = "", message: str = "", result_url: str = "", error_file_url: str = "", steps: Any = None
) -> dict[str, Any]:
    """Set a long job: `job` is a row of core's Job, or anything with the same fields.

    While it runs the part asks `url` (an address that answers with this part, the job's own page will do) for itself
    again; without JavaScript the 刷新 link does. `steps`: labels in place of 排队, 校验, 写入, 完成; a running job
    stands at the one whose label or code (queued, checking, writing, done) is its `stage`.
    """
    labels = list(steps or (_("排队"), _("校验"), _("写入"), _("完成")))
    return {
        "job": job,
        "url": url,
        "message": message or job.error,
        "result_url": result_url or job.link,
        "error_file_url": error_file_url,
        "is_running": job.status in ("queued", "running"),
        "steps": list(zip(labels, _step_states(job.status, job.stage, labels), strict=True)),
    }


def _step_states(status: str, stage: str, labels: list[Any]) -> list[str]:
    """Return done, current, failed or todo for each step of a job."""
    names = [str(label) for label in labels]
    codes = list(JOB_STAGES)
    if status == "done":
        at = len(names)
    elif status == "queued":
        at = 0
    else:
        at = names.index(stage) if stage in names else codes.index(stage) if stage in codes else 1
    here = "failed" if status in ("failed", "cancelled") else "current"
    return ["done" if n < at else here if n == at else "todo" for n in range(len(names))]


@register.inclusion_tag("components/toast.html", takes_context=True)
def toast(context: Context, text: str, undo_url: str = "", undo: str = "") -> dict[str, Any]:
    """Say what was done, with a button that posts to `undo_url`."""
    return {"text": text, "undo_url": undo_url, "undo": undo, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("components/copy_text.html")
def copy_text(text: str, label: str = "", mono: bool = True) -> dict[str, Any]:
    """Set a text with a button that copies it."""
    return {"text": text, "label": label, "mono": mono}


@register.inclusion_tag("components/chart.html")
def chart(
    picture: str,
    title: str,
    id: str,
    header: list[str] | None = None,
    rows: list[list[Any]] | None = None,
    as_of: datetime | None = None,
    note: str = "",
    url: str = "",
) -> dict[str, Any]:
    """Hold an SVG of `core.charts` with 看数据表: `header` and `rows` are the same figures as a table."""
    return {
        "picture": picture,
        "title": title,
        "id": id,
        "header": header,
        "rows": rows,
        "as_of": as_of,
        "note": note,
        "url": url,
    }


# Forms ----------------------------------------------------------------------------------------------------------------


def _control_class(field: BoundField) -> str:
    widget = field.field.widget
    if getattr(widget, "use_fieldset", False):
        # Django sets the class of a group of choices on its frame as well: the style goes by the fieldset.
        return ""
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.inclusion_tag("components/field.html")
def field(field: BoundField, width: str = "", prefix: str = "", suffix: str = "", same: bool = False) -> dict[str, Any]:
    """Set a form field: label, help, control, errors, tied together for readers.

    `width`: "" (full), "short", "medium". `same`: F2 takes the value of the row before.
    """
    own = field.field.widget.attrs.get("class", "")
    classes = [own, _control_class(field), "is-invalid" if field.errors else ""]
    attrs: dict[str, str | bool] = {"class": " ".join(filter(None, classes))}
    if same:
        attrs["data-same"] = ""
    is_check = isinstance(field.field.widget, CheckboxInput)
    return {
        "field": field,
        "control": field.as_widget(attrs=attrs),
        "width": width,
        "prefix": prefix,
        "suffix": suffix,
        "is_check": is_check,
    }


@register.inclusion_tag("components/file_upload.html")
def file_upload(field: BoundField, accept: str = "", note: str = "") -> dict[str, Any]:
    """Set a field for a file: a large area that takes a click, a key or a dropped file."""
    attrs: dict[str, str | bool] = {"class": "file-upload__input" + (" is-invalid" if field.errors else "")}
    if accept:
        attrs["accept"] = accept
    return {"field": field, "control": field.as_widget(attrs=attrs), "note": note}


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """Set all errors of a form at its top, each a link to its field; nothing where there is none."""
    return {"form": form, "fields": [bound for bound in form if bound.errors]}


@register.inclusion_tag("components/announce.html")
def announce(id: str = "announce", text: str = "") -> dict[str, Any]:
    """Set a region that is read out when its text changes."""
    return {"id": id, "text": text}
