"""Figures, lists, documents, progress."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.template.context import Context
from django.utils.translation import gettext as _

from core.components.registry import JOB_STAGES, LOOKS, register


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
    check_url: str = "",
) -> dict[str, Any]:
    """Set a file to download: `size` in bytes, its SHA-256 with a copy button; `check_url` says what that is of."""
    icons = {"PDF": "file-earmark-pdf", "CSV": "file-earmark-spreadsheet", "XLSX": "file-earmark-spreadsheet"}
    return {
        "title": title,
        "url": url,
        "kind": kind,
        "size": size,
        "sha256": sha256,
        "note": note,
        "on": on,
        "check_url": check_url,
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
