"""Ways to give: written by one person, put in force by another, ended by either."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import Conflict, DomainError
from core.outbox import write_record
from donations.choices import TERMS_TRANSITIONS, ChannelKind, TermsStatus
from donations.models import GivingChannel
from donations.services.appeals.moving import (
    lock_subject,
    move_subject,
    note_hands,
    note_step,
    require_other,
    require_reason,
    require_step,
)
from donations.services.appeals.recorded import channel_body, channel_private
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

CHANNEL_FIELDS = (
    "kind", "title", "steps", "payee", "account_number", "bank_name", "swift", "currency", "address", "postcode",
    "phone", "url", "remark_hint", "position",
)  # fmt: skip
# What a kind cannot do without.
NEEDED: dict[str, tuple[str, ...]] = {
    ChannelKind.SCAN: ("url",),
    ChannelKind.BANK: ("payee", "account_number", "bank_name"),
    ChannelKind.FOREIGN: ("payee", "account_number", "bank_name", "swift", "currency"),
    ChannelKind.POST: ("payee", "address", "postcode"),
    ChannelKind.PLATFORM: ("url",),
    ChannelKind.GOODS: ("address", "phone"),
}
_ACCOUNT = re.compile(r"[0-9A-Z][0-9A-Z -]{3,39}")
_SWIFT = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


def draft_channel(
    *, branch: Branch, values: Mapping[str, Any], actor: User, replaces: GivingChannel | None = None
) -> GivingChannel:
    """Write a way to give, or a new version of one in force; nothing of it is public yet."""
    require(actor, Right.PLAN_APPEALS, branch)
    cleaned = _checked(values)
    if replaces is not None and (replaces.branch_id != branch.pk or replaces.status != TermsStatus.IN_FORCE):
        raise Conflict("channel_not_in_force", _("要替换的捐赠方式已不在用，请新建。"))
    with transaction.atomic():
        channel = GivingChannel.objects.create(
            **GivingChannel.lineage_of(branch),
            **cleaned,
            replaces=replaces,
            maker_ids=[actor.pk],
            made_by=actor,
            made_at=now(),
        )
        note_step(channel, "", label=_("起草"), actor=actor)
    return channel


def edit_channel(*, channel_id: int, values: Mapping[str, Any], actor: User) -> GivingChannel:
    """Change a draft. Locks it."""
    cleaned = _checked(values)
    with transaction.atomic():
        channel = lock_subject(GivingChannel, channel_id)
        require(actor, Right.PLAN_APPEALS, channel.branch)
        require_step(channel, TermsStatus.SUBMITTED, TERMS_TRANSITIONS)
        for name, value in cleaned.items():
            setattr(channel, name, value)
        channel.save(update_fields=[*cleaned])
        note_hands(channel, actor)
        note_step(channel, channel.status, label=_("修改"), actor=actor, changed=tuple(cleaned))
    return channel


def submit_channel(*, channel_id: int, actor: User) -> GivingChannel:
    """Hand a draft to the second person."""
    return _simple_step(channel_id, TermsStatus.SUBMITTED, Right.PLAN_APPEALS, actor, makes=True)


def drop_channel(*, channel_id: int, reason: str, actor: User) -> GivingChannel:
    """Give a draft up."""
    require_reason(reason)
    return _simple_step(channel_id, TermsStatus.DROPPED, Right.PLAN_APPEALS, actor, reason=reason)


def return_channel(*, channel_id: int, reason: str, actor: User) -> GivingChannel:
    """Give it back to whoever wrote it, with a reason."""
    require_reason(reason)
    return _simple_step(channel_id, TermsStatus.DRAFT, Right.APPROVE_APPEALS, actor, reason=reason)


def end_channel(*, channel_id: int, reason: str, actor: User) -> GivingChannel:
    """Take a way to give off the public pages at once; whoever plans may do it, because taking it off harms nobody."""
    require_reason(reason)
    with transaction.atomic():
        channel = lock_subject(GivingChannel, channel_id)
        require(actor, Right.PLAN_APPEALS if actor.pk in channel.maker_ids else Right.APPROVE_APPEALS, channel.branch)
        move_subject(channel, TermsStatus.ENDED, TERMS_TRANSITIONS, actor=actor, reason=reason, ended_at=now())
    return channel


def approve_channel(*, channel_id: int, account_again: str, actor: User) -> GivingChannel:
    """Put a way to give in force as another person, who types its account once more from the bank's paper.

    Writes its public record, whose digest stands on the row and on the page. What it replaces is ended in the same
    transaction. Locks both. Raises NotAllowed for its makers, DomainError where the account typed again is another.
    """
    with transaction.atomic():
        channel = lock_subject(GivingChannel, channel_id)
        require(actor, Right.APPROVE_APPEALS, channel.branch)
        require_other(channel, actor)
        require_step(channel, TermsStatus.IN_FORCE, TERMS_TRANSITIONS)
        if _plain(account_again) != _plain(channel.account_number):
            sentence = _("再次输入的账号与草稿不一致，请对照银行开户资料逐位核对。")
            raise DomainError("account_differs", sentence, {"account_again": sentence})
        if channel.replaces_id is not None:
            old = lock_subject(GivingChannel, channel.replaces_id)
            if old.status == TermsStatus.IN_FORCE:
                move_subject(
                    old,
                    TermsStatus.ENDED,
                    TERMS_TRANSITIONS,
                    actor=actor,
                    reason=_("由新的捐赠方式替换"),
                    ended_at=now(),
                )
        moment = now()
        digest = _write_record(channel, moment)
        try:
            with transaction.atomic():
                move_subject(
                    channel,
                    TermsStatus.IN_FORCE,
                    TERMS_TRANSITIONS,
                    actor=actor,
                    approved_by=actor,
                    in_force_at=moment,
                    record_sha256=digest,
                )
        except IntegrityError as error:
            raise Conflict("account_in_force", _("这个账号已经在用，请勿重复启用。")) from error
    return channel


def channels_in_force(branch: Branch) -> list[GivingChannel]:
    """The ways to give of a branch that a plan may name; one query."""
    rows = GivingChannel.objects.unscoped("ways to give in force are public").filter(status=TermsStatus.IN_FORCE)
    return list(rows.filter(branch=branch).order_by("position", "pk"))


def _simple_step(
    channel_id: int, to_status: str, right: str, actor: User, *, reason: str = "", makes: bool = False
) -> GivingChannel:
    with transaction.atomic():
        channel = lock_subject(GivingChannel, channel_id)
        require(actor, right, channel.branch)
        move_subject(channel, to_status, TERMS_TRANSITIONS, actor=actor, reason=reason)
        if makes:
            note_hands(channel, actor)
    return channel


def _write_record(channel: GivingChannel, moment: datetime.datetime) -> str:
    record = write_record(
        kind="giving_channel",
        subject=f"{channel.branch.code}-{channel.pk}",
        object_id=channel.pk,
        branch_code=channel.branch.code,
        body=channel_body(channel, moment),
        private=channel_private(channel),
    )
    return hashlib.sha256(record.record.encode()).hexdigest()


def _plain(account: str) -> str:
    return re.sub(r"[\s-]", "", account).upper()


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = {name: values.get(name, "") for name in CHANNEL_FIELDS}
    cleaned = {name: value.strip() if isinstance(value, str) else value for name, value in cleaned.items()}
    cleaned["position"] = cleaned["position"] or 0
    fields: dict[str, str] = {}
    if cleaned["kind"] not in ChannelKind.values:
        fields["kind"] = _("请选择捐赠方式。")
    if not cleaned["title"]:
        fields["title"] = _("请填写名称。")
    for name in NEEDED.get(cleaned["kind"], ()):
        if not cleaned[name]:
            fields[name] = _("这种捐赠方式必须填写这一项。")
    if cleaned["account_number"] and not _ACCOUNT.fullmatch(cleaned["account_number"].upper()):
        fields["account_number"] = _("账号只能是 4 至 40 位数字或字母，可以用空格分组。")
    if cleaned["swift"] and not _SWIFT.fullmatch(cleaned["swift"]):
        fields["swift"] = _("SWIFT 代码是 8 位或 11 位大写字母和数字。")
    if cleaned["url"] and not cleaned["url"].startswith("https://"):
        fields["url"] = _("网址须以 https:// 开头。")
    if fields:
        raise DomainError("channel_incomplete", _("捐赠方式还不完整，请按提示修改。"), fields)
    return cleaned
