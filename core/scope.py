"""Rows that must not be read without saying for whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from django.db import models
from django.db.models.sql import Query


class ScopeMissingError(RuntimeError):
    """A scoped table was read without `visible_to`, a public door, or a stated reason: the programmer's error."""


class ScopedQuery(Query):
    """The query behind a scoped queryset, which `Exists` and `Subquery` take out of it: it carries the mark along."""

    has_scope = False

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse to become part of another query without a scope."""
        if not self.has_scope:
            raise ScopeMissingError(_words(self.model))
        return super().resolve_expression(*args, **kwargs)


def _words(model: type[models.Model] | None) -> str:
    name = model.__name__ if model is not None else ""
    return f"{name} was read without a scope: use visible_to(person), a public door or unscoped(reason)"


class ScopedQuerySet(models.QuerySet):
    """A queryset that refuses to touch the database until it was told whose eyes the rows are for.

    Subclasses add doors (`visible_to(person)`, `for_public_display()`) which end in `_mark`. `unscoped(reason)` is for
    services and checks that already know the person may, or that act for the system; the reason is for the reader.
    """

    _scope: str | None = None

    def __init__(self, model: Any = None, query: Any = None, using: str | None = None, hints: Any = None) -> None:
        super().__init__(model, ScopedQuery(model) if query is None and model is not None else query, using, hints)

    def _mark(self, scope: str) -> Self:
        marked: Self = self._chain()  # type: ignore[attr-defined]
        marked._scope = scope
        marked.query.has_scope = True  # type: ignore[attr-defined]
        return marked

    def unscoped(self, reason: str) -> Self:
        """Open all rows, for the reason given in the code."""
        if not reason:
            raise ScopeMissingError(f"{self.model.__name__}: unscoped() needs a reason")
        return self._mark(f"unscoped: {reason}")

    def _require_scope(self) -> None:
        if self._scope is None:
            raise ScopeMissingError(_words(self.model))

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._scope = self._scope
        return clone

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._require_scope()
        super()._fetch_all()

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse to serve as a sub-query without a scope as well."""
        self._require_scope()
        return super().resolve_expression(*args, **kwargs)

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

    def explain(self, *, format: str | None = None, **options: Any) -> str:
        """As Django's, in scope only."""
        self._require_scope()
        return super().explain(format=format, **options)
