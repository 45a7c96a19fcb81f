"""Rows that must not be read without saying for whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from django.db import models


class ScopeMissingError(RuntimeError):
    """A scoped table was read without `visible_to`, a public door, or a stated reason: a programming error, not a user's."""


class ScopedQuerySet(models.QuerySet):
    """A queryset that refuses to touch the database until it was told whose eyes the rows are for.

    Subclasses add doors (`visible_to(person)`, `for_public_display()`) which end in `_mark`. `unscoped(reason)` is for
    services and checks that already know the person may, or that act for the system; the reason is for the reader.
    """

    _scope: str | None = None

    def _mark(self, scope: str) -> Self:
        marked = self._chain()
        marked._scope = scope
        return marked

    def unscoped(self, reason: str) -> Self:
        """Open all rows, for the reason given in the code."""
        if not reason:
            raise ScopeMissingError(f"{self.model.__name__}: unscoped() needs a reason")
        return self._mark(f"unscoped: {reason}")

    def _require_scope(self) -> None:
        if self._scope is None:
            raise ScopeMissingError(
                f"{self.model.__name__} was read without a scope: use visible_to(person), a public door or unscoped(reason)"
            )

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._scope = self._scope
        return clone

    def _fetch_all(self) -> None:
        if self._result_cache is None:  # type: ignore[has-type]
            self._require_scope()
        super()._fetch_all()  # type: ignore[misc]

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse to serve as a sub-query without a scope as well."""
        self._require_scope()
        return super().resolve_expression(*args, **kwargs)  # type: ignore[misc]

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        """As Django's, in scope only."""
        self._require_scope()
        return super().iterator(chunk_size=chunk_size)

    def count(self) -> int:
        """As Django's, in scope only."""
        self._require_scope()
        return super().count()

    def exists(self) -> bool:
        """As Django's, in scope only."""
        self._require_scope()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As Django's, in scope only."""
        self._require_scope()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        """As Django's, in scope only."""
        self._require_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, in scope only."""
        self._require_scope()
        return super().delete()

    def explain(self, *, format: str | None = None, **options: Any) -> str:  # noqa: A002 -- Django's own signature
        """As Django's, in scope only."""
        self._require_scope()
        return super().explain(format=format, **options)
