"""What the doctor asks of the public log: its key, and whether it goes on (`settings.DOCTOR_QUESTIONS`)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from core.clock import now
from core.diagnosis import Finding, Level
from transparency.models import CheckpointDelivery, LogCheckpoint, LogHead, LogLeaf, LogMirror
from transparency.notes import parse_checkpoint, parse_note
from transparency.selectors.public_log import latest_checkpoint
from transparency.services.log_keys import LogKeyMissing, read_log_keys
from transparency.services.restored import mirror_is_ahead, order_is_held
from transparency.services.resuming import lost_subjects
from transparency.services.sequencing import records_without_place

LONGEST_WAIT = datetime.timedelta(minutes=10)
# Where containers put the files that they are given; who may read them is said outside.
_GIVEN_TO_CONTAINERS = Path("/run/secrets")


def log_key() -> Iterator[Finding]:
    """Whether the key can be read, is that of this log, and can be read by nobody else."""
    subject, path = _("日志密钥"), Path(settings.LOG_KEY_FILE)
    last = latest_checkpoint()
    try:
        keys = read_log_keys()
    except LogKeyMissing as error:
        is_needed = path.exists() or _unsigned_since() is not None
        level = Level.WRONG if is_needed else Level.ATTENTION
        remedy = _("从备份恢复 LOG_KEY_FILE；如果只有后台任务所在的机器签名，请在那里运行 doctor。")
        yield Finding(subject, level, error.message, remedy)
        return
    signed = parse_checkpoint(parse_note(last.note).text).origin if last else keys.origin
    if signed != keys.origin:
        words = {"own": keys.origin, "signed": signed}
        text = _("密钥文件的 origin 是“%(own)s”，已签名的是“%(signed)s”") % words
        yield Finding(subject, Level.WRONG, text, _("把密钥文件里的 origin 改回来：换名称就是另一本日志。"))
        return
    mode = path.stat().st_mode
    if mode & 0o077 and _GIVEN_TO_CONTAINERS not in path.parents:
        text = _("%(path)s 能被别的用户读取") % {"path": path}
        yield Finding(subject, Level.WRONG, text, _("chmod 600 这个文件，并更换签名密钥（docs/log.md）。"))
        return
    yield Finding(subject, Level.FINE, keys.origin)


def log_progress() -> Iterator[Finding]:
    """Whether the log is held, behind with places, signatures or its copy; one line where all is well."""
    subject = _("公开日志")
    problems = list(_problems(subject))
    yield from problems
    if not problems:
        last = latest_checkpoint()
        words = {"size": _size(), "signed": last.size if last else 0}
        yield Finding(subject, Level.FINE, _("%(size)d 条，已签名 %(signed)d 条") % words)


def _problems(subject: str) -> Iterator[Finding]:
    if mirror_is_ahead():
        text = _("副本里签名的比本机的长：本机是较早的备份，已停止签名")
        yield Finding(subject, Level.WRONG, text, _("运行 bin/manage resume_log，见 docs/log.md。"))
    elif order_is_held():
        text = _("从备份恢复后停着，不排号、不签名")
        yield Finding(subject, Level.ATTENTION, text, _("运行 bin/manage resume_log，见 docs/log.md。"))
    else:
        yield from _behind(subject)
    yield from _copy(subject)
    waiting = CheckpointDelivery.objects.filter(sent_at=None, attempt_count__gt=0, person__is_active=True).count()
    if waiting:
        text = _("有 %(count)d 份每日检查点没有发到监事邮箱") % {"count": waiting}
        yield Finding(subject, Level.ATTENTION, text, _("原因见 /audit/log/；检查 EMAIL_* 设置和监事的邮箱。"))
    if lost := lost_subjects():
        text = _("恢复后有 %(count)d 项只在日志里有、账上没有") % {"count": len(lost)}
        yield Finding(subject, Level.ATTENTION, text, _("运行 verify_log 查看编号，按原始凭证重新登记。"))


def _behind(subject: str) -> Iterator[Finding]:
    remedy = _("查看 var/log 中 worker 的日志；长时间未结束的数据库事务也会拖住排号。")
    if records_without_place(now() - LONGEST_WAIT):
        yield Finding(subject, Level.WRONG, _("有公开记录写入十多分钟还没有排号"), remedy)
    since = _unsigned_since()
    if since is not None and now() - since > LONGEST_WAIT:
        text = _("最新的记录已排号 %(minutes)d 分钟，还没有签名") % {"minutes": (now() - since).total_seconds() // 60}
        yield Finding(subject, Level.WRONG, text, remedy)


def _copy(subject: str) -> Iterator[Finding]:
    if settings.LOG_MIRROR_DIR is None:
        return
    row, last = LogMirror.objects.first(), latest_checkpoint()
    remedy = _("检查 LOG_MIRROR_DIR 的磁盘；内容不符时请先运行 verify_log --mirror，不要删除副本。")
    if row is not None and row.problem:
        yield Finding(subject, Level.WRONG, _("副本没有写成：%(why)s") % {"why": row.problem}, remedy)
        return
    copied = row.size if row else 0
    if last is not None and copied < last.size:
        waiting = LogCheckpoint.objects.filter(size__gt=copied).order_by("size").values_list("signed_at", flat=True)[0]
        if now() - waiting > LONGEST_WAIT:
            text = _("副本落后：已复制 %(copied)d 条，已签名 %(signed)d 条") % {"copied": copied, "signed": last.size}
            yield Finding(subject, Level.ATTENTION, text, remedy)


def _size() -> int:
    return LogHead.objects.values_list("size", flat=True).get(pk=1)


def _unsigned_since() -> datetime.datetime | None:
    """Since when the oldest record waits that has its place and is in no signed head."""
    last = latest_checkpoint()
    rows = LogLeaf.objects.filter(index=last.size if last else 0)
    return rows.values_list("sequenced_at", flat=True).first()
