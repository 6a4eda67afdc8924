"""The process that collects the tests, once: every worker of pytest-xdist is a fork of it.

Started by the process that starts the workers (`workers.Coordinator`), which has pytest-xdist run
`stand_in.py` where it would start a new Python. That one asks here for a fork, and gives it its
streams. From there on the fork is a worker like any other: execnet serves it, and pytest's session
goes on in it, from after the collection to its end.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from tests.running import turns

FILLER = "kampyn_perf_filler"
"""In the input of a worker that fills the gaps: it computes while the others' tests wait."""
LOWER = 5
"""By how much the priority of a worker that fills gaps is lower."""
FOLDER = "kampyn_perf_folder"
"""In a worker's input: of what the workers of a run share."""
SOCKET = "collector"
START = (
    "import json, sys; given = json.loads(input()); sys.path = given['path']; "
    "from tests.running import collector; collector.main(given)"
)
CHANNELS: SimpleQueue[Any] = SimpleQueue()
"""Of a worker: what it speaks to pytest-xdist on."""
ENDED = threading.Event()


class Started:
    """The collector, as the process that starts the workers has it."""

    def __init__(self, config: pytest.Config, folder: Path) -> None:
        """Returns when it has collected. Raises UsageError where it does not come to that."""
        ready, told = os.pipe()
        with os.fdopen(ready, "rb") as answer, socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / SOCKET))
            listener.listen(64)
            self._process = subprocess.Popen(
                [sys.executable, "-c", START],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                text=True,
                pass_fds=[listener.fileno(), told],
            )
            os.close(told)
            given = {
                "path": sys.path,
                "arguments": [*map(str, config.invocation_params.args), "-n", "0"],
                "folder": str(folder),
                "listener": listener.fileno(),
                "ready": told,
            }
            assert self._process.stdin is not None
            self._process.stdin.write(f"{json.dumps(given)}\n")
            self._process.stdin.flush()
            if not answer.read(1):
                raise pytest.UsageError("the tests could not be collected; the reason stands above")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def main(given: dict[str, Any]) -> None:
    """Of the process, and in the end of each worker."""
    listener = socket.socket(fileno=given["listener"])
    for handle in (given["listener"], given["ready"]):
        os.set_inheritable(handle, False)
    collector = Collector(listener, Path(given["folder"]), owner=os.dup(0), ready=given["ready"])
    sys.exit(pytest.main(given["arguments"], plugins=[collector]))


class Collector:
    """The plugin of the process, and of each worker."""

    def __init__(self, listener: socket.socket, folder: Path, owner: int, ready: int) -> None:
        self._listener = listener
        self._folder = folder
        self._owner = owner
        self._ready = ready
        self._remarks: list[tuple[str, dict[str, Any]]] = []
        """What each worker tells of the collection: its hook, and the arguments of that."""
        self._workers: list[int] = []
        """In the process: their ids."""
        self._connection: socket.socket | None = None
        """Of a worker, which keeps it to its end: its stand-in waits for that."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> None:
        """With the options of a worker, before anything is configured."""
        from xdist import remote

        remote.setup_config(config, None)
        setattr(config, "workerinput", {FOLDER: str(self._folder)})  # noqa: B010

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._remarks.append(("pytest_collectreport", {"report": report}))

    def pytest_warning_recorded(
        self, warning_message: Any, when: str, nodeid: str, location: Any
    ) -> None:
        told = {"warning_message": warning_message, "when": when}
        self._remarks.append(
            ("pytest_warning_recorded", told | {"nodeid": nodeid, "location": location})
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> object:
        """Until nobody is left who could want a worker; in a worker, until its tests are done."""
        os.write(self._ready, b"r")
        os.close(self._ready)
        for connection in self._wanted():
            pid = os.fork()
            if not pid:
                self._workers.clear()
                return self._work(session, connection)
            self._workers.append(pid)
            connection.close()
        return True

    def pytest_unconfigure(self) -> None:
        ENDED.set()
        for pid in self._workers:
            os.waitpid(pid, 0)

    def _wanted(self) -> Iterator[socket.socket]:
        with selectors.DefaultSelector() as selector:
            selector.register(self._owner, selectors.EVENT_READ)
            selector.register(self._listener, selectors.EVENT_READ)
            while all(key.fd != self._owner for key, _events in selector.select()):
                yield self._listener.accept()[0]

    def _work(self, session: pytest.Session, connection: socket.socket) -> object:
        """What `xdist.remote` does, without what is done already."""
        from xdist import remote

        self._listener.close()
        self._connection = connection
        threading.Thread(target=_serve, args=(connection,)).start()
        channel = CHANNELS.get()
        given, _arguments, options, _path = channel.receive()
        os.environ["PYTEST_XDIST_TESTRUNUID"] = given["testrunuid"]
        os.environ["PYTEST_XDIST_WORKER"] = given["workerid"]
        os.environ["PYTEST_XDIST_WORKER_COUNT"] = str(given["workercount"])
        if given[FILLER]:
            os.nice(LOWER)
        _make_own(session.config, given, options)
        worker = remote.interactor = remote.WorkerInteractor(session.config, channel)
        worker.pytest_sessionstart(session)
        for hook, arguments in self._remarks:
            getattr(worker, hook)(**arguments)
        worker.pytest_collection_finish(session)
        return worker.pytest_runtestloop(session)


def _make_own(config: Any, given: dict[str, Any], options: dict[str, Any]) -> None:
    """What a worker cannot share with others: files of captured output, folders, locks."""
    config.workerinput = given
    config.workeroutput = {}
    config.option.basetemp = options["basetemp"]
    config.pluginmanager.getplugin("tmpdir").pytest_configure(config)
    capture = config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
    config.pluginmanager.register(turns.Turns(Path(given[FOLDER])))


def _serve(connection: socket.socket) -> None:
    """As execnet's own first line in a new Python, on the streams of the stand-in."""
    _, handles, _, _ = socket.recv_fds(connection, 1, 2)
    for number, handle in enumerate(handles):
        os.dup2(handle, number)
        os.close(handle)
    with os.fdopen(0, closefd=False) as stream:
        line = stream.readline()
    try:
        exec(eval(line), {"__name__": "execnet_worker"})
    finally:
        CHANNELS.put(None)  # for one that was never given one


def serve(channel: Any) -> None:
    """In execnet's thread, by `workers.HANDOVER`: the channel is given up when the worker ends."""
    CHANNELS.put(channel)
    ENDED.wait()
