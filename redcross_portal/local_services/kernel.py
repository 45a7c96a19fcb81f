"""Three requests to the Linux kernel about the life of processes (prctl(2))."""

import contextlib
import ctypes
import os
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True)


def end_with_parent(signum: int) -> Callable[[], None]:
    """What a child does before its program starts, so that it gets the signal when its parent dies, even by kill -9.

    It is only a call into a library that is loaded already. `subprocess` makes it after the change of account,
    which would undo it.
    """

    def ask() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)

    return ask


def adopt_orphans() -> None:
    """Become the parent of servers that detach themselves: in a container, process 1 often lets them stay zombies."""
    _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap(pid: int) -> None:
    """Take the exit status of an adopted process that has ended; nothing to do when it is somebody else's."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def reap_strays(known: set[int]) -> None:
    """Take the exit status of ended children that nobody here waits for."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid in known:
            return
        reap(ended.si_pid)
