"""What has to be undone, on disk from before it is done until after it is undone: for the run that
is killed in between."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import psutil

from kampyn_perf import files
from kampyn_perf.faults.actions.command import run_bounded
from kampyn_perf.faults.actions.traces import Limited, Moved, Traces
from kampyn_perf.faults.actions.victim import Victim

FOLDER = Path(".kampyn/faults")


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """One fault that has begun, or is about to."""

    name: str
    kind: str
    run: Victim
    """The process that undoes it, while it lives."""
    traces: Traces = field(default_factory=Traces)
    """What has to be undone here."""
    stop: tuple[str, ...] = ()
    """The command that undoes it."""
    cwd: str = ""

    @property
    def orphaned(self) -> bool:
        """Whether the run that began it is gone."""
        return not self.run.alive()


class Records:
    """The records of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, leftover: Leftover) -> Path:
        """Remember it, durably. Raises KampynError where that cannot be: then nothing may begin."""
        # By chance, not by number: several threads write those that begin at one moment.
        path = self._folder / f"{os.getpid()}-{uuid4().hex[:12]}.json"
        files.write_whole(path, orjson.dumps(asdict(leftover)), mode=0o600)
        return path

    def all(self) -> list[tuple[Path, Leftover]]:
        """What is remembered; what cannot be read is none of ours."""
        records = []
        for path in sorted(self._folder.glob("*-*.json")):
            with suppress(OSError, ValueError, TypeError, KeyError):
                records.append((path, _parsed(orjson.loads(path.read_bytes()))))
        return records

    def undo_orphans(self) -> list[tuple[Leftover, str]]:
        """Undo what runs that are gone have left behind: each with what went wrong, or "". A record
        of what could not be undone stays."""
        undone = []
        for path, leftover in self.all():
            if not leftover.orphaned:
                continue
            error = undo(leftover)
            if not error:
                path.unlink(missing_ok=True)
            undone.append((leftover, error))
        return undone


def undo(leftover: Leftover) -> str:
    """Undo it; what went wrong, or "". Doing so twice does no harm."""
    try:
        leftover.traces.undo()
        if leftover.stop:
            run_bounded(leftover.stop, cwd=leftover.cwd or None)
    except (OSError, subprocess.SubprocessError, psutil.Error) as error:
        return str(error)
    return ""


def _parsed(fields: dict[str, Any]) -> Leftover:
    traces = fields["traces"]
    return Leftover(
        name=str(fields["name"]),
        kind=str(fields["kind"]),
        run=Victim(**fields["run"]),
        traces=Traces(
            paused=tuple(Victim(**fields) for fields in traces["paused"]),
            moved=tuple(Moved(**fields) for fields in traces["moved"]),
            limited=tuple(
                Limited(Victim(**fields["victim"]), int(fields["soft"]), int(fields["hard"]))
                for fields in traces["limited"]
            ),
        ),
        stop=tuple(str(part) for part in fields["stop"]),
        cwd=str(fields["cwd"]),
    )
