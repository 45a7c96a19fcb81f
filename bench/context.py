"""What every benchmark gets: databases of its own on servers with fsync on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from tests import databases


class Context:
    """Makes the migrated template once and hands out fresh databases."""

    def __enter__(self) -> Self:
        databases.make_template()
        return self

    def __exit__(self, *exc: object) -> None:
        databases.drop(databases.TEMPLATE)

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """A fresh database with Django's connection pointed at it as the application's role."""
        with databases.copy_of_template(f"{databases.PREFIX}_{name}") as made:
            yield made


def figure(
    name: str,
    value: Any,
    unit: str,
    *,
    rows: int | None = None,
    compared_with: str | None = None,
    ratio: float | None = None,
    goal: str = "",
    met: bool | None = None,
) -> dict[str, Any]:
    """One figure with the fields of the contract."""
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "compared_with": compared_with,
        "ratio": ratio,
        "rows": rows,
        "goal": goal,
        "met": met,
    }
