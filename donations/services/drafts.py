"""Drafts of the counter: what is typed survives a closed window, an ended session and another machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.clock import now, today
from core.errors import Conflict
from core.retention.rules import delete_in_batches
from core.retention.terms import Asked, Outcome, Term
from core.sealed import open_for_work, seal_into
from donations.models import CounterDraft
from donations.services.batches import lock_person
from organizations.choices import Right
from organizations.permissions import require_anywhere

if TYPE_CHECKING:
    from accounts.models import User

KEPT_DAYS = 7
# What a draft keeps of the form; a voucher is a file and is chosen again.
FIELDS = (
    *("fund", "donor", "amount", "received_on", "name_choice", "purpose", "channel", "donor_kind", "remark"),
    "reference",
)
_LONGEST = 500


@dataclass(frozen=True)
class Draft:
    """A draft as its owner sees it."""

    typed: dict[str, str]
    edit_count: int
    saved_at: datetime


def save_draft(*, typed: Mapping[str, Any], edit_count: int, actor: User) -> Draft:
    """Keep what a person has typed so far; `edit_count` is that of the draft their window began with, 0 without one.

    Locks the person. Raises Conflict where another window saved meanwhile: nothing is overwritten unseen.
    """
    require_anywhere(actor, Right.ENTER_GIFTS)
    kept = {name: str(typed.get(name) or "")[:_LONGEST] for name in FIELDS}
    with transaction.atomic():
        lock_person(actor)
        draft = CounterDraft.objects.filter(owner=actor).first() or CounterDraft(owner=actor)
        if draft.edit_count != edit_count:
            raise Conflict(
                "draft_newer", _("另一个窗口保存了较新的草稿，这里不再自动保存；请先处理那个窗口，或刷新本页。")
            )
        draft.edit_count += 1
        draft.saved_at = now()
        seal_into(draft, content=json.dumps(kept, ensure_ascii=False))
        draft.save()
    return Draft(kept, draft.edit_count, draft.saved_at)


def open_draft(*, actor: User) -> Draft | None:
    """Return what a person was typing, or None."""
    draft = CounterDraft.objects.filter(owner=actor).first()
    if draft is None:
        return None
    content = open_for_work(draft, "content", work=f"donations.drafts:{actor.pk}:{today().isoformat()}")
    typed = {name: text for name, text in json.loads(content or "{}").items() if name in FIELDS}
    return Draft(typed, draft.edit_count, draft.saved_at)


def discard_draft(*, actor: User) -> None:
    """Throw away what a person was typing; in the transaction that keeps the gift, or because they ask."""
    CounterDraft.objects.filter(owner=actor).delete()


def forget_drafts(asked: Asked) -> Outcome:
    """Destroy drafts that nobody came back to for seven days."""
    return delete_in_batches(CounterDraft.objects.filter(saved_at__lt=now() - timedelta(days=KEPT_DAYS)), asked)


TERMS: tuple[Term, ...] = (
    Term(
        "donations.counter_drafts",
        "P2",
        gettext_lazy("录入台没有提交的草稿（加密）"),
        gettext_lazy("接着录入"),
        gettext_lazy("提交或丢弃即删，最长七天"),
        "个人信息保护法 第十九条",
        forget_drafts,
    ),
)
