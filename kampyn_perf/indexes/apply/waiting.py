"""Waiting for builds: with progress, up to a deadline, and without taking the build along when the
wait ends. Times in microseconds.

MongoDB goes on building after its client is gone (4.4 and newer), so giving up means saying what
goes on. SQLite builds inside this process: there, what was begun is rolled back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.model.ports import Build, BuildOptions, Database, ServerRefusal
from kampyn_perf.indexes.model.server import Topology
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.units import format_duration

TICK_SECONDS = 0.1
PROGRESS_US = 1_000_000
"""Between two looks at the progress of a build."""


class BuildWaitEnded(KampynError):  # noqa: N818
    """The wait ended and the build did not."""


@dataclass(frozen=True, kw_only=True)
class BuildWait:
    """What a long build is given beside its options."""

    clock: Callable[[], int]
    """Monotonic microseconds."""
    deadline_us: int | None = None
    on_progress: Callable[[str, Sequence[str], Build | None], None] = lambda *_: None
    on_tick: Callable[[], None] = lambda: None
    """Called often, by the thread that waits: keeps the lock."""


class WaitingWriter:
    """`IndexWriter` of one database whose builds are waited for in a thread of their own, so that
    Ctrl-C and the deadline are answered at once."""

    def __init__(self, *, database: Database, waiting: BuildWait) -> None:
        self._database = database
        self._waiting = waiting

    def create_indexes(
        self, collection: str, specs: Sequence[IndexSpec], options: BuildOptions
    ) -> None:
        names = [spec.effective_name for spec in specs]
        failures: list[BaseException] = []

        def build() -> None:
            try:
                self._database.create_indexes(collection, specs, options)
            except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
                failures.append(error)

        # A daemon: the program must be able to end while the server still builds.
        worker = threading.Thread(target=build, name="index build", daemon=True)
        try:
            worker.start()  # which waits, too, and by then the build may have been asked for
            self._wait(worker, collection, names)
        except KeyboardInterrupt:
            raise self._stopped(collection, names, "interrupted", ExitCode.INTERRUPTED) from None
        if failures:
            raise failures[0]

    def drop_index(self, collection: str, name: str) -> None:
        self._database.drop_index(collection, name)

    def set_hidden(self, collection: str, name: str, hidden: bool) -> None:
        self._database.set_hidden(collection, name, hidden)

    def set_ttl(self, collection: str, name: str, seconds: int | float) -> None:
        self._database.set_ttl(collection, name, seconds)

    def prepare_unique(self, collection: str, name: str, on: bool) -> None:
        self._database.prepare_unique(collection, name, on)

    def make_unique(self, collection: str, name: str) -> None:
        self._database.make_unique(collection, name)

    def _wait(self, worker: threading.Thread, collection: str, names: Sequence[str]) -> None:
        waiting = self._waiting
        began = looked = waiting.clock()
        while worker.is_alive():
            worker.join(TICK_SECONDS)
            now = waiting.clock()
            if waiting.deadline_us is not None and now >= waiting.deadline_us and worker.is_alive():
                spent = format_duration(now - began)
                raise self._stopped(
                    collection, names, f"no end after {spent} (--timeout)", ExitCode.FAILED
                )
            if now - looked >= PROGRESS_US:
                looked = now
                self._look(collection, names)

    def _look(self, collection: str, names: Sequence[str]) -> None:
        if self._database.server.topology is Topology.EMBEDDED:
            self._waiting.on_progress(collection, names, None)
            return  # its one connection is busy with the build
        self._waiting.on_tick()
        try:
            builds = self._database.current_builds(collection)
        except (ServerRefusal, KampynError):
            builds = ()
        mine = next((build for build in builds if set(names) & set(build.names)), None)
        self._waiting.on_progress(collection, names, mine)

    def _stopped(
        self, collection: str, names: Sequence[str], why: str, code: ExitCode
    ) -> BuildWaitEnded:
        listed = ", ".join(names)
        if self._database.server.topology is Topology.EMBEDDED:
            return BuildWaitEnded(
                f"{why}: {listed} on {collection} was not built; nothing of it is left",
                code=code,
                hint="Run the same command again when there is time for it.",
            )
        return BuildWaitEnded(
            f"{why}: the server goes on building {listed} on {collection}",
            code=code,
            hint="Run the same command again to wait for the rest; it begins nothing twice. "
            "`kampyn-perf indexes stats` shows how far the build is. To stop it, drop the index.",
        )


def deadline(clock: Callable[[], int], timeout_us: int | None) -> int | None:
    """When to stop waiting; None: never."""
    return None if timeout_us is None else clock() + timeout_us
