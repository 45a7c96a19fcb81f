"""What the desk's templates know."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from organizations.menu import MENU, MenuEntry
from organizations.models import remember_grants
from organizations.permissions import rights_of


def desk(request: HttpRequest) -> dict[str, Any]:
    """`desk_menu` for this person: list of `{label, url, icon, active, count}`, made when a template asks for it.

    At most one query per request. A view may say what waits with `request.desk_counts = {"desk_approvals": 3}`.
    """
    return {"desk_menu": SimpleLazyObject(lambda: _menu(request))}


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    remember_grants(user)
    held = rights_of(user)
    counts: dict[str, int] = getattr(request, "desk_counts", {})
    links = [(entry, _address(entry)) for entry in MENU if not entry.rights or not held.isdisjoint(entry.rights)]
    # The page belongs to the entry with the longest address that it begins with: /desk/ begins them all.
    here = max((url for _entry, url in links if url and request.path.startswith(url)), key=len, default="")
    return [
        {
            "label": entry.label,
            "url": url,
            "icon": entry.icon,
            "active": url == here,
            "count": counts.get(entry.url_name),
        }
        for entry, url in links
        if url
    ]


def _address(entry: MenuEntry) -> str:
    """The entry's address; an entry whose page does not exist in this portal is left out."""
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return ""
