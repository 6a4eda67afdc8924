"""Causes of slowness, planted beside a load of the bundled backend: what `planted_causes` needs.

Each plant is called once the load has begun, with the run, and acts until `run.over` is set. Unit
of time: seconds. Whatever it stops goes on at its end; whatever it starts ends.
"""

from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from kampyn_perf.backend.state import StateFolder

WORKERS = "workers"


@dataclass
class Planted:
    """One load at work."""

    folder: Path
    process: psutil.Process
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def state(self) -> Path:
        """Where its backend keeps its data."""
        return self.folder / ".kampyn" / "load"

    def processes(self, words: str) -> list[psutil.Process]:
        """Those of this run whose command line has `words`; the backend's `WORKERS`."""
        if words == WORKERS:
            running = StateFolder(self.state).running()
            return [psutil.Process(one.pid) for one in running.workers] if running else []
        return [
            one for one in self.process.children(recursive=True) if words in " ".join(one.cmdline())
        ]


Plant = Callable[[Planted], None]


def nothing(_run: Planted) -> None:
    """The cause is in the settings."""


def stopped(words: str, *, after: float, seconds: float) -> Plant:
    """Processes that stand still for a while."""

    def plant(run: Planted) -> None:
        run.over.wait(after)
        processes = run.processes(words)
        assert processes, f"no process {words}"
        try:
            for one in processes:
                one.send_signal(signal.SIGSTOP)
            run.over.wait(seconds)
        finally:
            for one in processes:
                if one.is_running():
                    one.send_signal(signal.SIGCONT)

    return plant


def locked(*, after: float, seconds: float, every: float = 0.0) -> Plant:
    """Another program holds the store's lock for writing; again and again, if `every` is given."""

    def plant(run: Planted) -> None:
        run.over.wait(after)
        connection = sqlite3.connect(run.state / "backend.db", timeout=10, isolation_level=None)
        try:
            while not run.over.is_set():
                connection.execute("BEGIN IMMEDIATE")
                run.over.wait(seconds)
                connection.execute("ROLLBACK")
                if not every:
                    return
                run.over.wait(every - seconds)
        finally:
            connection.close()

    return plant


def flushed(run: Planted) -> None:
    """Somebody empties the cache again and again."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as redis:
        run.over.wait(8)
        redis.connect(str(run.state / "redis.sock"))
        while not run.over.wait(0.005):
            redis.sendall(b"FLUSHALL\r\n")
            redis.recv(64)


def burning(programs: int) -> Plant:
    """Other programs want all of the CPU."""

    def plant(run: Planted) -> None:
        # Linux shares the CPU among sessions first: together they would get no more than the load.
        command = [sys.executable, "-c", "while True: pass"]
        burners = [subprocess.Popen(command, start_new_session=True) for _ in range(programs)]
        try:
            run.over.wait(60)
        finally:
            for one in burners:
                one.kill()
                one.wait()

    return plant


@contextmanager
def planted(plant: Plant, run: Planted) -> Iterator[None]:
    """`plant` at work in a thread, for as long as the block lasts."""
    thread = threading.Thread(target=plant, args=(run,))
    thread.start()
    try:
        yield
    finally:
        run.over.set()
        thread.join()


COLLECTING = '''"""Workers keep millions of objects, and look at all of them for ever."""
import os, sys, threading, time
if "kampyn_perf.backend" in sys.orig_argv:
    def collect():
        import gc
        while True:  # what is older than the start of serving is frozen, and not looked at
            kept = [[] for _ in range(4_000_000)]
            end = time.monotonic() + 8
            while time.monotonic() < end:
                time.sleep(0.3)
                gc.collect()
    def plant():
        threading.Thread(target=collect, daemon=True).start()
    os.register_at_fork(after_in_child=plant)
'''
"""A sitecustomize.py; workers are forks of the backend's process."""
TRACING = '''"""Somebody left a profiler in the backend's workers."""
import os, sys, threading
if "kampyn_perf.backend" in sys.orig_argv:
    calls = {}
    def profile(frame, event, argument):
        for _ in range(4):
            calls[frame.f_code] = calls.get(frame.f_code, 0) + 1
    def plant():
        sys.setprofile(profile)
        threading.setprofile(profile)
    os.register_at_fork(after_in_child=plant)
'''
"""Another: all that the workers do takes many times the CPU."""
