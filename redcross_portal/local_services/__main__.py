"""Run a command with servers of its own, thrown away at the end: `python -m redcross_portal.local_services pytest`.

A server that the environment names (DATABASE_URL, REDIS_URL) is used as it is. The command also gets a data
directory of its own with new secrets, unless `--keep-data-dir` comes first. The exit status is the command's.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from redcross_portal import local_services
from redcross_portal.command_line import unset_servers, use_servers
from redcross_portal.environment import StartError
from redcross_portal.first_secrets import make_missing_secrets


def main(argv: list[str]) -> int:
    """Run the command; 2 with one line when the servers do not start."""
    keep_data_dir = argv[:1] == ["--keep-data-dir"]
    command = argv[1:] if keep_data_dir else argv
    if not command:
        sys.stderr.write("用法：python -m redcross_portal.local_services [--keep-data-dir] 命令 [参数…]\n")
        return 2
    try:
        with contextlib.ExitStack() as stack:
            missing = unset_servers()
            if missing:
                use_servers(stack.enter_context(local_services.throwaway()), missing)
            if not keep_data_dir:
                directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rcp-data-")))
                make_missing_secrets(directory)
                os.environ["PORTAL_DATA_DIR"] = str(directory)
            return _run(command)
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run(command: list[str]) -> int:
    process = subprocess.Popen(command)
    # Ctrl-C reaches the command by itself; what is sent to this process alone is passed on. Both wait for its end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda signum, frame: process.send_signal(signal.SIGTERM))
    status = process.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
