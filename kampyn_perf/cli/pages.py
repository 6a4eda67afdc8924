"""The page of a run, put where people look for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kampyn_perf import names
from kampyn_perf.files import write_whole

if TYPE_CHECKING:
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict


def write(path: Path, result: LoadResult, verdict: Verdict, *, folder: Path) -> None:
    """The page of the run in `folder` at `path`, whole or not at all. Raises KampynError."""
    from kampyn_perf.report.html import load_page

    name = folder.resolve().name
    write_whole(path, load_page(result, verdict, name=name, config=_config(folder)))


def keep(result: LoadResult, verdict: Verdict, *, folder: Path) -> None:
    """The same beside the result, where it is a courtesy: what stands against it is a note."""
    from kampyn_perf.cli import console
    from kampyn_perf.errors import KampynError

    try:
        write(folder / names.REPORT_FILE, result, verdict, folder=folder)
    except KampynError as error:
        console.say(f"note: there is no report.html: {error.message}", style="yellow")


def _config(folder: Path) -> dict[str, Any] | None:
    """The resolved configuration, where the folder still has it."""
    from kampyn_perf.errors import KampynError
    from kampyn_perf.results import io

    try:
        return io.read_document(folder / names.CONFIG_FILE)
    except KampynError:
        return None
