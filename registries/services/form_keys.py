"""The keys of forms: a form that is sent twice makes one thing, also when it is sent twice at the same moment."""

from __future__ import annotations

import uuid
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from core.sealed import open_for_work
from registries.errors import WrongState

Row = TypeVar("Row", bound=Model)
_FORMS = 0x7265_6B79


def hold_key(key: uuid.UUID) -> None:
    """Wait until nobody else works on the form with this key; held until the transaction ends (advisory lock).

    Taken before the locks of rows: whoever waited then reads what the first one wrote.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_FORMS, str(key)])


def sent_before(rows: QuerySet[Row], key: uuid.UUID, *, field: str = "key", **same: Any) -> Row | None:
    """The row that the form with this key made; None where it made none. Locks the key.

    `same` are the columns that tell what it was about, and by whom. Raises WrongState where they say something else.
    """
    hold_key(key)
    first = rows.filter(**{field: key}).first()
    if first is not None and any(getattr(first, name) != value for name, value in same.items()):
        raise form_used()
    return first


def require_sealed(row: Model, **texts: str) -> None:
    """Raises WrongState where a row that a form made holds other sealed texts than the form says now."""
    for name, text in texts.items():
        if (open_for_work(row, name, work="registries.form_sent_twice") or "") != text:
            raise form_used()


def form_used() -> WrongState:
    """That a form which made one thing was sent for another, as a page does that a browser brought back."""
    sentence = _("这张表单已经用过（多半是浏览器退回的旧页面），这次没有保存。请重新打开这一页再填。")
    return WrongState("form_used", sentence)
