"""The one password of the demo's people."""

import os
import secrets
from pathlib import Path

from django.conf import settings

# Without characters that are mistaken for each other when they are typed off a screen.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def demo_password() -> str:
    """Return DEMO_PASSWORD of the environment, else the one kept in `secrets/demo_password`, made at the first call.

    The file can be read by its owner alone (0600).
    """
    given = os.environ.get("DEMO_PASSWORD", "").strip()
    if given:
        return given
    place = Path(settings.DATA_DIR) / "secrets" / "demo_password"
    if place.is_file():
        return place.read_text(encoding="ascii").strip()
    made = "-".join("".join(secrets.choice(_LETTERS) for _n in range(4)) for _group in range(3))
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.touch(mode=0o600)
    place.write_text(f"{made}\n", encoding="ascii")
    return made
