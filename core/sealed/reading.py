"""The only doors to sealed texts: for a person, with a purpose; for work of the system, with its name.

Whether the person may read the value is the caller's question (each app's permissions); that it was read stands in
the log before the value is handed over.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from core.audit import request_address
from core.clock import now
from core.crypto import unseal
from core.errors import DomainError
from core.fields import SealedTextField
from core.models import ReadLog
from core.sealed.writing import sealed_text_field


def reveal(obj: Model, field_name: str, *, reader: Any, purpose: str, branch_code: str | None = None) -> str | None:
    """Return a sealed text to a person and log it: who, which object and field, what for, which branch, when.

    The row of the log is committed before the value is returned: RuntimeError inside a transaction, where
    it could still be rolled back. Without `branch_code` that of the object or of its branch is taken. An empty field
    is logged as well. Raises DomainError `purpose_missing`, KeyringError. Legal source: 个人信息保护法 Arts. 6, 51.
    """
    return reveal_many([obj], field_name, reader=reader, purpose=purpose, branch_code=branch_code)[0]


def reveal_many(
    objs: Iterable[Model], field_name: str, *, reader: Any, purpose: str, branch_code: str | None = None
) -> list[str | None]:
    """Return one sealed text of several objects, in order, each logged, as `reveal` does."""
    rows = list(objs)
    with transaction.atomic(durable=True):
        texts = [_opened(obj, sealed_text_field(type(obj), field_name)) for obj in rows]
        log_read(rows, field_name, reader=reader, purpose=purpose, branch_code=branch_code, durable=False)
    return texts


def log_read(
    objs: Iterable[Model],
    field_name: str,
    *,
    reader: Any,
    purpose: str,
    branch_code: str | None = None,
    durable: bool = True,
) -> None:
    """Log that a person reads one value of each object, committed before this returns (RuntimeError in a transaction).

    For doors to values that are no sealed columns (core.files). Raises DomainError `purpose_missing`.
    """
    if len(purpose.strip()) < 2:
        raise DomainError(
            "purpose_missing", _("查看敏感信息须写明用途，请填写后再试。"), {"purpose": _("请写明用途，至少两个字")}
        )
    if getattr(reader, "pk", None) is None:
        raise TypeError("a person reads; work of the system uses open_for_work")
    with transaction.atomic(durable=durable):
        ReadLog.objects.bulk_create(
            ReadLog(
                at=now(),
                reader_id=reader.pk,
                reader_login=getattr(reader, "login", ""),
                object_label=obj._meta.label_lower,
                object_key=str(getattr(obj, "number", "") or obj.pk)[:120],
                row_key=getattr(obj, "row_key", None),
                field=field_name,
                purpose=purpose.strip()[:200],
                branch_code=_branch_code(obj) if branch_code is None else branch_code,
                address=request_address.get(),
            )
            for obj in objs
        )


def log_work(model: type[Model], field_name: str, *, work: str) -> None:
    """Log that work of the system opens values of one field: one row, however often it is said."""
    if not work.strip():
        raise TypeError("work needs a name")
    row = ReadLog(at=now(), object_label=model._meta.label_lower, field=field_name, work=work.strip()[:120])
    ReadLog.objects.bulk_create([row], ignore_conflicts=True)


def open_for_work(obj: Model, field_name: str, *, work: str) -> str | None:
    """Return a sealed text to a service that computes with it and shows it to nobody.

    `work` names one piece of work and nothing personal (`donations.claims:<job>`): it has one row in the log
    for each field, however many values it opens. The row stands or falls with the caller's transaction.
    """
    return open_many_for_work([obj], field_name, work=work)[0]


def open_many_for_work(objs: Sequence[Model], field_name: str, *, work: str) -> list[str | None]:
    """Return one sealed text of many objects of one model, in order, as `open_for_work` does; one row in the log."""
    if not objs:
        return []
    model = type(objs[0])
    field = sealed_text_field(model, field_name)
    log_work(model, field_name, work=work)
    return [_opened(obj, field) for obj in objs]


def _opened(obj: Model, field: SealedTextField) -> str | None:
    value = getattr(obj, field.attname)
    if value is None:
        return None
    return unseal(value, field=field.logical, row=getattr(obj, field.row_field), purpose=field.purpose).decode()


def _branch_code(obj: Any) -> str:
    return getattr(obj, "branch_code", "") or getattr(getattr(obj, "branch", None), "code", "")
