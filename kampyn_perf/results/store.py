"""The runs of a folder: listed, found by name, tag or number, and removed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kampyn_perf import names
from kampyn_perf.errors import KampynError
from kampyn_perf.results import summary, tags
from kampyn_perf.results.folder import REPORTS, RunKind, find_result
from kampyn_perf.results.summary import Summary
from kampyn_perf.results.tags import Tags

_EVERY = "all"


@dataclass(frozen=True)
class Run:
    """One of the store."""

    folder: Path
    summary: Summary
    tags: Tags

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.folder.name


def runs(base: Path = REPORTS) -> list[Run]:
    """All of `base`, the oldest first. Links (`latest`) are left out: what they point at is there
    itself, or is elsewhere."""
    if not base.is_dir():
        return []
    with os.scandir(base) as entries:
        folders = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    runs = [
        Run(Path(folder), known, tags.read_in(folder))
        for folder in folders
        if (known := summary.find(folder)) is not None
    ]
    return sorted(runs, key=lambda run: (run.summary.started_at, run.name))


def like(folder: Path) -> list[Run]:
    """Complete and valid runs beside the one in `folder` with its schedule, flows, target and
    machine, without itself; the oldest first."""
    own = summary.read(folder)
    return [
        run
        for run in runs(folder.parent)
        if own.key
        and run.summary.key == own.key
        and run.summary.valid
        and run.summary.status == "complete"
        and run.folder.resolve() != folder.resolve()
    ]


def run_of(reference: Path) -> Run:
    """The one run that a reference means. Raises KampynError where there is none."""
    path = _paths_of(str(reference), REPORTS)[0]
    if not path.exists():
        raise KampynError(
            f"there is no result at {path}",
            hint="kampyn-perf reports list shows what there is.",
        )
    folder = path.resolve().parent
    return Run(folder, summary.read(folder), tags.read(folder))


def find(reference: str, *, base: Path = REPORTS) -> list[Path]:
    """The result files that a reference means: several, by commas; `main@5` the five newest runs
    with the tag `main`, `main@all` every one. Raises KampynError where there is none."""
    paths = [
        path for part in reference.split(",") if part for path in _paths_of(part.strip(), base)
    ]
    if not paths:
        raise KampynError(f"{reference!r} names no run")
    return paths


def _paths_of(reference: str, base: Path) -> list[Path]:
    tag, at, count = reference.rpartition("@")
    if at and tag and not Path(reference).exists():
        if count != _EVERY and not (count.isdigit() and int(count)):
            raise KampynError(f"{reference}: behind @ stands how many runs of the tag, or {_EVERY}")
        held = tags.tagged(base, tag)
        if not held:
            raise _unknown(tag, base)
        return [
            folder / names.RESULT_FILE for folder in held[: None if count == _EVERY else int(count)]
        ]
    if any(sign in reference for sign in "*?[") and not Path(reference).exists():
        paths = sorted(Path().glob(reference))
        return [find_result(path) for path in paths if not path.is_symlink()]
    path = find_result(Path(reference))
    if not path.exists() and Path(reference).is_dir():
        raise KampynError(
            f"{reference} is a folder that holds no result ({path.name})",
            hint="kampyn-perf reports list shows the runs that there are.",
        )
    if not path.exists() and "/" not in reference:
        raise _unknown(reference, base)
    return [path]


def _unknown(reference: str, base: Path) -> KampynError:
    known = sorted(
        {tag for path in base.glob(f"*/{names.TAGS_FILE}") for tag in tags.read(path.parent).tags}
    )
    there = f"the tags are: {', '.join(known)}" if known else "no run has a tag yet"
    return KampynError(
        f"there is no run {reference!r}: no folder, no result, no tag ({there})",
        hint=f"Name a run folder or its result.json, or give a run that tag: "
        f"kampyn-perf reports tag latest {reference}",
    )


def removable(
    held: Sequence[Run],
    *,
    keep: int | None,
    older_than: timedelta | None,
    base: Path = REPORTS,
    now: datetime,
) -> list[Run]:
    """Those that may go: beyond the newest `keep`, and older than that. Never one with a tag, one
    that is still running, or one that `latest` points at."""
    pointed = {(base / name).resolve() for name in _pointers()}
    newest = {run.folder for run in list(held)[-keep:]} if keep else set()
    return [
        run
        for run in held
        if run.folder not in newest
        and not run.tags.tags
        and run.summary.status != "running"
        and run.folder.resolve() not in pointed
        and (older_than is None or _older(run, now - older_than))
    ]


def remove(gone: Iterable[Run]) -> None:
    """Remove their folders. Raises KampynError at the first that cannot be."""
    for run in gone:
        try:
            shutil.rmtree(run.folder)
        except OSError as error:
            raise KampynError(
                f"cannot remove {run.folder}: {error.strerror or error}",
                hint="Those before it are gone; the others are untouched.",
            ) from error


def size_of(run: Run) -> int:
    """Bytes of its files."""
    return sum(path.stat().st_size for path in run.folder.rglob("*") if path.is_file())


def _older(run: Run, moment: datetime) -> bool:
    try:
        started = datetime.fromisoformat(run.summary.started_at)
    except ValueError:
        return False  # of unknown age
    if started.tzinfo is None:
        started = started.replace(tzinfo=UTC)
    return started < moment


def _pointers() -> list[str]:
    return [names.LATEST, *(kind.latest for kind in RunKind)]
