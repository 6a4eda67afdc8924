"""No process outlives the one that started it, however that one ends.

Linux: the kernel sends SIGKILL when the parent's *thread* that forked ends (`PR_SET_PDEATHSIG`, see
prctl(2)), so start such children from a thread that stays. Elsewhere: a child of ours looks whether
its parent changed, and a foreign program gets a shell that waits for the end of a pipe which only
the parent holds open.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.5
_IS_LINUX = sys.platform.startswith("linux")
# Loaded here, not in the child between fork and exec, where little is safe to do.
_libc = ctypes.CDLL(None, use_errno=True) if _IS_LINUX else None

_UNTIL_PIPE_ENDS = '"$@" < /dev/null & child=$!; cat > /dev/null; kill "$child"; wait "$child"'


def die_with_parent() -> None:
    """Arrange that the kernel ends this process with its parent; also for `preexec_fn`.

    Does nothing where the kernel has no such thing.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def wrap(command: list[str]) -> list[str]:
    """`command`, so that it ends with the pipe at its stdin where the kernel does not see to it."""
    return command if _IS_LINUX else ["/bin/sh", "-c", _UNTIL_PIPE_ENDS, "parent-death", *command]


def end_with(parent: int) -> None:
    """For a child of ours, early: end when `parent` is no more, or if it is no more already."""
    die_with_parent()
    if os.getppid() != parent:
        os._exit(1)
    if not _IS_LINUX:
        threading.Thread(target=_watch, args=(parent,), name="parent-death", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os._exit(1)
