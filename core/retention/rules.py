"""The ground floor's part of the table: stored files, the read log, sessions."""

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI, now, wall_clock
from core.files import lock_digest, path_of, sealed_path_of
from core.models import Message, ReadLog, StoredFile, WechatBinding
from core.retention.terms import Asked, HoldKind, Outcome, Term

READ_LOG_YEARS = 5
MESSAGE_DAYS = 90
ENDED_BINDING_YEARS = 3
_BATCH_ROWS = 1000


def purge_files(asked: Asked) -> Outcome:
    """Destroy the bytes, name and key of files whose day has come; the row stays and says when.

    What `settings.RETENTION_KEEPERS` name (files of published reports, vouchers of posted gifts, files of what is held)
    stays whatever its day is.
    """
    due = StoredFile.objects.filter(destroyed_at__isnull=True, purge_on__lte=asked.today)
    kept = set(asked.holds.of("core.storedfile"))
    for path in settings.RETENTION_KEEPERS:
        kept |= {str(key) for key in import_string(path)(due, asked.holds)}
    keys = list(due.order_by("purge_on", "pk").values_list("pk", flat=True))
    free = [key for key in keys if str(key) not in kept]
    if asked.is_dry:
        return Outcome(due=len(keys), held=len(keys) - len(free))
    results = [destroy_file(key) for key in free]
    done = sum(results)
    return Outcome(due=len(keys), destroyed=done, held=len(keys) - len(free), failed=len(free) - done)


def destroy_file(key: Any) -> bool:
    """Destroy one stored file, in a transaction of its own; False where the disk refuses.

    Locks the row and the digest. Bytes that another living row shares stay for that one. The bytes go before the row
    says so: a crash between the two leaves a row that is due again and whose bytes are gone already.
    """
    with transaction.atomic():
        stored = StoredFile.objects.select_for_update().get(pk=key)
        if stored.destroyed_at is not None:
            return True
        lock_digest(stored.sha256)
        try:
            _unlink(stored)
        except OSError:
            return False
        stored.name, stored.sealed_key, stored.destroyed_at = "", None, now()
        stored.save(update_fields=["name", "sealed_key", "destroyed_at"])
    return True


def _unlink(stored: StoredFile) -> None:
    if stored.is_sealed:
        sealed_path_of(stored).unlink(missing_ok=True)
        return
    others = StoredFile.objects.filter(
        sha256=stored.sha256, destroyed_at__isnull=True, sealed_key__isnull=True
    ).exclude(pk=stored.pk)
    if not others.exists():
        path_of(stored.sha256).unlink(missing_ok=True)


def purge_read_log(asked: Asked) -> Outcome:
    """Delete rows of the read log after five years; the database lets none go before three."""
    before = datetime.datetime.combine(_years_before(asked.today, READ_LOG_YEARS), datetime.time(), SHANGHAI)
    return delete_in_batches(ReadLog.objects.filter(at__lt=before), asked)


def purge_sessions(asked: Asked) -> Outcome:
    """Delete sessions that ended by themselves."""
    return delete_in_batches(Session.objects.filter(expire_date__lt=wall_clock()), asked)


def purge_messages(asked: Asked) -> Outcome:
    """Delete rows of short messages that ended; number and text were emptied when they did."""
    ended = Message.objects.exclude(sent_at=None, failure="")
    return delete_in_batches(ended.filter(created_at__lt=now() - datetime.timedelta(days=MESSAGE_DAYS)), asked)


def purge_ended_bindings(asked: Asked) -> Outcome:
    """Delete what shows that somebody had agreed to be written to by WeChat, three years after it ended."""
    before = datetime.datetime.combine(_years_before(asked.today, ENDED_BINDING_YEARS), datetime.time(), SHANGHAI)
    return delete_in_batches(WechatBinding.objects.filter(ended_at__lt=before), asked)


def delete_in_batches(rows: QuerySet[Any], asked: Asked, held: int = 0) -> Outcome:
    """Delete rows, a thousand a transaction, in the order of their keys; only count them where one looks."""
    due = rows.count()
    if asked.is_dry:
        return Outcome(due=due + held, held=held)
    destroyed = 0
    while True:
        with transaction.atomic():
            keys = list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH_ROWS])
            if not keys:
                return Outcome(due=due + held, destroyed=destroyed, held=held)
            # By key and by hand: Django would read each row first, to look for what hangs on it.
            destroyed += rows.model._base_manager.filter(pk__in=keys)._raw_delete(connection.alias)


def _is_file(key: str) -> bool:
    try:
        return StoredFile.objects.filter(pk=uuid.UUID(key), destroyed_at__isnull=True).exists()
    except ValueError:
        return False


def _years_before(day: datetime.date, years: int) -> datetime.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


TERMS: tuple[Term, ...] = (
    Term(
        "core.stored_files",
        "P2/P3",
        _("上传的名单、凭证和附件"),
        _("核对入账、回答疑问"),
        _("到文件上写明的销毁日期；已入账捐赠的凭证和已公开报告的文件长期保存"),
        "个人信息保护法 第十九条、第四十七条；会计档案管理办法 第十四条",
        purge_files,
        HoldKind("core.storedfile", _("文件"), _is_file),
    ),
    Term(
        "core.read_log",
        "P1",
        _("敏感信息查看记录"),
        _("查证谁看过什么"),
        _("五年（法定至少三年，数据库拒绝更早删除）"),
        "个人信息保护法 第五十六条；网络安全法 第二十一条",
        purge_read_log,
    ),
    Term(
        "core.sessions",
        "P1",
        _("已过期的登录会话"),
        _("保持登录"),
        _("过期即删"),
        "个人信息保护法 第十九条",
        purge_sessions,
    ),
    Term(
        "core.messages",
        "P2",
        _("短消息（号码和内容发出或作废时清空）"),
        _("发送验证码和通知"),
        _("发送记录 90 天"),
        "个人信息保护法 第十九条",
        purge_messages,
    ),
    Term(
        "core.wechat_bindings",
        "P2",
        _("微信绑定（手机号和微信账号加密，解绑时清空）"),
        _("按本人同意用微信通知"),
        _("到本人解绑；同意和解绑的时间再留三年"),
        "个人信息保护法 第十五条、第四十七条、第五十六条",
        purge_ended_bindings,
    ),
    Term(
        "core.audit_trail",
        "P1",
        _("操作记录（只有字段名，没有内容）"),
        _("审计、追责"),
        _("长期"),
        "网络安全法 第二十一条；会计档案管理办法",
    ),
    Term(
        "core.public_record",
        "P0",
        _("公开记录（没有自然人姓名）"),
        _("公开可核对"),
        _("永久；当事人要求遗忘时销毁盐值"),
        "民政部令第81号；个人信息保护法 第四十七条",
    ),
)
