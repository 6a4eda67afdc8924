"""`kampyn-perf` on a shell's PATH, forked from a process that has imported it (`tests.forked`).

The command there is a client that takes some milliseconds: it hands its arguments, folder,
environment and streams to a thread of the test, which starts the program on them, and ends as it
does. So redirections, pipes and exit codes are the shell's own.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests import forked

CLIENT = """\
#!{python} -IS
import json, os, signal, socket, sys

def is_open(number):
    try:
        os.fstat(number)
    except OSError:
        return False
    return True

streams = [is_open(number) for number in range(3)]
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
socket.send_fds(server, [b"."], [number for number in range(3) if streams[number]])
asked = {{
    "streams": streams,
    "arguments": sys.argv[1:],
    "folder": os.getcwd(),
    "environment": dict(os.environ),
}}
server.sendall(json.dumps(asked).encode() + b"\\n")
code = int(server.makefile().readline())
if code < 0:
    signal.signal(-code, signal.SIG_DFL)
    os.kill(os.getpid(), -code)
os._exit(code)
"""


def called_there() -> None:
    """In a program that calls itself, `demo`: what it calls is the command on the PATH."""
    from kampyn_perf.cli import demo_steps

    def call(command: list[str], **options: Any) -> int:
        assert command[:3] == [sys.executable, "-m", "kampyn_perf"]
        return subprocess.call(["kampyn-perf", *command[3:]], **options)

    demo_steps.subprocess = SimpleNamespace(call=call)  # type: ignore[attr-defined, assignment]


class _Asked(socketserver.StreamRequestHandler):
    """One command of a shell."""

    def handle(self) -> None:
        _byte, handles, _flags, _address = socket.recv_fds(self.request, 1, 3)
        asked = json.loads(self.rfile.readline())
        left = iter(handles)
        program = forked.OnHandles(
            [next(left) if is_open else None for is_open in asked["streams"]],
            asked["arguments"],
            Path(asked["folder"]),
            asked["environment"],
        )
        for handle in handles:
            os.close(handle)
        self.wfile.write(f"{program.wait()}\n".encode())


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def on_path() -> Iterator[Path]:
    """The folder to put into a PATH."""
    folder = Path(tempfile.mkdtemp(prefix="kampyn-perf-path-"))  # short: a socket's name has to be
    address = str(folder / "socket")
    command = folder / "bin" / "kampyn-perf"
    command.parent.mkdir()
    command.write_text(CLIENT.format(python=sys.executable, address=address))
    command.chmod(0o755)
    with _Server(address, _Asked) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield command.parent
        finally:
            server.shutdown()
            shutil.rmtree(folder)
