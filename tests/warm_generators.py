"""A process that has imported Locust and what a generator is made of, and forks generators.

A program, `python -m tests.warm_generators SOCKET DESCRIPTOR`, for `tests.forked_generator`, which
listens there already; Locust is imported when somebody connects. Who does sends one line of JSON
(module, arguments, folder, environment, and what a child of it would inherit) with three
descriptors that become stdin, stdout and stderr; is told the process' id, and at its end its exit
code. The process is killed when the connection ends, as a generator is with its parent. Ends with
its own stdin.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import gevent

from tests import inherited

# As they are before gevent changes them: here is nothing that its forks would go on with.
_fork, _waitpid, _poll, _Socket = os.fork, os.waitpid, select.poll, socket.socket
_close = os.close
_recv_fds = socket.recv_fds

MODULES = (
    "kampyn_perf.load.generator.__main__",
    "kampyn_perf.load.distributed.master",
    "kampyn_perf.load.distributed.worker",
)
"""The first has what is compiled used by all, where there is such."""
LINE = 1 << 20


class Forker:
    """Its loop is a plain one, and so is what it holds: descriptors and processes."""

    def __init__(self, listener: int) -> None:
        self._listener = _Socket(fileno=listener)
        self._poll = _poll()
        self._poll.register(self._listener.fileno(), select.POLLIN)
        self._poll.register(0, select.POLLIN)
        self._children: dict[int, Child] = {}
        """By the descriptors of their connections, and of their ends."""

    def serve(self) -> None:
        while True:
            for number, _event in self._poll.poll():
                if number == 0:
                    self._kill_all()
                    return
                if number == self._listener.fileno():
                    self._accept()
                elif number in self._children:
                    self._look_at(self._children[number], number)

    def _accept(self) -> None:
        accepted, _address = self._listener.accept()  # one of gevent's
        connection = _Socket(fileno=accepted.detach())
        connection.setblocking(True)
        data, handles, _flags, _from = _recv_fds(connection, LINE, 3)
        while data and not data.endswith(b"\n"):
            part = connection.recv(LINE)
            data = data + part if part else b""
        if not data:
            return
        pid = _fork()
        if pid == 0:
            own = [self._listener.fileno(), connection.fileno(), *self._children]
            be(json.loads(data), handles, own)
        for handle in handles:
            _close(handle)
        child = Child(pid, connection, os.pidfd_open(pid))
        connection.sendall(b"%d\n" % pid)
        for number in (child.connection.fileno(), child.end):
            self._children[number] = child
            self._poll.register(number, select.POLLIN)

    def _look_at(self, child: Child, number: int) -> None:
        if number != child.end:  # nobody says anything more: whoever asked for it is gone
            os.kill(child.pid, signal.SIGKILL)
        _pid, status = _waitpid(child.pid, 0)
        for each in (child.connection.fileno(), child.end):
            self._poll.unregister(each)
            del self._children[each]
        with suppress(OSError):
            child.connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        child.connection.close()
        _close(child.end)

    def _kill_all(self) -> None:
        for child in self._children.values():
            os.kill(child.pid, signal.SIGKILL)


class Child:
    """A generator that runs."""

    def __init__(self, pid: int, connection: socket.socket, end: int) -> None:
        self.pid, self.connection, self.end = pid, connection, end


def be(asked: dict[str, Any], handles: list[int], not_ours: list[int]) -> NoReturn:
    """In the fork: what `python -m MODULE ARGUMENTS` would be."""
    code = 1
    try:
        gevent.reinit()
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        inherited.take(asked["inherited"])
        tempfile.tempdir = None  # of that environment
        for number, handle in enumerate(handles):
            os.dup2(handle, number)
        for handle in (*handles, *not_ours):
            _close(handle)
        for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
            buffering = 1 if number == 2 else -1
            stream = open(number, mode, buffering, closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        module = importlib.import_module(asked["module"])
        sys.argv = [str(module.__file__), *asked["arguments"]]
        also = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        sys.path[:1] = [asked["folder"], *(path for path in also if path not in {"", *sys.path})]
        module.main()
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def main() -> None:
    path, listener = Path(sys.argv[1]), int(sys.argv[2])
    os.set_inheritable(listener, False)
    if listener in select.select([0, listener], [], [])[0]:
        for name in MODULES:
            importlib.import_module(name)
        from tests import validators  # after gevent's patches, as all that a generator imports

        validators.build()
        gc.freeze()
        Forker(listener).serve()
    path.unlink()
    path.parent.rmdir()


if __name__ == "__main__":
    main()
