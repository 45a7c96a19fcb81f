"""Signing the head of the public log, and taking in what witnesses sign of it."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now
from core.errors import DomainError
from transparency.merkle.tiles import MissingTile
from transparency.models import LogCheckpoint, LogCosignature, LogHead, LogKey
from transparency.notes import (
    BadNote,
    Checkpoint,
    Note,
    Verifier,
    cosigned_at,
    parse_checkpoint,
    parse_note,
    parse_signature,
    parse_verifier,
)
from transparency.selectors.public_log import latest_checkpoint, tree_of_size
from transparency.services.log_keys import read_log_keys
from transparency.services.restored import mirror_is_ahead, order_is_held
from transparency.services.tiling import tile_leaves


class WouldFork(DomainError):
    """What would be signed does not go on from what was signed before; nothing is signed until people have looked."""

    http_status = 500


def sign_checkpoint() -> LogCheckpoint | None:
    """Sign the tree as far as it stands in tiles, where that is more than was signed before; None otherwise.

    Reads the key, so it runs in a worker. Locks the log's head. Before it signs, the root of the checkpoint before is
    computed again from today's tiles: a log that was rewritten gets no new signature (tlog-checkpoint: "a log must not
    sign any checkpoint which is inconsistent"). Raises WouldFork, LogKeyMissing.
    """
    with transaction.atomic():
        head = LogHead.objects.select_for_update().get(pk=1)
        last = LogCheckpoint.objects.order_by("-size").first()
        if order_is_held() or head.tiled == (last.size if last else 0):
            return None
        if mirror_is_ahead():
            message = _("副本里签名的公开日志比本机的长：本机是较早的备份。已停止签名，请运行 resume_log。")
            raise WouldFork("log_behind_mirror", message)
        keys = read_log_keys()
        try:
            if last is not None:
                _goes_on_from(last, keys.origin, head.tiled)
            root = tree_of_size(head.tiled).root()
        except MissingTile as error:
            raise WouldFork("log_tile_missing", _("公开日志缺少哈希，不能签名：%(what)s") % {"what": error}) from None
        text = Checkpoint(keys.origin, head.tiled, root).text
        for key in keys.keys:
            LogKey.objects.get_or_create(
                verifier=key.verifier.text, defaults={"first_size": head.tiled, "added_at": now()}
            )
        return LogCheckpoint.objects.create(
            size=head.tiled,
            root=root,
            note=str(Note(text, tuple(key.sign(text) for key in keys.keys))),
            signed_at=now(),
        )


def head_covering(size: int) -> LogCheckpoint | None:
    """The newest signed head, which covers the first `size` records; signs one where there is none yet.

    For workers: it may need the log's key. None only for an empty log that nobody signed. Raises DomainError
    `log_not_signed` while the log is held back, WouldFork, LogKeyMissing.
    """
    head = latest_checkpoint()
    if size > (head.size if head else 0):
        tile_leaves()
        sign_checkpoint()
        head = latest_checkpoint()
    if size > (head.size if head else 0):
        raise DomainError(
            "log_not_signed",
            _("公开日志还没有签到第 %(size)d 条，报告暂时不能制作，请稍后重试；若一直如此，请系统管理员运行 doctor。")
            % {"size": size},
        )
    return head


def _goes_on_from(last: LogCheckpoint, origin: str, size: int) -> None:
    before = parse_checkpoint(parse_note(last.note).text)
    if before.origin != origin:
        message = _("公开日志的名称由“%(old)s”变成了“%(new)s”：换名称就是另一本日志，请改回密钥文件里的 origin。")
        raise WouldFork("log_origin_changed", message % {"old": before.origin, "new": origin})
    if before.size > size or tree_of_size(before.size).root() != before.root:
        message = _("公开日志前 %(size)d 条与已签名的检查点不符：有人改过，已停止签名，请用 verify_log 查是哪一条。")
        raise WouldFork("log_would_fork", message % {"size": before.size})


def add_cosignature(*, size: int, line: str) -> LogCosignature:
    """Add a witness's signature line to the checkpoint of a size; one that is there already stays.

    Only lines of the witnesses in `settings.LOG_WITNESSES` are taken, and only good ones (c2sp.org/tlog-cosignature).
    Raises DomainError `unknown_checkpoint`, `unknown_witness`, `bad_cosignature`.
    """
    checkpoint = LogCheckpoint.objects.filter(pk=size).first()
    if checkpoint is None:
        raise DomainError("unknown_checkpoint", _("没有长度为 %(size)d 的检查点。") % {"size": size})
    try:
        signature = parse_signature(line.strip("\n"))
    except BadNote:
        raise DomainError("bad_cosignature", _("这不是一行见证签名。")) from None
    witness = next((one for one in witnesses() if (one.name, one.key_id) == (signature.name, signature.key_id)), None)
    if witness is None:
        raise DomainError("unknown_witness", _("设置 LOG_WITNESSES 里没有这个见证方。"))
    moment = cosigned_at(parse_note(checkpoint.note).text, signature, witness)
    if moment is None:
        raise DomainError("bad_cosignature", _("见证签名与这个检查点不符。"))
    return LogCosignature.objects.get_or_create(
        checkpoint=checkpoint,
        line=signature.line,
        defaults={
            "name": signature.name,
            "cosigned_at": datetime.datetime.fromtimestamp(moment, tz=datetime.UTC),
            "added_at": now(),
        },
    )[0]


def witnesses() -> list[Verifier]:
    """The witnesses whose signatures are taken."""
    return [parse_verifier(text) for text in settings.LOG_WITNESSES]
