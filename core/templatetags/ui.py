"""The components of every page: each tag sets one template of `templates/components/`. Signatures: docs/design.md."""

from core.components import around, figures, forms, small
from core.components.registry import register

__all__ = ["around", "figures", "forms", "register", "small"]
