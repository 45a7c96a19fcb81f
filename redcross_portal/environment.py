"""Reading settings from the environment, so that anything wrong stops the start with one line naming it.

This module runs before Django has settings, so its sentences are plain Chinese: translation is not there yet.
"""

import json
import os
import re
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
# A socket of a server that nobody started: a connection fails at once and says where it looked.
UNSET_DATABASE_URL = "postgresql://portal_app@/portal?host=/nonexistent"
UNSET_REDIS_URL = "unix:///nonexistent/redis.sock"

_ENV_LINE = re.compile(r"^(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)$")


class StartError(Exception):
    """Something the portal needs to start is missing; `str()` is one line that says what to do."""


class SettingError(StartError):
    """A setting is missing or wrong; `str()` is one line that names it and says what is legal."""

    def __init__(self, name: str, problem: str, legal: str) -> None:
        self.name = name
        super().__init__(f"设置 {name} 有误：{problem}。应为：{legal}。")


def load_env_file(path: Path | None = None) -> None:
    """Take over `NAME=value` lines of `.env` (PORTAL_ENV_FILE names another); what the environment holds wins.

    Raises SettingError for a line that is neither a comment nor an assignment.
    """
    path = path or Path(os.environ.get("PORTAL_ENV_FILE") or BASE_DIR / ".env")
    if not path.is_file():
        return
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        match = _ENV_LINE.match(line)
        if match is None:
            # The text of the line may be a secret, so only its number is told.
            raise SettingError(path.name, f"第 {number} 行无法识别", "NAME=值，或以 # 开头的注释")
        os.environ.setdefault(match["name"], _unquoted(match["value"].strip()))


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()


def env_text(name: str, default: str | None = None, *, choices: Collection[str] | None = None) -> str:
    """Text; an unset or empty variable is the default, or an error where there is none."""
    value = os.environ.get(name, "").strip()
    if not value:
        if default is None:
            raise SettingError(name, "没有设置", "、".join(choices) if choices else "非空文本")
        return default
    if choices is not None and value not in choices:
        raise SettingError(name, f"值“{value}”不在允许范围内", "、".join(choices))
    return value


def env_gateway(name: str, *, required: bool) -> str:
    """The address of a gateway: https, or http on this machine; empty where none is required."""
    value = env_text(name, None if required else "")
    return safe_url(name, value) if value else value


def safe_url(name: str, value: str) -> str:
    """An address of another machine within a setting: https, or http on this machine."""
    parts = urlsplit(value)
    on_this_machine = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not (parts.hostname and (parts.scheme == "https" or on_this_machine)):
        raise SettingError(name, f"值“{value}”不是安全的网址", "https:// 开头的网址，或本机的 http 网址")
    return value


def env_template(
    name: str, values: Collection[str], *, required: bool
) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """A filed template of a provider: its id, and pairs of the template's own name for a value and ours, in its order.

    `ID` takes all values under our names, `ID:code` one of them, `ID:thing1=number,time2=day` under other names.
    """
    text = env_text(name, None if required else "")
    if not text:
        return None
    template, colon, listed = text.partition(":")
    pairs = []
    for part in listed.split(",") if colon else values:
        alias, equals, ours = part.strip().partition("=")
        pairs.append((alias.strip(), (ours if equals else alias).strip()))
    names = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
    if not (names.fullmatch(template) and all(names.fullmatch(alias) and ours in values for alias, ours in pairs)):
        legal = f"模板编号，或“模板编号:模板里的变量名=内容”，内容可取 {'、'.join(values)}"
        raise SettingError(name, f"值“{text}”无法识别", legal)
    return template, tuple(pairs)


def env_int(name: str, default: int, *, minimum: int, maximum: int) -> int:
    """A whole number between minimum and maximum, both included."""
    value = env_text(name, str(default))
    legal = f"{minimum} 至 {maximum} 的整数"
    if not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise SettingError(name, f"值“{value}”不是整数", legal)
    number = int(value)
    if not minimum <= number <= maximum:
        raise SettingError(name, f"值 {number} 超出范围", legal)
    return number


def env_day(name: str, default: str) -> date:
    """A day as YYYY-MM-DD."""
    value = env_text(name, default)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise SettingError(name, f"值“{value}”不是日期", "形如 2026-01-01 的日期") from None


def env_bool(name: str, default: bool) -> bool:
    """1/true/yes/on or 0/false/no/off, in any case."""
    value = env_text(name, "1" if default else "0").casefold()
    if value in TRUE_WORDS:
        return True
    if value in FALSE_WORDS:
        return False
    raise SettingError(name, f"值“{value}”不是开关值", "1 或 0（也可用 true、false、yes、no、on、off）")


def env_list(name: str, default: Collection[str] = ()) -> list[str]:
    """Comma-separated words, without the empty ones."""
    value = env_text(name, ",".join(default))
    return [word.strip() for word in value.split(",") if word.strip()]


def env_path(name: str, default: Path) -> Path:
    """A path; a relative one counts from the project's directory, wherever a command is called from."""
    return BASE_DIR / Path(env_text(name, str(default))).expanduser()


def data_dir() -> Path:
    """The portal's data directory (PORTAL_DATA_DIR, else `var/` in the project)."""
    return env_path("PORTAL_DATA_DIR", BASE_DIR / "var")


def env_url(name: str, default: str | None = None, *, schemes: Collection[str]) -> str:
    """A URL of one of the schemes. The value is never repeated in the error: it may hold a password."""
    value = env_text(name, default)
    legal = "、".join(f"{scheme}://…" for scheme in schemes)
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise SettingError(name, "地址格式不对", legal) from None
    if parts.scheme not in schemes:
        raise SettingError(name, f"地址以“{parts.scheme or '（空）'}”开头", legal)
    return value


def env_secret(name: str, default_file: Path | None = None, *, optional: bool = False) -> str:
    """A secret from NAME, from the file that NAME_FILE names, or from the default file, in this order.

    An optional one is empty where none of these is there.
    """
    value = os.environ.get(name, "").strip()
    if value:
        return value
    named = os.environ.get(f"{name}_FILE", "").strip()
    if named:
        return _secret_from(Path(named).expanduser(), f"{name}_FILE")
    if default_file is not None and default_file.is_file():
        return _secret_from(default_file, name)
    if optional:
        return ""
    where = f"，或先运行 make setup 生成 {default_file}" if default_file else ""
    raise SettingError(name, "没有设置", f"{name}=密文，或 {name}_FILE=文件路径{where}")


def env_keys(name: str, default_file: Path) -> dict[str, Any] | Path:
    """Keys as JSON from NAME, or the path of the file that holds them: what NAME_FILE names, or the default file."""
    text = env_secret(name, default_file)
    try:
        keys: dict[str, Any] = json.loads(text)
    except ValueError:
        raise SettingError(name, "不是 JSON", "bin/setup 生成的密钥环 JSON") from None
    if os.environ.get(name, "").strip():
        return keys
    named = os.environ.get(f"{name}_FILE", "").strip()
    return Path(named).expanduser() if named else default_file


def _secret_from(path: Path, name: str) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "不是 UTF-8 文本"
        raise SettingError(name, f"文件 {path} 读不出来（{reason}）", "可读的 UTF-8 文本文件") from None
    if not text:
        raise SettingError(name, f"文件 {path} 是空的", "非空的 UTF-8 文本文件")
    return text


def env_database(name: str, default: str | None = None, *, conn_max_age: int = 0) -> dict[str, Any]:
    """One entry of Django's DATABASES from a postgresql:// URL; `?host=/dir` names a socket directory."""
    url = env_url(name, default, schemes=("postgresql", "postgres"))
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    database = unquote(parts.path.lstrip("/"))
    if not database or not parts.username:
        raise SettingError(name, "缺少用户名或数据库名", "postgresql://用户:密码@主机:端口/数据库")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database,
        "USER": unquote(parts.username),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or "") or "localhost",
        "PORT": str(parts.port or options.pop("port", "5432")),
        "OPTIONS": {key: value for key, value in options.items() if key != "port"},
        "CONN_MAX_AGE": conn_max_age,
        "CONN_HEALTH_CHECKS": conn_max_age > 0,
    }


def database_url(*, user: str, name: str, socket_dir: Path) -> str:
    """The URL of a database behind a unix socket."""
    return f"postgresql://{quote(user)}@/{quote(name)}?host={quote(str(socket_dir))}&port=5432"


def env_redis(name: str, default: str | None = None) -> str:
    """A Redis address as redis-py and Django's cache take it: redis://, rediss:// or unix:///path.sock?db=N."""
    return env_url(name, default, schemes=("redis", "rediss", "unix"))


def celery_broker_url(redis_url: str) -> str:
    """The same Redis as Celery wants it: kombu calls a unix socket `redis+socket` and its number `virtual_host`."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    number = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={number}"
