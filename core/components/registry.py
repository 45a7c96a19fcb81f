"""What all components share: the library of tags, the looks of states, and setting one template."""

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString

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
    "sent": ("info", "send"),
    "counted": ("info", "list-check"),
    "received": ("success", "check-circle-fill"),
    "paid": ("success", "journal-check"),
    "settling": ("info", "send"),
    "notice": ("info", "megaphone"),
    "open": ("success", "megaphone"),
    "in_work": ("info", "list-check"),
    "in_force": ("success", "patch-check"),
    "settled": ("success", "journal-check"),
    "proposed": ("info", "list-check"),
    "incomplete": ("warning", "arrow-counterclockwise"),
    "confirmed": ("success", "check-circle-fill"),
    "identified": ("success", "check-circle-fill"),
    "declined": ("neutral", "slash-circle"),
    "undone": ("warning", "arrow-repeat"),
    "closed": ("neutral", "archive"),
    "ended": ("neutral", "archive"),
    "stopped": ("neutral", "slash-circle"),
    "dropped": ("neutral", "slash-circle"),
    "notified": ("warning", "telephone"),
    "assigned": ("info", "person"),
    "family_deciding": ("info", "people"),
    "consented": ("info", "journal-check"),
    "witnessed": ("info", "patch-check"),
    "handed_over": ("success", "check-circle-fill"),
    "farewell": ("neutral", "heart"),
    "care": ("success", "heart"),
    "refused_in_life": ("neutral", "slash-circle"),
    "unsuitable": ("neutral", "slash-circle"),
    "requested": ("info", "hourglass-split"),
    "asked": ("info", "hourglass-split"),
    "ready": ("success", "download"),
    "refused": ("neutral", "slash-circle"),
    "approved": ("success", "check-circle-fill"),
    "passed": ("success", "check-circle-fill"),
    "posted": ("success", "journal-check"),
    "done": ("success", "check-circle-fill"),
    "valid": ("success", "patch-check"),
    "reported": ("info", "send"),
    "verified": ("success", "check-circle-fill"),
    "signed": ("info", "journal-check"),
    "finished": ("success", "patch-check"),
    "published": ("success", "megaphone"),
    "received_in_part": ("warning", "exclamation-triangle-fill"),
    "sent_back": ("warning", "arrow-counterclockwise"),
    "returned": ("warning", "arrow-counterclockwise"),
    "warning": ("warning", "exclamation-triangle-fill"),
    "duplicate": ("warning", "intersect"),
    "late": ("warning", "clock-history"),
    "corrected": ("warning", "arrow-repeat"),
    "error": ("danger", "x-circle-fill"),
    "unreadable": ("danger", "x-circle-fill"),
    "failed": ("danger", "x-circle-fill"),
    "rejected": ("danger", "x-circle-fill"),
    "partly_reversed": ("warning", "arrow-counterclockwise"),
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


def component(template_name: str, /, **values: Any) -> SafeString:
    return render_to_string(f"components/{template_name}.html", values)


@lru_cache(maxsize=64)
def _address_at(path: str, url: str, storage: str) -> str:
    del url, storage
    return static(path)


def address(path: str) -> str:
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
    return _rendered_once(template_name, address("css/base.css"))
