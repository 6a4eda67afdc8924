"""The page of a run, put where people look for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kampyn_perf import names
from kampyn_perf.files import write_whole

if TYPE_CHECKING:
    from kampyn_perf.compare import Condition
    from kampyn_perf.report.html import Against
    from kampyn_perf.results.capacity import CapacityResult
    from kampyn_perf.results.comparison import Comparison
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict

    Other = CapacityResult | Comparison


def read_other(run: Path | None) -> tuple[Path, Other | None]:
    """Where `run` is, and what it is if it has a page and is no load."""
    from kampyn_perf.results import io
    from kampyn_perf.results.capacity import CapacityResult
    from kampyn_perf.results.comparison import Comparison
    from kampyn_perf.results.folder import find_result

    if run is None:
        return Path(), None
    path = find_result(run)
    kinds: dict[str, type[CapacityResult] | type[Comparison]] = {
        names.CAPACITY_SCHEMA: CapacityResult,
        names.COMPARISON_SCHEMA: Comparison,
    }
    if io.read_document(path).get("schema") not in kinds:
        return path, None
    return path, io.read(path, kinds)


def page_of(other: Other, path: Path) -> bytes:
    """The page of what is no load."""
    from kampyn_perf.report.html import capacity_page, comparison_page
    from kampyn_perf.results.comparison import Comparison

    if isinstance(other, Comparison):
        return comparison_page(other)
    return capacity_page(other, name=path.resolve().parent.name)


def load_page_of(
    result: LoadResult, verdict: Verdict, *, folder: Path, against: Against | None = None
) -> bytes:
    """The page of the load in `folder`."""
    from kampyn_perf.cli.reports import trend
    from kampyn_perf.report.html import load_page

    return load_page(
        result,
        verdict,
        name=folder.resolve().name,
        config=_config(folder),
        against=against,
        past=trend.past_of_run(result, folder.resolve()),
        flame=names.FLAME_FILE if (folder / names.FLAME_FILE).is_file() else "",
    )


def against(
    reference: str, result: LoadResult, path: Path, *, allowed: Sequence[Condition] = ()
) -> Against:
    """The load at `path`, compared with the one that `reference` means; what is `allowed` need not
    be alike in the two. Raises KampynError."""
    from kampyn_perf import compare
    from kampyn_perf.cli import judging, naming
    from kampyn_perf.errors import KampynError
    from kampyn_perf.report.html import Against
    from kampyn_perf.results import store
    from kampyn_perf.results.load import LoadResult

    paths = store.find(reference)
    if len(paths) > 1:
        raise KampynError(
            f"--baseline takes one run, and {reference} is {len(paths)}",
            hint="kampyn-perf compare takes several on each side.",
        )
    base = judging.read_result(paths[0])
    if not isinstance(base, LoadResult):
        raise KampynError(f"--baseline: {paths[0]} is no load, and a load has nothing in common")
    settings = compare.Settings(allowed=tuple(allowed))
    names = [naming.name_of(paths[0], base)], [naming.name_of(path, result)]
    return Against(
        names[0][0].name, base, compare.judge([base], [result], settings=settings, names=names)
    )


def place_of(path: Path) -> Path:
    """Where the page of a result goes: into its folder, or beside a file of another name."""
    return (
        path.parent / names.REPORT_FILE
        if path.name == names.RESULT_FILE
        else path.with_suffix(".html")
    )


def keep_other(other: Other, path: Path) -> None:
    """The page of what is no load beside the file at `path`; what stands against it is a note."""
    from kampyn_perf.cli import console
    from kampyn_perf.errors import KampynError

    try:
        write_whole(place_of(path), page_of(other, path))
    except KampynError as error:
        console.say(f"note: there is no report.html: {error.message}", style="yellow")


def keep(result: LoadResult, verdict: Verdict, *, folder: Path) -> None:
    """The same beside the result, where it is a courtesy: what stands against it is a note."""
    from kampyn_perf.cli import console
    from kampyn_perf.errors import KampynError

    try:
        write_whole(folder / names.REPORT_FILE, load_page_of(result, verdict, folder=folder))
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
