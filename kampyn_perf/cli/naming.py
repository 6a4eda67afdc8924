"""What a run is called: by its maker, which is kept beside the result at its end, and by others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf.errors import KampynError

if TYPE_CHECKING:
    from kampyn_perf.compare.comparable import Result
    from kampyn_perf.results.comparison import RunName
    from kampyn_perf.results.tags import Tags


def asked(tags: Sequence[str], note: str) -> Tags:
    """Those of the flags, checked before anything is begun. Raises KampynError."""
    from kampyn_perf.results import tags as kept

    return kept.Tags(kept.checked(tags), note)


def name_of(path: Path, run: Result) -> RunName:
    """As a comparison names the run at `path`."""
    from kampyn_perf.names import RESULT_FILE
    from kampyn_perf.results import tags as kept
    from kampyn_perf.results.comparison import RunName

    folder = path.resolve().parent
    return RunName(
        name=folder.name if path.name == RESULT_FILE else str(path),
        started_at=run.started_at,
        tags=list(kept.read(folder).tags),
    )


def keep(folder: Path, tags: Tags) -> None:
    """Beside the result; a folder that takes no more spoils no run, and is told."""
    from kampyn_perf.cli import console
    from kampyn_perf.results import summary
    from kampyn_perf.results import tags as kept

    try:
        if tags.tags or tags.note:
            kept.write(folder, tags)
        summary.read(folder)
    except KampynError as error:
        console.say(f"note: the run has no tag: {error.message}", style="yellow")
