"""Errors that a person reads: one shape for pages, API, commands and tasks."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

_NOT_ALLOWED = _("您没有做这件事的权限，请联系本级管理员。")
_NOT_FOUND = _("没有找到您要的内容，请核对编号或网址。")
_CONFLICT = _("这条记录的状态已经变化，请刷新页面后再试。")


class DomainError(Exception):
    """A rule of the domain refused what was asked.

    `code` is stable snake_case that programs may rely on; `message` is one Chinese sentence which says which row
    or field is wrong, why, and what to do; `fields` maps a field's name to its own sentence. Neither may hold a
    natural person's name, because messages reach logs and job rows.
    """

    http_status: ClassVar[int] = 400

    def __init__(self, code: str, message: Any, fields: Mapping[str, Any] | None = None) -> None:
        # All three go to args, so that the error survives pickling on its way through a worker's result.
        self.code = code
        self.message = str(message)
        self.fields = {name: str(sentence) for name, sentence in (fields or {}).items()}
        super().__init__(self.code, self.message, self.fields)

    def __str__(self) -> str:
        return self.message

    def as_dict(self) -> dict[str, Any]:
        """Return the one shape of an error in JSON: `{"code", "message", "fields"}`."""
        return {"code": self.code, "message": self.message, "fields": dict(self.fields)}


class NotAllowed(DomainError):
    """The person is known and may see the object, but has no right to do this (HTTP 403)."""

    http_status = 403

    def __init__(
        self,
        code: str = "not_allowed",
        message: Any = _NOT_ALLOWED,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, fields)


class NotFound(DomainError):
    """There is no such object, or it lies outside the person's branches, which must look the same (HTTP 404)."""

    http_status = 404

    def __init__(
        self,
        code: str = "not_found",
        message: Any = _NOT_FOUND,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, fields)


class Conflict(DomainError):
    """The object has changed or is in a state in which this cannot be done (HTTP 409)."""

    http_status = 409

    def __init__(
        self,
        code: str = "conflict",
        message: Any = _CONFLICT,
        fields: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, fields)
