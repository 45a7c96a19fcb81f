"""All sealed columns there are, found by walking the models."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

from core.fields import SealedField


@dataclass(frozen=True)
class SealedPlace:
    """One sealed column of one model."""

    model: type[Model]
    field: SealedField

    def column(self, field_name: str) -> str:
        """Return the database's name of another field of the same row."""
        return str(self.model._meta.get_field(field_name).column)  # type: ignore[union-attr]

    def __str__(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field.name}"


def sealed_places() -> list[SealedPlace]:
    """Return every sealed column of every model that has a table, in the order of their names."""
    return sorted(_places(), key=str)


def _places() -> Iterator[SealedPlace]:
    for models in apps.all_models.values():
        for model in models.values():
            if model._meta.managed and not model._meta.proxy:
                for field in model._meta.local_fields:
                    if isinstance(field, SealedField):
                        yield SealedPlace(model, field)
