"""A generator on another machine: `python -m kampyn_perf.load.distributed.worker HOST PORT`.

It joins a master over Locust's own worker protocol, is handed everything it needs (specification,
scenarios, data), runs its partition, and ends when the master does or is not heard of any more.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import gevent
import orjson
from gevent.queue import Queue

from kampyn_perf import __version__
from kampyn_perf.compiled import use as use_compiled
from kampyn_perf.errors import ExitCode
from kampyn_perf.load.generator.starting import cheap_imports
from kampyn_perf.parent_death import die_with_parent

use_compiled()

with cheap_imports():
    from locust import events
    from locust.env import Environment

    from kampyn_perf.load.clock import now_us
    from kampyn_perf.load.distributed.bundle import unpack
    from kampyn_perf.load.distributed.remote import (
        LINE,
        MESSAGE,
        SECRET_VARIABLE,
        WORKER_PATIENCE_SECONDS,
        Word,
    )
    from kampyn_perf.load.distributed.secrecy import protect
    from kampyn_perf.load.generator.run import serve
    from kampyn_perf.load.messages import Command, Report, Run, from_wire, to_wire

_LAST_WORDS_SECONDS = 0.3
"""What was sent needs so long to leave this process."""
_LOOK_SECONDS = 10.0
"""So often a worker says that it still looks for its master. Locust gives up after five minutes."""
_FAREWELL_SECONDS = 30
"""How long a worker that is done waits to be dismissed: the others may still drain."""


class MasterLine:
    """The line to the coordinator, through its relay. A `link.Line`."""

    def __init__(self, runner: Any, folder: Path) -> None:
        self._runner = runner
        self._folder = folder
        self._commands: Queue = Queue()
        self._heard_us = 0
        self._over = False
        self._leaving = False
        runner.register_message(MESSAGE, self._on_message)
        self._say(Word.HELLO, version=__version__, host=socket.gethostname())
        gevent.spawn(self._watch)

    def read(self) -> Command | None:
        """The next command; this process ends before the master is gone."""
        command: Command = self._commands.get()
        return command

    def send(self, report: Report) -> None:
        """Tell the coordinator."""
        self._send(to_wire(report))

    def _say(self, word: Word, **fields: Any) -> None:
        """Tell the relay."""
        self._send({"type": word, **fields})

    def _send(self, message: dict[str, Any]) -> None:
        self._runner.send_message(MESSAGE, {LINE: orjson.dumps(message)})

    def farewell(self) -> None:
        """Wait to be dismissed, so that the last report is sure to have arrived."""
        self._over = True
        gevent.sleep(_FAREWELL_SECONDS)

    def leave(self, code: ExitCode, why: str) -> None:
        """Tell the master, so that the others take over at once, and end this process."""
        self._leaving = True
        self._say(Word.LEAVE, how=f"was {why} there")
        gevent.sleep(_LAST_WORDS_SECONDS)
        leave(code, why)

    def _on_message(self, environment: Any, msg: Any) -> None:  # noqa: ARG002 (Locust's signature)
        if self._leaving:
            return
        message = orjson.loads(msg.data[LINE])
        self._heard_us = now_us()
        match message["type"]:
            case Word.PING:
                now = now_us()
                ahead = time.time_ns() // 1000 - now
                self._say(Word.PONG, at=message["at"], clock=now_us(), ahead=ahead)
            case Word.WELCOME:
                say("joined; waiting for the run")
            case Word.REFUSE:
                leave(ExitCode.NO_VERDICT, f"not taking part: {message['why']}")
            case Word.BYE:
                leave(ExitCode.OK, "the run is over" if self._over else "the master ended the run")
            case _:
                self._take(from_wire(message))

    def _take(self, command: Command) -> None:
        if isinstance(command, Run):
            say(f"taking part as worker {command.index + 1}")
            command = unpack(command, self._folder)
        self._commands.put(command)

    def _watch(self) -> None:
        while True:
            gevent.sleep(0.2)
            silent_us = now_us() - self._heard_us
            if self._heard_us and silent_us > WORKER_PATIENCE_SECONDS * 1e6:
                leave(
                    ExitCode.NO_VERDICT,
                    f"the master was not heard of for {silent_us / 1e6:.1f} s; load ended",
                )


def _say_what_it_waits_for(lines: list[MasterLine]) -> None:
    """While no master has answered: Locust waits without a word."""
    waited = 0.0
    while not lines:
        gevent.sleep(_LOOK_SECONDS)
        waited += _LOOK_SECONDS
        if not lines:
            say(
                f"no master has answered for {waited:.0f} s (is it the right address, and "
                f"{SECRET_VARIABLE} the same on both sides?); still looking, Ctrl-C ends it"
            )


def say(text: str) -> None:
    """A line for the person at this machine."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def leave(code: ExitCode, text: str) -> None:
    """End this process, from any greenlet, and with it its load."""
    try:
        say(text)
        for path in _to_remove:
            shutil.rmtree(path, ignore_errors=True)
    finally:
        os._exit(int(code))


_to_remove: list[Path] = []


def main() -> None:
    """Entry point of the process."""
    host, port = sys.argv[1], int(sys.argv[2])
    die_with_parent()
    folder = Path(tempfile.mkdtemp(prefix="kampyn-perf-worker-"))
    _to_remove.append(folder)
    lines: list[MasterLine] = []
    gevent.spawn(_say_what_it_waits_for, lines)

    def end(code: ExitCode, why: str) -> None:
        (lines[0].leave if lines else leave)(code, why)

    gevent.signal_handler(signal.SIGINT, end, ExitCode.INTERRUPTED, "interrupted")
    gevent.signal_handler(signal.SIGTERM, end, ExitCode.TERMINATED, "terminated")
    say(f"looking for the master at {host}:{port} ...")
    environment = Environment(events=events)
    if secret := os.environ.get(SECRET_VARIABLE):
        protect(secret, master=False)
    try:
        socket.getaddrinfo(host, port)
        runner = environment.create_worker_runner(host, port)
    except Exception as error:  # noqa: BLE001 (Locust and zmq raise their own kinds)
        leave(ExitCode.UNREACHABLE, f"no master at {host}:{port}: {error}")
        return
    line = MasterLine(runner, folder)
    lines.append(line)
    serve(line, environment)
    line.farewell()
    leave(ExitCode.NO_VERDICT, "the master did not dismiss this worker")


if __name__ == "__main__":
    main()
