"""Fields whose text lies sealed in the database and never opens by accident.

    class Payer(SealedModel):
        account = SealedTextField(_("付款账号"), logical="donations.payer.account", lookup=normalise_account, null=True)
        account_digest = LookupDigestField()
        account_digest_next = LookupDigestField()

        class Meta:
            constraints = [*unique_lookup("account", name="payer_account_once")]

Such a field reads as a `Sealed`: bytes that show nothing. It is no column of forms, the admin or serialised fixtures,
and cannot be filtered by. Values go in through `core.sealed.writing` and come out through `core.sealed.reading`. In
migrations these are plain columns, so that no migration imports the application.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.crypto import Purpose, SealBroken, key_id_of

DIGEST, NEXT_DIGEST = "_digest", "_digest_next"


class Sealed(bytes):
    """A sealed value as the database holds it: its bytes, which neither `repr` nor `str` show."""

    def __repr__(self) -> str:
        return "<sealed>"

    def __str__(self) -> str:
        return str(_("（已加密）"))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class SealedField(models.BinaryField):
    """A column of sealed bytes, bound to `logical` and to the UUID in the row's field `row_field`.

    `logical` is written into each value's associated data: it is never changed, also when the column is renamed.
    """

    def __init__(
        self,
        *args: Any,
        logical: str = "",
        row_field: str = "row_key",
        purpose: Purpose = "data",
        **kwargs: Any,
    ) -> None:
        self.logical, self.row_field, self.purpose = logical, row_field, purpose
        kwargs["editable"] = False
        kwargs["serialize"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """As the plain column that it is in the database."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("serialize", None)
        return name, "django.db.models.BinaryField", args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        """Wrap what the database returns."""
        return None if value is None else Sealed(value)

    def get_prep_value(self, value: Any) -> Any:
        """Refuse to store what is not sealed: a clear text would lie in the database unseen."""
        if value is not None:
            if not isinstance(value, bytes | memoryview):
                raise TypeError(f"{self.name} takes sealed bytes only; use core.sealed.writing")
            try:
                key_id_of(value)
            except SealBroken:
                raise TypeError(f"{self.name} takes sealed bytes only; use core.sealed.writing") from None
        return super().get_prep_value(value)

    def value_to_string(self, obj: models.Model) -> str:
        """Show nothing to serialisers that ask nevertheless."""
        return str(self.value_from_object(obj) or "")

    def get_lookup(self, lookup_name: str) -> Any:
        """Only whether there is a value can be asked; the same text is never sealed to the same bytes."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed: use core.sealed.digests.matching")
        return super().get_lookup(lookup_name)

    def check(self, **kwargs: Any) -> list[Any]:
        """Ask for the logical name and the row's UUID, as Django's checks run."""
        found = super().check(**kwargs)
        if not self.logical:
            found.append(checks.Error("a sealed field needs its logical name", obj=self, id="core.E101"))
        names = {field.name for field in self.model._meta.get_fields()}
        if self.row_field not in names:
            found.append(checks.Error(f"no field {self.row_field} to bind the value to", obj=self, id="core.E102"))
        return found


class SealedTextField(SealedField):
    """A sealed text. With `lookup`, which normalises it, it can be found exactly by a pair of digest columns."""

    def __init__(self, *args: Any, lookup: Callable[[str], str] | None = None, **kwargs: Any) -> None:
        self.lookup = lookup
        super().__init__(*args, **kwargs)

    @property
    def digest_names(self) -> tuple[str, str] | None:
        """The names of the two digest columns; None where the field cannot be looked up."""
        return None if self.lookup is None else (f"{self.name}{DIGEST}", f"{self.name}{NEXT_DIGEST}")

    def check(self, **kwargs: Any) -> list[Any]:
        """Ask for both digest columns, and that what is unique by one is unique by the other."""
        found = super().check(**kwargs)
        if self.digest_names is None:
            return found
        fields = {field.name: field for field in self.model._meta.get_fields()}
        for name in self.digest_names:
            if not isinstance(fields.get(name), LookupDigestField):
                found.append(checks.Error(f"{name} must be a LookupDigestField", obj=self, id="core.E103"))
        if not found and len({self._uniques(name) for name in self.digest_names}) > 1:
            found.append(checks.Error("use unique_lookup: uniqueness needs both columns", obj=self, id="core.E104"))
        return found

    def _uniques(self, digest: str) -> frozenset[Any]:
        """The sets of columns that are unique together with one digest column, with the column left out."""
        both = set(self.digest_names or ())
        return frozenset(
            (frozenset(constraint.fields) - both, str(constraint.condition))
            for constraint in self.model._meta.constraints
            if isinstance(constraint, models.UniqueConstraint) and digest in constraint.fields
        )


class LookupDigestField(models.BinaryField):
    """32 bytes by which a sealed text is found exactly; never shown, never set by hand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(max_length=32, null=True, editable=False, serialize=False)
        kwargs.setdefault("db_index", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """As the plain column that it is in the database."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("serialize", None)
        return name, "django.db.models.BinaryField", args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        """Bytes, which compare and hash."""
        return None if value is None else bytes(value)


class SealedModel(models.Model):
    """A row with sealed fields: its UUID is given before insert, binds its values, and is never changed."""

    row_key = models.UUIDField(_("行标识"), default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


def unique_lookup(
    field: str, *together: str, name: str, condition: models.Q | None = None
) -> Sequence[models.UniqueConstraint]:
    """Return the two constraints by which one sealed text occurs once (with other fields), also in a rotation."""
    return [
        models.UniqueConstraint(fields=[*together, f"{field}{suffix}"], name=f"{name}{mark}", condition=condition)
        for suffix, mark in ((DIGEST, ""), (NEXT_DIGEST, "_next"))
    ]
