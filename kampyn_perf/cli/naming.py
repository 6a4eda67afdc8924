"""What a run is called by its maker, and its head for lists: kept beside the result at its end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf.errors import KampynError

if TYPE_CHECKING:
    from kampyn_perf.results.tags import Tags


def asked(tags: Sequence[str], note: str) -> Tags:
    """Those of the flags, checked before anything is begun. Raises KampynError."""
    from kampyn_perf.results import tags as kept

    return kept.Tags(kept.checked(tags), note)


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
