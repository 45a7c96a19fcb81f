"""The colours of static/css/tokens.css for what is drawn without CSS."""

import re
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders

TOKEN = re.compile(r"--(?P<name>[a-z0-9-]+)\s*:\s*(?P<value>#[0-9a-fA-F]{6})\s*;")


@lru_cache(maxsize=1)
def tokens() -> dict[str, str]:
    """Return every colour token by its name; KeyError on use tells that the style sheet lost one."""
    found = finders.find("css/tokens.css")
    if not found:
        raise FileNotFoundError("static/css/tokens.css")
    return {match["name"]: match["value"] for match in TOKEN.finditer(Path(found).read_text(encoding="utf-8"))}


def rgb(name: str) -> tuple[int, int, int]:
    """Return a colour token as red, green, blue (0-255)."""
    value = tokens()[name]
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)
