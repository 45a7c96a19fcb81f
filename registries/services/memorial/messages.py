"""Candles and messages: lit and left by visitors, seen by nobody before a person has approved them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.errors import NotFound
from core.random_codes import random_code
from core.sealed import seal_into
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.memorial import (
    NEVER_SHOWN,
    DeclineReason,
    Flag,
    MessageStatus,
    NameShown,
    PageStatus,
    ReportReason,
)
from registries.errors import RegistryError, WrongState
from registries.models import MemorialMessage, MemorialPage
from registries.services.form_keys import hold_key, require_sealed, sent_before
from registries.services.memorial.moving import move, note
from registries.services.memorial.page_content import shown
from registries.services.memorial.pages import opened_content
from registries.services.memorial.texts import flags_of, plain_text

if TYPE_CHECKING:
    from accounts.models import User

LONGEST_MESSAGE, LONGEST_SIGNATURE = 200, 20
# One name for all work that looks at a page for everybody: its row in the log of reading is written once.
PUBLIC_WORK = "registries.memorial:public"


@dataclass(frozen=True)
class Words:
    """What a visitor wrote: a text, and a name if they like; `key` is the form's own."""

    text: str
    name: str
    key: uuid.UUID


def light_candle(*, page_id: int) -> None:
    """Keep that a candle was lit today: the day, not who or how many. One statement."""
    rows = MemorialPage.objects.for_public_display().filter(pk=page_id)
    rows.exclude(candle_on=today()).update(candle_on=today())


def leave_words(*, page_id: int, words: Words) -> MemorialMessage:
    """Keep a message for who moderates; said twice with one key, it is the first one. Locks the page.

    Of the visitor nothing is kept: no address, no telephone. Raises RegistryError with fields, NotFound where the page
    takes none, WrongState for other words on a form that was used.
    """
    text, name = _checked(words)
    with transaction.atomic():
        hold_key(words.key)
        rows = MemorialPage.objects.for_public_display().select_for_update(of=("self",), no_key=True)
        page: MemorialPage | None = rows.select_related("branch", "consent").filter(pk=page_id).first()
        if page is None:
            raise NotFound("page_gone", _("这一页现在不能留言。"))
        first = sent_before(MemorialMessage.objects.unscoped("sent twice"), words.key, page_id=page.pk)
        if first is not None:
            require_sealed(first, text=text, name=name)
            return first
        content = opened_content(page, work=PUBLIC_WORK)
        if not shown(page, page.consent, content).takes_messages:
            raise NotFound("page_takes_none", _("这一页现在不能留言。"))
        hidden = "" if page.consent.name_shown == NameShown.FULL else content.name
        message = MemorialMessage(
            **MemorialMessage.lineage_of(page.branch),
            code=random_code(),
            key=words.key,
            page=page,
            status=MessageStatus.WAITING,
            flags=flags_of(f"{text}\n{name}", hidden_name=hidden),
            sent_at=now(),
        )
        seal_into(message, text=text, name=name)
        message.save(force_insert=True)
        note(message, "", verb="left")
    return message


def approve_message(*, message_id: int, actor: User) -> MemorialMessage:
    """Let a message be seen. Locks it. Raises RegistryError for one that must be declined, WrongState."""
    with transaction.atomic():
        message = _locked(message_id)
        require(actor, Right.KEEP_MEMORIAL, message.branch)
        if hard := NEVER_SHOWN & set(message.flags):
            labels = _("、").join(str(Flag(one).label) for one in sorted(hard))
            raise RegistryError(
                "message_must_be_declined",
                _("规则提示“%(found)s”，这条留言不能显示，请选“不予显示”。") % {"found": labels},
            )
        if not message.page.consent.takes_messages:
            raise WrongState("page_takes_none", _("家属已不接受留言，请选“不予显示”。"))
        move(message, MessageStatus.SHOWN, verb="approved", actor=actor, decided_by=actor, is_reported=False)
    return message


def decline_message(*, message_id: int, reason: str, actor: User) -> MemorialMessage:
    """Say that a message is not shown, or no longer, for a literal reason. Locks it. Raises RegistryError."""
    if reason not in DeclineReason.values:
        sentence = _("请选择不予显示的原因。")
        raise RegistryError("reason_missing", sentence, {"reason": sentence})
    with transaction.atomic():
        message = _locked(message_id)
        require(actor, Right.KEEP_MEMORIAL, message.branch)
        move(
            message,
            MessageStatus.DECLINED,
            verb="declined",
            actor=actor,
            reason=reason,
            decided_by=actor,
            ended_at=now(),
        )
    return message


def report_message(*, code: str, page_code: str, reason: str) -> MemorialMessage:
    """Take a shown message back into the queue at a visitor's word. Locks it. Raises RegistryError, NotFound."""
    if reason not in ReportReason.values:
        sentence = _("请选择举报的原因。")
        raise RegistryError("reason_missing", sentence, {"reason": sentence})
    with transaction.atomic():
        rows = MemorialMessage.objects.unscoped("a message that is shown").filter(
            code=code, page__code=page_code, page__status=PageStatus.PUBLISHED
        )
        message: MemorialMessage | None = rows.select_for_update(of=("self",)).select_related("branch").first()
        if message is None or message.status not in (MessageStatus.SHOWN, MessageStatus.WAITING):
            raise NotFound("message_not_found", _("这条留言已经不在了。"))
        # Reported by two at once it is in the queue already.
        if message.status == MessageStatus.SHOWN:
            move(message, MessageStatus.WAITING, verb="reported", reason=reason, is_reported=True)
    return message


def _locked(message_id: int) -> MemorialMessage:
    rows = MemorialMessage.objects.unscoped("lock of one known message").select_for_update(of=("self",))
    message: MemorialMessage = rows.select_related("branch", "page__consent").get(pk=message_id)
    if message.page.status != PageStatus.PUBLISHED and message.ended_at is None:
        raise WrongState("page_not_published", _("这一页已经撤下，留言不再处理。"))
    return message


def _checked(words: Words) -> tuple[str, str]:
    text, name = plain_text(words.text), " ".join(plain_text(words.name).split())
    fields = {}
    if not text:
        fields["text"] = _("请写下想说的话。")
    elif len(text) > LONGEST_MESSAGE:
        fields["text"] = _("留言请不超过 %(most)d 字，现在是 %(now)d 字。") % {
            "most": LONGEST_MESSAGE,
            "now": len(text),
        }
    if len(name) > LONGEST_SIGNATURE:
        fields["name"] = _("署名请不超过 %(most)d 字。") % {"most": LONGEST_SIGNATURE}
    if fields:
        raise RegistryError("message_wrong", _("还没有提交，请按提示修改。"), fields)
    return text, name
