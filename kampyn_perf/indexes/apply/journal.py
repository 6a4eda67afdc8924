"""What was done to indexes, when, by whom and how long it took: entries, and what they tell."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import socket
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kampyn_perf.indexes.apply.execute import Event, EventKind
from kampyn_perf.indexes.model.ports import Journal

VERSION = 1


def who() -> str:
    """`ada@host`: who runs this, for the lock and the journal."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()}"


class Journaler:
    """The entries of one run of one command."""

    def __init__(
        self, *, command: str, plan_hash: str, by: str, now: Callable[[], dt.datetime]
    ) -> None:
        self.run = uuid.uuid4().hex[:12]
        self._command = command
        self._plan_hash = plan_hash
        self._by = by
        self._now = now

    def note(self, journal: Journal, event: Event, took_us: int | None) -> None:
        """One event of an execution. Durable when it returns."""
        kinds = sorted({step.kind.value for step in event.steps})
        self.write(
            journal,
            event.kind.value,
            collection=event.steps[0].collection,
            step=" ".join(kinds),
            indexes=[step.name for step in event.steps],
            tookUs=took_us,
            code=event.code or None,
            message=event.message or None,
        )

    def write(self, journal: Journal, event: str, **facts: Any) -> None:
        """One entry. Facts that are None are left out."""
        entry: dict[str, Any] = {
            "version": VERSION,
            "at": self._now().isoformat(timespec="milliseconds"),
            "run": self.run,
            "command": self._command,
            "by": self._by,
            "event": event,
            "plan": self._plan_hash or None,
            **facts,
        }
        journal.append_journal({name: value for name, value in entry.items() if value is not None})


def hidden_since(
    entries: Iterable[Mapping[str, Any]], collection: str, index: str
) -> dt.datetime | None:
    """When the journal says that this index was hidden, if it was not shown again after."""
    since: dt.datetime | None = None
    for entry in entries:
        names: Sequence[str] = entry.get("indexes") or ()
        if entry.get("event") != EventKind.DONE or entry.get("collection") != collection:
            continue
        if index not in names:
            continue
        if entry.get("step") == "hide":
            since = dt.datetime.fromisoformat(str(entry["at"]))
        elif entry.get("step") in ("unhide", "create", "drop"):
            since = None
    return since
