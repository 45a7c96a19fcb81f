"""Filed templates: a provider sends no free text, only a template that was filed with it, filled with values.

A purpose is `<whose>.<what>`, and `<what>` names the template: one for all codes (`….code`), one for all answers. Which
of the message's values it takes, under which names and in which order, stands in the settings (`SMS_TEMPLATE_…`,
`WECHAT_TEMPLATE_…`; docs/notifying.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.notifying.backends.base import NotSent

CODE = "code"
Templates = Mapping[str, tuple[str, tuple[tuple[str, str], ...]]]


@dataclass(frozen=True)
class Filled:
    """A template with the values that it takes, by the template's own names and in its order."""

    template: str
    values: dict[str, str]


def template_name(purpose: str) -> str:
    """Return what a message is about: the last word of its purpose."""
    return purpose.rpartition(".")[2]


def filled(templates: Templates, purpose: str, values: Mapping[str, str] | None) -> Filled:
    """Return the template of a purpose, filled. Raises NotSent, final, where template or values are not there.

    A message written before messages carried values, or for another way, has its text alone and cannot be filled.
    """
    found = templates.get(template_name(purpose))
    if found is None:
        raise NotSent("template_missing", is_final=True)
    template, fields = found
    missing = [name for _alias, name in fields if name not in (values or {})]
    if missing:
        raise NotSent("values_missing", is_final=True)
    return Filled(template, {alias: (values or {})[name] for alias, name in fields})
