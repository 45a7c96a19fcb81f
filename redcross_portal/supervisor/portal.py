"""The way from nothing to a page: servers, tables, first data, then web, worker and beat."""

import contextlib
import hashlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from redcross_portal import local_services
from redcross_portal.command_line import unset_servers, use_servers
from redcross_portal.environment import BASE_DIR, SettingError, StartError, data_dir, env_bool, env_int
from redcross_portal.local_services import postgres
from redcross_portal.supervisor.children import Program
from redcross_portal.supervisor.first_data import NO_DEMO
from redcross_portal.supervisor.stopping import Stopped, StopSwitch
from redcross_portal.supervisor.supervise import Run, Supervisor
from redcross_portal.supervisor.terminal import say, step

HOST = "127.0.0.1"
FIRST_PAGE_SECONDS = 90
# The web and the worker have no use for the keys of the tables' owner.
NOT_FOR_PROGRAMS = ("DATABASE_OWNER_URL", "DATABASE_SUPERUSER_URL")


@dataclass(frozen=True)
class Options:
    """What the environment says about a run."""

    port: int
    demo: bool
    web_workers: int

    @classmethod
    def read(cls) -> "Options":
        """Read and check them; SettingError names the one that is wrong."""
        return cls(
            port=env_int("PORT", 8000, minimum=1, maximum=65535),
            demo=env_bool("DEMO", True),
            web_workers=env_int("WEB_WORKERS", 2, minimum=1, maximum=64),
        )

    @property
    def address(self) -> str:
        """Where a person goes."""
        return f"http://{HOST}:{self.port}/"


def run_portal(switch: StopSwitch) -> None:
    """Run the portal until a stop is asked for. StartError with one line when it cannot start."""
    options = Options.read()
    os.environ["DEMO"] = "1" if options.demo else "0"
    directory = data_dir()
    local_services.locations.services_dir(directory)
    run = Run(directory, options.address)
    try:
        if run.recovered:
            say(f"  上一次运行没有正常结束：已清理它留下的 {run.recovered} 个进程")
        with reserved_port(options.port) as web_socket, servers(directory) as started:
            switch.check()
            prepare_database(options, directory, started, switch)
            serve(run, options, web_socket, started, switch)
    finally:
        run.close()


@contextlib.contextmanager
def reserved_port(port: int) -> Iterator[socket.socket]:
    """Hold the port from the start to the end, so that nobody takes it while the set-up runs."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as web_socket:
        web_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            web_socket.bind((HOST, port))
        except PermissionError:
            raise SettingError("PORT", f"普通用户不能使用端口 {port}", "1024 至 65535 的整数") from None
        except OSError:
            raise SettingError(
                "PORT", f"端口 {port} 已被别的程序占用", f"空闲的端口，例如 PORT={port + 1} make run"
            ) from None
        yield web_socket


@contextlib.contextmanager
def servers(directory: Path) -> Iterator[local_services.Started | None]:
    """The servers that the settings name, or private ones for the length of the block."""
    missing = unset_servers()
    if not missing:
        yield None
        return
    with step("启动私有数据库和消息队列"):
        started = local_services.ensure_running(directory, missing)
    try:
        use_servers(started.urls, missing)
        yield started
    finally:
        stopped = local_services.stop(started)
        say("  私有数据库和消息队列已停止" if stopped else "  私有数据库和消息队列仍有别的命令在用，留给它停止")


def prepare_database(
    options: Options, directory: Path, started: local_services.Started | None, switch: StopSwitch
) -> None:
    """Bring the tables up and, in an empty portal, load the demo.

    A demo that was broken off in the middle is thrown away with its private database and loaded anew.
    """
    begun, done = directory / "services" / "demo-begun", directory / "services" / "demo-done"
    private = started is not None and local_services.POSTGRES in started.servers
    if private and started is not None and begun.exists():
        with step("上次演示数据没有装完：重建数据库"):
            postgres.recreate_database(started.place)
            begun.unlink()
            done.unlink(missing_ok=True)
    with step("更新数据库结构"):
        manage(["migrate", "--noinput"], directory, switch)
    check_keys(directory, switch)
    if not env_bool("DEBUG", False):
        # With DEBUG on, static files are read where they stand.
        collect_static_files(directory, switch)
    if not options.demo or (private and done.exists()):
        return
    if private:
        begun.touch()
    with step("检查并装入演示数据（首次约需一两分钟）"):
        argv = [sys.executable, "-m", "redcross_portal.supervisor.first_data", "load"]
        status = run_program(argv, directory, switch, fine=(0, NO_DEMO))
    if private and status == 0:
        begun.rename(done)
    else:
        begun.unlink(missing_ok=True)


def check_keys(directory: Path, switch: StopSwitch) -> None:
    """StartError with the one line of `check_keys` where the keys are not those of the database."""
    argv = [sys.executable, str(BASE_DIR / "manage.py"), "check_keys", "--verbosity", "0"]
    if run_program(argv, directory, switch, fine=(0, 2)) == 2:
        raise StartError((directory / "log" / "setup.log").read_text("utf-8", "replace").strip().splitlines()[-1])


def collect_static_files(directory: Path, switch: StopSwitch) -> None:
    """Collect and compress the static files, unless they are those of the last time (it takes half a minute)."""
    stamp, fingerprint = directory / "run" / "static-collected", static_fingerprint(BASE_DIR)
    if stamp.exists() and (directory / "static").is_dir() and stamp.read_text(encoding="ascii") == fingerprint:
        return
    with step("收集静态文件"):
        manage(["collectstatic", "--noinput", "--verbosity", "0"], directory, switch)
    stamp.write_text(fingerprint, encoding="ascii")


def static_fingerprint(root: Path) -> str:
    """Changes whenever a static file of the project or a package that brings some does."""
    digest = hashlib.sha256((root / "requirements" / "base.txt").read_bytes())
    # What collectstatic wrote under var/ is its outcome, not its source.
    apps = sorted(path for path in root.glob("[a-z]*/static") if path.parent.name != "var")
    for folder in (root / "static", *apps):
        for path in sorted(folder.rglob("*")):
            status = path.stat()
            digest.update(f"{path.relative_to(root)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def serve(
    run: Run,
    options: Options,
    web_socket: socket.socket,
    started: local_services.Started | None,
    switch: StopSwitch,
) -> None:
    """Start the programs, say where the portal is, and watch until a stop is asked for."""
    directory = data_dir()
    environment = {name: value for name, value in os.environ.items() if name not in NOT_FOR_PROGRAMS}
    programs = portal_programs(options, directory, web_socket.fileno())
    supervisor = Supervisor(run, programs, environment, directory / "log", switch)
    try:
        with step("启动网站、后台任务和定时任务"):
            # The web server first: three that start at once on two cores double the wait for the first page.
            wait_for_first_page(supervisor, options, switch)
            supervisor.start()
        say(f"\n  门户已就绪：{options.address}    （按 Ctrl-C 停止）")
        if options.demo:
            print_logins(switch)
        supervisor.watch(lambda: revive_servers(started))
    finally:
        say("\n  正在停止 ……")
        supervisor.stop()


def portal_programs(options: Options, directory: Path, web_descriptor: int) -> list[Program]:
    """Web, worker and beat. The web server inherits the reserved socket."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "--app", "redcross_portal", "--workdir", str(BASE_DIR)]
    gunicorn = [*python, "gunicorn", "--config", "python:redcross_portal.gunicorn", "--chdir", str(BASE_DIR)]
    gunicorn += ["--bind", f"fd://{web_descriptor}", "--workers", str(options.web_workers)]
    worker = ["worker", "--concurrency", "2", "--pool", "prefork", "--loglevel", "INFO", "--without-gossip"]
    worker += ["--without-mingle"]
    schedule = directory / "run" / "beat-schedule"
    return [
        Program("web", [*gunicorn, "redcross_portal.wsgi:application"], (web_descriptor,)),
        Program("worker", [*celery, *worker]),
        Program("beat", [*celery, "beat", "--loglevel", "INFO", "--pidfile=", "--schedule", str(schedule)]),
    ]


def wait_for_first_page(supervisor: Supervisor, options: Options, switch: StopSwitch) -> None:
    """Start the web server and wait until it answers; StartError with the end of its log when it does not."""
    web = supervisor.children[0]
    web.start()
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while not answers(options.port):
        switch.check()
        supervisor.tend([web])
        if web.restarts >= 2 or time.monotonic() > deadline:
            raise StartError(f"网站没有启动，日志 {web.log_file} 的末尾：\n{web.last_lines()}")
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Whether a page comes back, whatever it says."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def revive_servers(started: local_services.Started | None) -> None:
    """Start private servers again that died, at the same addresses."""
    if started is not None:
        try:
            if local_services.keep_running(started):
                say("  私有数据库或消息队列曾意外退出，已重新启动")
        except StartError as error:
            say(f"  {error}")


def print_logins(switch: StopSwitch) -> None:
    """Let the demo say who can sign in."""
    argv = [sys.executable, "-m", "redcross_portal.supervisor.first_data", "logins"]
    with subprocess.Popen(argv, cwd=BASE_DIR, start_new_session=True) as process:
        _wait(process, switch)


def manage(arguments: Sequence[str], directory: Path, switch: StopSwitch) -> None:
    """Run a management command to its end."""
    run_program([sys.executable, str(BASE_DIR / "manage.py"), *arguments], directory, switch)


def run_program(argv: Sequence[str], directory: Path, switch: StopSwitch, fine: Sequence[int] = (0,)) -> int:
    """Run a program to its end, its output in a log. StartError with the end of the log when it fails."""
    log_file = directory / "log" / "setup.log"
    log_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    begin = log_file.stat().st_size if log_file.exists() else 0
    with (
        log_file.open("ab") as log,
        subprocess.Popen(argv, cwd=BASE_DIR, stdout=log, stderr=log, start_new_session=True) as process,
    ):
        status = _wait(process, switch)
    if status not in fine:
        said = log_file.read_bytes()[begin:].decode("utf-8", "replace").strip().splitlines()[-15:]
        raise StartError(f"命令 {' '.join(argv[1:])} 失败（退出码 {status}）：\n" + "\n".join(said))
    return status


def _wait(process: "subprocess.Popen[bytes]", switch: StopSwitch) -> int:
    while (status := process.poll()) is None:
        if switch.asked:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
            raise Stopped
        time.sleep(0.05)
    return status
