"""Whether the portal has what it needs to work: each question answered in one line, with what to do.

Nothing is changed. A subject that cannot be looked into is a finding, never an error of the doctor.
"""

import ctypes.util
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

import redis
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core import clock, crypto
from core.keys import key_problems, unfinished_rotation
from core.models.heartbeat import Heartbeat
from core.models.messages import Message, WechatBinding
from core.notifying.backends import wechat

OLDEST_POSTGRES = 150_000
# A rare character of given names that only the complete fonts have.
RARE_CHARACTER = "𬭎"
FONT_FAMILY = "Noto Sans CJK SC"
LOW_DISK_BYTES = 5 * 1024**3
NO_DISK_BYTES = 1024**3
CLOCK_ATTENTION = timedelta(seconds=5)
CLOCK_WRONG = timedelta(seconds=60)
SILENT_TICKS = 4


class Level(StrEnum):
    """How a finding is to be taken; the value is what JSON holds."""

    FINE = "fine"
    ATTENTION = "attention"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One answer: the subject, what was found, and what to do where it is not fine."""

    subject: str
    level: Level
    text: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Answer all questions, in the order in which one would put things right."""
    # What other apps ask names its subject itself.
    asked_by_apps = [import_string(path) for path in settings.DOCTOR_QUESTIONS]
    subjects: list[tuple[str, Callable[[str], Iterator[Finding]]]] = [
        (_("设置"), _settings),
        (_("数据库"), _database),
        (_("数据库角色"), _role),
        (_("数据库结构"), _migrations),
        (_("消息队列"), _broker),
        (_("后台进程"), _processes),
        (_("短消息"), _messages),
        (_("字体"), _fonts),
        (_("密钥"), _keys),
        *((_("公开日志"), lambda _subject, ask=ask: ask()) for ask in asked_by_apps),
        (_("磁盘"), _disk),
        (_("时钟"), _clock),
    ]
    findings: list[Finding] = []
    for subject, questions in subjects:
        try:
            findings.extend(questions(subject))
        except DatabaseError as error:
            # Only the type and the first line: the rest may repeat values of rows.
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            if isinstance(error, ProgrammingError):
                remedy = _("运行 bin/manage migrate，补齐表和授权。")
            else:
                remedy = _("检查 DATABASE_URL 以及数据库是否在运行。")
            findings.append(Finding(subject, Level.WRONG, _("查不到：%(reason)s") % {"reason": reason}, remedy))
    return findings


def _settings(subject: str) -> Iterator[Finding]:
    serious = [
        message
        for message in checks.run_checks(include_deployment_checks=not settings.DEBUG)
        if message.level >= checks.WARNING and not message.is_silenced()
    ]
    for message in serious:
        level = Level.WRONG if message.level >= checks.ERROR else Level.ATTENTION
        yield Finding(
            subject,
            level,
            f"{message.id}：{str(message.msg).split('. ')[0]}",
            message.hint or _("见 docs/settings.md。"),
        )
    if settings.DEBUG:
        yield Finding(subject, Level.ATTENTION, _("DEBUG 已打开"), _("仅限试用；正式运行请设 DEBUG=0。"))
    elif not serious:
        yield Finding(subject, Level.FINE, _("检查通过"))


def _database(subject: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('server_version_num')::int")
        version, number = cursor.fetchone()
        cursor.execute("SELECT current_setting('fsync')::bool AND current_setting('full_page_writes')::bool")
        durable = cursor.fetchone()[0]
    if number < OLDEST_POSTGRES:
        yield Finding(subject, Level.WRONG, f"PostgreSQL {version}", _("需要 PostgreSQL 15 或更高版本。"))
        return
    if not durable:
        text = _("fsync 或 full_page_writes 已关闭，断电会丢失账目")
        yield Finding(subject, Level.WRONG, text, _("在 postgresql.conf 中打开二者。"))
        return
    yield Finding(subject, Level.FINE, f"PostgreSQL {version}")


def _role(subject: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolcreaterole OR rolbypassrls, "
            "EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')), "
            "EXISTS (SELECT FROM pg_database WHERE datdba = pg_roles.oid AND datname = current_database()) "
            "FROM pg_roles WHERE rolname = current_user"
        )
        name, powerful, owns_tables, owns_database = cursor.fetchone()
    remedy = _("DATABASE_URL 应使用只有授权权限的应用角色（portal_app），所有者只用于 migrate。")
    if powerful:
        yield Finding(subject, Level.WRONG, _("应用以管理员角色 %(name)s 连接") % {"name": name}, remedy)
    elif owns_tables or owns_database:
        yield Finding(subject, Level.WRONG, _("应用以所有者角色 %(name)s 连接") % {"name": name}, remedy)
    else:
        yield Finding(subject, Level.FINE, _("%(name)s：不是所有者，也不是管理员") % {"name": name})


def _migrations(subject: str) -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        text = _("有 %(count)d 个迁移没有执行") % {"count": len(plan)}
        yield Finding(subject, Level.WRONG, text, _("运行 bin/manage migrate。"))
    else:
        yield Finding(subject, Level.FINE, _("迁移全部执行"))


def _broker(subject: str) -> Iterator[Finding]:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3, socket_connect_timeout=3)
    try:
        version = client.info("server")["redis_version"]
        policy = client.info("memory").get("maxmemory_policy", "noeviction")
    except redis.RedisError as error:
        text = _("连接不上：%(reason)s") % {"reason": type(error).__name__}
        yield Finding(subject, Level.WRONG, text, _("检查 REDIS_URL 以及 Redis 是否在运行。"))
        return
    finally:
        client.close()
    if str(policy).startswith("allkeys"):
        text = _("Redis %(version)s 内存满时会丢弃任务（%(policy)s）") % {"version": version, "policy": policy}
        yield Finding(subject, Level.WRONG, text, _("把 maxmemory-policy 设为 volatile-lru 或 noeviction。"))
    else:
        yield Finding(subject, Level.FINE, f"Redis {version}")


def _processes(subject: str) -> Iterator[Finding]:
    seen = dict(Heartbeat.objects.values_list("name", "at"))
    longest = timedelta(seconds=SILENT_TICKS * settings.JOB_TICK_SECONDS)
    remedy = _("用 make run 启动，或查看 var/log 下的日志。")
    for name, label in (("worker", _("后台任务")), ("beat", _("定时任务"))):
        at = seen.get(name)
        if at is None:
            yield Finding(subject, Level.ATTENTION, _("%(label)s还没有运行过") % {"label": label}, remedy)
        elif (silent := clock.wall_clock() - at) > longest:
            seconds = int(silent.total_seconds())
            text = _("%(label)s已有 %(seconds)d 秒没有动静") % {"label": label, "seconds": seconds}
            yield Finding(subject, Level.ATTENTION, text, remedy)
        else:
            yield Finding(subject, Level.FINE, _("%(label)s在运行") % {"label": label})


def _messages(subject: str) -> Iterator[Finding]:
    """Which way messages go, what is missing, and what did not go within the last day; nobody is written to."""
    names = {"aliyun": _("阿里云短信"), "tencent": _("腾讯云短信"), "gateway": _("自建网关")}
    way = settings.NOTIFIER
    if way == "off":
        text = _("没有开通，捐赠人不能查看“我的捐赠”")
        yield Finding(subject, Level.ATTENTION, text, _("设置 NOTIFIER，见 docs/notifying.md。"))
    elif way in ("aliyun", "tencent"):
        text = _("%(name)s，签名“%(sign)s”") % {"name": names[way], "sign": settings.SMS_SIGN_NAME}
        yield Finding(subject, Level.FINE, text)
        if "answered" not in settings.SMS_TEMPLATES:
            text = _("没有设置 SMS_TEMPLATE_ANSWERED，答复请求后不会发短信告知")
            yield Finding(subject, Level.ATTENTION, text, _("报备模板后设置，见 docs/notifying.md。"))
    else:
        yield Finding(subject, Level.FINE, names.get(way) or _("演示方式 %(name)s") % {"name": way})
    if wechat.is_set_up():
        count = WechatBinding.objects.filter(ended_at=None).count()
        yield Finding(subject, Level.FINE, _("微信服务号已设置，%(count)d 人绑定") % {"count": count})
    since = clock.now() - timedelta(days=1)
    failed = Message.objects.filter(created_at__gte=since).exclude(failure="").values_list("failure")
    counts = list(failed.annotate(count=Count("pk")).order_by("-count", "failure")[:5])
    if counts:
        reasons = "、".join(f"{failure} {count}" for failure, count in counts)
        text = _("过去一天没有发出的：%(reasons)s") % {"reasons": reasons}
        remedy = _("按服务商的错误码查原因；too_late 是到时仍没有发出，看 var/log 中 worker 的日志。")
        yield Finding(subject, Level.ATTENTION, text, remedy)


def _fonts(subject: str) -> Iterator[Finding]:
    if ctypes.util.find_library("pango-1.0") is None:
        yield Finding(subject, Level.WRONG, _("没有 Pango，报告无法排版"), _("安装软件包 libpango-1.0-0。"))
    found = _font_for(RARE_CHARACTER)
    if found is None:
        yield Finding(subject, Level.WRONG, _("没有 fontconfig"), _("安装软件包 fontconfig 和 fonts-noto-cjk。"))
    elif FONT_FAMILY not in found:
        text = _("生僻字“%(char)s”会用“%(font)s”显示") % {"char": RARE_CHARACTER, "font": found or _("（无）")}
        yield Finding(subject, Level.WRONG, text, _("安装软件包 fonts-noto-cjk。"))
    else:
        yield Finding(subject, Level.FINE, _("%(font)s，含生僻字“%(char)s”") % {"font": found, "char": RARE_CHARACTER})


def _font_for(character: str) -> str | None:
    """The family that fontconfig takes for a character when Noto Sans CJK SC is asked for; None without fontconfig."""
    program = shutil.which("fc-match")
    if program is None:
        return None
    pattern = f"{FONT_FAMILY}:charset={ord(character):x}"
    done = subprocess.run(
        [program, "--format", "%{family[0]}", pattern], capture_output=True, text=True, timeout=20, check=False
    )
    return done.stdout.strip()


def _keys(subject: str) -> Iterator[Finding]:
    remedy = _("从备份恢复 PORTAL_KEYS；没有它，已加密的内容无法读出。")
    try:
        row = uuid.uuid4()
        opened = crypto.unseal(crypto.seal(b"doctor", field="core.doctor", row=row), field="core.doctor", row=row)
    except crypto.KeyringError as error:
        yield Finding(subject, Level.WRONG, error.message, remedy)
        return
    if opened != b"doctor":
        yield Finding(subject, Level.WRONG, _("加密后读不回原文"), remedy)
        return
    problems = key_problems()
    for problem in problems:
        yield Finding(subject, Level.WRONG, problem.sentence, remedy)
    if problems:
        return
    if (rotation := unfinished_rotation()) is not None:
        text = _("换用新密钥 %(keys)s 没有完成") % {"keys": rotation}
        yield Finding(subject, Level.ATTENTION, text, _("再运行一次 bin/manage rotate_keys。"))
    open_files = [path.name for path in (settings.DATA_DIR / "secrets").glob("*") if path.stat().st_mode & 0o077]
    if open_files:
        text = _("%(names)s 能被别的用户读取") % {"names": "、".join(sorted(open_files))}
        yield Finding(subject, Level.WRONG, text, _("chmod 600 这些文件，并更换密钥。"))
    else:
        yield Finding(subject, Level.FINE, _("可以加密和解密"))


def _disk(subject: str) -> Iterator[Finding]:
    for directory in _distinct_disks(Path(settings.DATA_DIR), Path(settings.PRIVATE_FILES_DIR)):
        free = shutil.disk_usage(directory).free
        text = _("%(directory)s 还有 %(free).1f GB") % {"directory": directory, "free": free / 1024**3}
        remedy = _("清理磁盘或扩容；写满时数据库会停止。")
        if free < NO_DISK_BYTES:
            yield Finding(subject, Level.WRONG, text, remedy)
        elif free < LOW_DISK_BYTES:
            yield Finding(subject, Level.ATTENTION, text, remedy)
        else:
            yield Finding(subject, Level.FINE, text)


def _distinct_disks(*directories: Path) -> list[Path]:
    existing = [next(path for path in (directory, *directory.parents) if path.exists()) for directory in directories]
    return list({path.stat().st_dev: path for path in reversed(existing)}.values())


def _clock(subject: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        before = clock.wall_clock()
        cursor.execute("SELECT clock_timestamp()")
        there = cursor.fetchone()[0]
        after = clock.wall_clock()
    apart = max(before - there, there - after, timedelta(0))
    text = _("数据库与本机相差 %(seconds).1f 秒") % {"seconds": apart.total_seconds()}
    remedy = _("在两台机器上打开时间同步（NTP）。")
    if apart > CLOCK_WRONG:
        yield Finding(subject, Level.WRONG, text, remedy)
    elif apart > CLOCK_ATTENTION:
        yield Finding(subject, Level.ATTENTION, text, remedy)
    else:
        yield Finding(subject, Level.FINE, text)
