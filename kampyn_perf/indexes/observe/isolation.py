"""Where indexes are taken away and given back for a measurement, so that whatever happens, what was
found is there again.

On MongoDB an index is hidden: it is kept up to date meanwhile and is back at once. The journal
says so before it happens, and whoever comes next gives back what a killed run left. On SQLite,
which cannot hide, the measurement works on a copy of the file.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.apply.execute import EventKind
from kampyn_perf.indexes.apply.journal import Journaler
from kampyn_perf.indexes.model.live import LiveIndex
from kampyn_perf.indexes.model.normalise import normal_live, read_listing
from kampyn_perf.indexes.model.ports import BuildOptions, Copyable, Database
from kampyn_perf.indexes.model.server import Feature, Topology

HIDE_EVENT = "effect-hide"
SHOW_EVENT = "effect-show"
_COPY_PREFIX = "kampyn-perf-effect-"


class Isolation(Protocol):
    """A database to measure on."""

    @property
    def database(self) -> Database: ...
    def hide(self, collection: str, index: LiveIndex) -> None:
        """Take it from the queries."""
        ...

    def show(self, collection: str, index: LiveIndex) -> None:
        """Give it back."""
        ...


@contextmanager
def isolate(database: Database, journaler: Journaler) -> Iterator[Isolation]:
    """The fitting kind. Raises KampynError where there is none."""
    if database.server.topology is Topology.EMBEDDED:
        with _copy(database) as copied:
            yield CopyIsolation(database=copied)
    elif database.server.has(Feature.HIDE):
        yield HidingIsolation(database=database, journaler=journaler)
    else:
        raise KampynError(
            f"{database.server.label} cannot hide indexes",
            hint="Measure before a change with --record before.json, and after it with "
            "--against before.json.",
        )


class HidingIsolation:
    """The live server, with collMod's hidden."""

    def __init__(self, *, database: Database, journaler: Journaler) -> None:
        self.database = database
        self._journaler = journaler

    def hide(self, collection: str, index: LiveIndex) -> None:
        self._note(HIDE_EVENT, collection, index.name)
        self.database.set_hidden(collection, index.name, True)

    def show(self, collection: str, index: LiveIndex) -> None:
        self.database.set_hidden(collection, index.name, False)
        self._note(SHOW_EVENT, collection, index.name)

    def _note(self, event: str, collection: str, name: str) -> None:
        self._journaler.write(self.database, event, collection=collection, indexes=[name])


class CopyIsolation:
    """A copy that nobody else uses: an index is dropped and built again."""

    def __init__(self, *, database: Database) -> None:
        self.database = database

    def hide(self, collection: str, index: LiveIndex) -> None:
        self.database.drop_index(collection, index.name)

    def show(self, collection: str, index: LiveIndex) -> None:
        spec = read_listing(index.definition)
        self.database.create_indexes(collection, [spec], BuildOptions())


@contextmanager
def _copy(database: Database) -> Iterator[Database]:
    if not isinstance(database, Copyable):
        raise KampynError(f"{database.label} cannot be copied")
    _clear_abandoned()
    with tempfile.TemporaryDirectory(prefix=f"{_COPY_PREFIX}{os.getpid()}-") as folder:
        copied = database.copy_in(Path(folder))
        try:
            yield copied
        finally:
            copied.close()


def _clear_abandoned() -> None:
    """Copies of runs that were killed."""
    import shutil

    for folder in Path(tempfile.gettempdir()).glob(f"{_COPY_PREFIX}*"):
        pid = folder.name.removeprefix(_COPY_PREFIX).partition("-")[0]
        if pid.isdigit() and not _runs(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(pid: int) -> bool:
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True


def left_hidden(entries: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Indexes (collection, name) that a measurement hid and did not show again, if nothing was
    done to them since."""
    last: dict[tuple[str, str], bool] = {}
    for entry in entries:
        for name in entry.get("indexes") or ():
            key = (str(entry.get("collection", "")), str(name))
            if entry.get("event") in (HIDE_EVENT, SHOW_EVENT, EventKind.DONE):
                last[key] = entry["event"] == HIDE_EVENT
    return tuple(key for key, hidden in last.items() if hidden)


def restore(
    database: Database, entries: Iterable[Mapping[str, Any]], journaler: Journaler
) -> tuple[str, ...]:
    """Show again what a killed measurement left hidden; which indexes that were."""
    restored = []
    for collection, name in left_hidden(entries):
        live = database.read_collection(collection)
        index = next((index for index in live.indexes if index.name == name), None)
        hiding = HidingIsolation(database=database, journaler=journaler)
        if index is not None and normal_live(index).hidden:
            hiding.show(collection, index)
            restored.append(f"{collection}.{name}")
        else:
            journaler.write(database, SHOW_EVENT, collection=collection, indexes=[name])
    return tuple(restored)
