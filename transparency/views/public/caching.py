"""How long a public page may be kept by others: as all apps say it."""

from core.views.caching import SECONDS, public_page

__all__ = ["SECONDS", "public_page"]
