"""Where the private servers keep their files, and under which account of the system they run."""

import contextlib
import fcntl
import grp
import json
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from redcross_portal.environment import StartError

STATE_ROOT = Path("/var/lib/redcross-portal")
SYSTEM_ACCOUNT = "postgres"
OWN_ACCOUNT = "redcross-portal"
SERVER_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """The account of the operating system that the servers run as; never root."""

    uid: int
    gid: int

    @property
    def process_options(self) -> dict[str, Any]:
        """Keyword arguments that make `subprocess` start a program as this account, in a neutral place."""
        options: dict[str, Any] = {"cwd": "/", "env": SERVER_ENVIRONMENT, "stdin": subprocess.DEVNULL}
        if os.geteuid() == 0:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def may_enter(self, directory: Path) -> bool:
        """Whether the account gets through to the directory, asked of the kernel and not worked out from bits."""
        done = subprocess.run(["/usr/bin/test", "-x", str(directory)], **self.process_options, check=False)
        return done.returncode == 0

    def make_directory(self, path: Path) -> Path:
        """A directory that only this account (and root) can enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.own(path)
        path.chmod(0o700)
        return path

    def own(self, path: Path) -> None:
        """Give a file or directory to the account; nothing to do for an ordinary user."""
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.gid)


@dataclass(frozen=True)
class Place:
    """The directories of one set of private servers."""

    account: Account
    state_dir: Path
    socket_dir: Path

    @property
    def postgres_dir(self) -> Path:
        """The data directory of the private PostgreSQL."""
        return self.state_dir / "postgres"

    @property
    def redis_dir(self) -> Path:
        """The working directory of the private Redis."""
        return self.state_dir / "redis"

    @property
    def redis_socket(self) -> Path:
        """The unix socket of the private Redis."""
        return self.socket_dir / "redis.sock"


def choose_account() -> Account:
    """Oneself for an ordinary user; for root the account `postgres`, or one made for the purpose."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for name in (SYSTEM_ACCOUNT, OWN_ACCOUNT):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise StartError("以 root 运行时需要系统用户 postgres：请安装软件包 postgresql，或改用普通用户运行")
    argv = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", OWN_ACCOUNT]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StartError(f"不能建立系统用户 {OWN_ACCOUNT}（{done.stderr.strip()}）：请安装软件包 postgresql")
    return Account(pwd.getpwnam(OWN_ACCOUNT).pw_uid, grp.getgrnam(OWN_ACCOUNT).gr_gid)


def short_directory(account: Account, prefix: str) -> Path:
    """A new directory with a short path: the address of a unix socket has 107 bytes at most."""
    base = "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else None  # noqa: S108 - mkdtemp makes it 0700 and unguessable
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
    account.own(path)
    return path


def services_dir(data_dir: Path) -> Path:
    """Where the locks and the record of the private servers stand, inside the portal's data directory."""
    path = data_dir / "services"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(
            f"不能写入 {data_dir}（{error.strerror}）：请用当初建立它的用户运行，或用 PORTAL_DATA_DIR 另指一个目录"
        ) from None
    return path


@contextlib.contextmanager
def locked(path: Path) -> Iterator[IO[str]]:
    """Hold a file's exclusive lock; whoever comes second waits."""
    with open_lock(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def open_lock(path: Path) -> IO[str]:
    """Open a lock file, saying so in one line where another user owns it."""
    try:
        return path.open("a+", encoding="utf-8")
    except PermissionError:
        raise StartError(
            f"{path} 属于另一个用户：请用当初运行门户的用户运行，或用 PORTAL_DATA_DIR 另指一个目录"
        ) from None


def find_place(data_dir: Path) -> Place:
    """The recorded place of this data directory, made where there is none. The caller holds the lock.

    A socket directory that has gone (reboot, a cleaner of /tmp) is replaced by a new one.
    """
    services = services_dir(data_dir)
    record_file = services / "place.json"
    record = _read_record(record_file)
    if record is None:
        place = _new_place(services)
    else:
        account = _recorded_account(record, data_dir)
        state_dir = services / record["state_dir"]
        account.make_directory(state_dir)
        place = Place(account, state_dir, Path(record["socket_dir"]))
    if not _is_private(place.socket_dir, place.account):
        place = Place(place.account, place.state_dir, short_directory(place.account, "rcp-"))
    inside = place.state_dir.parent == services
    _write_record(
        record_file,
        {
            "uid": place.account.uid,
            "gid": place.account.gid,
            "state_dir": "state" if inside else str(place.state_dir),
            "socket_dir": str(place.socket_dir),
        },
    )
    return place


def _new_place(services: Path) -> Place:
    account = choose_account()
    if account.may_enter(services):
        state_dir = services / "state"
    else:
        # The name is random and recorded in the data directory, so that deleting that means a fresh start.
        state_dir = STATE_ROOT / secrets.token_hex(8)
        STATE_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    account.make_directory(state_dir)
    return Place(account, state_dir, short_directory(account, "rcp-"))


def _recorded_account(record: dict[str, Any], data_dir: Path) -> Account:
    account = Account(int(record["uid"]), int(record["gid"]))
    if os.geteuid() not in (0, account.uid):
        raise StartError(f"{data_dir} 由另一个用户建立：请用当初运行门户的用户运行，或用 PORTAL_DATA_DIR 另指一个目录")
    return account


def _is_private(directory: Path, account: Account) -> bool:
    try:
        status = directory.lstat()
    except OSError:
        return False
    return directory.is_dir() and not directory.is_symlink() and status.st_uid == account.uid


def _read_record(path: Path) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StartError(f"{path} 读不出来（{error}）：删除门户的数据目录可以重新开始") from None
    return record


def _write_record(path: Path, record: dict[str, Any]) -> None:
    if _read_record(path) == record:
        return
    new = path.with_suffix(".new")
    new.write_text(json.dumps(record), encoding="utf-8")
    new.replace(path)


def process_in(directory: Path, pid: int) -> bool:
    """Whether a living process works in the directory: the test that a recorded pid was not given away since."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == directory.resolve()
    except OSError:
        return False


def readable_binary(path: Path, place: Place) -> Path:
    """A program the account can run: from a wheel in a closed home directory it is copied to the state first.

    Copies the whole tree the program stands in (`bin/`, `lib/`, `share/`), since it finds its parts by its own path.
    """
    if place.account.may_enter(path.parent):
        return path
    tree = path.parent.parent
    copy = place.state_dir / f"programs-{tree.name}"
    if not copy.is_dir():
        new = copy.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(tree, new, symlinks=True)
        for directory, names, files in os.walk(new):
            for name in [".", *names, *files]:
                os.chown(Path(directory, name), place.account.uid, place.account.gid, follow_symlinks=False)
        new.replace(copy)
    return copy / path.parent.name / path.name
