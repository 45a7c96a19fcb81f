"""Sealing texts into rows before these are saved."""

from collections.abc import Iterable, Sequence

from django.db.models import Model

from core.crypto import seal_many
from core.fields import Sealed, SealedTextField
from core.sealed.digests import digests_of, writing_keys


def seal_into(obj: Model, **texts: str | None) -> list[str]:
    """Put texts into sealed fields of one row, not saving it; return the names of all columns set, for update_fields.

    An empty text or None empties the field. A field with a look-up asks for a transaction, in which the row is saved.
    """
    changed: list[str] = []
    fields = [sealed_text_field(type(obj), name) for name in texts]
    keys = _keys_for(fields)
    for field, text in zip(fields, texts.values(), strict=True):
        changed += _seal(field, [obj], [text], keys)
    return changed


def seal_into_many(objs: Sequence[Model], field_name: str, texts: Iterable[str | None]) -> list[str]:
    """Put one text into one sealed field of each row, in order, as `seal_into` does."""
    if not objs:
        return []
    field = sealed_text_field(type(objs[0]), field_name)
    return _seal(field, objs, texts, _keys_for([field]))


def _keys_for(fields: Iterable[SealedTextField]) -> tuple[str, str] | None:
    """The look-up keys, asked for once for all fields of a row; None where none is looked up."""
    return writing_keys() if any(field.digest_names for field in fields) else None


def _seal(
    field: SealedTextField, objs: Sequence[Model], texts: Iterable[str | None], keys: tuple[str, str] | None
) -> list[str]:
    pairs = list(zip(objs, texts, strict=True))
    full = [(obj, text) for obj, text in pairs if text]
    values = [(getattr(obj, field.row_field), text.encode()) for obj, text in full]
    sealed = seal_many(values, field=field.logical, purpose=field.purpose)
    for obj, _text in pairs:
        setattr(obj, field.name, None)
    for (obj, _text), value in zip(full, sealed, strict=True):
        setattr(obj, field.name, Sealed(value))
    return [field.name, *_set_digests(field, pairs, keys)]


def sealed_text_field(model: type[Model], field_name: str) -> SealedTextField:
    """Return a sealed text field by name; TypeError where the column is another."""
    field = model._meta.get_field(field_name)
    if not isinstance(field, SealedTextField):
        raise TypeError(f"{model._meta.label}.{field_name} is no sealed text")
    return field


def _set_digests(
    field: SealedTextField, pairs: Iterable[tuple[Model, str | None]], keys: tuple[str, str] | None
) -> Sequence[str]:
    if field.digest_names is None or keys is None:
        return ()
    for obj, text in pairs:
        for name, digest in zip(field.digest_names, digests_of(field, text, keys), strict=True):
            setattr(obj, name, digest)
    return field.digest_names
