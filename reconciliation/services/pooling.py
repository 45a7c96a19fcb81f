"""From lines whose payer the bank did not name to the pool of gifts that wait for their givers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.sealed import open_many_for_work
from donations.services.claims.pooling import KnownOfGift, pool_gifts
from organizations.choices import Right
from organizations.permissions import require
from reconciliation.models import Statement
from reconciliation.selectors.unnamed import unnamed_lines

if TYPE_CHECKING:
    from accounts.models import User


def pool_unnamed(*, statement: Statement, actor: User) -> int:
    """Put the posted gifts of a statement's lines without a giver into the pool, with what the lines tell; how many.

    What a line says of its payer's account goes over sealed, its last four places alone; one row of the read log. The
    books do not change. Locks as `pool_gifts` does. Raises NotAllowed without SERVE_GIVERS, DomainError.
    """
    require(actor, Right.SERVE_GIVERS, statement.branch)
    lines = list(unnamed_lines(statement).select_related("gift__branch"))
    texts = open_many_for_work(lines, "details", work=f"reconciliation.pooling:{statement.number}")
    known = []
    for line, text in zip(lines, texts, strict=True):
        told = json.loads(text or "{}")
        if line.gift is not None:
            known.append(KnownOfGift(line.gift, told.get("payer", ""), told.get("account", "")))
    if not known:
        return 0
    reason = _("流水 %(number)s 没有付款人户名") % {"number": statement.number}
    return pool_gifts(gifts=known, reason=reason, actor=actor).count
