"""Results read and verdicts written: what `check` does and `load` does at its end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf import names
from kampyn_perf.errors import ConfigError, KampynError

if TYPE_CHECKING:
    from kampyn_perf.report.verdict.github import Place
    from kampyn_perf.results.bench import BenchResult
    from kampyn_perf.results.capacity import CapacityResult
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict
    from kampyn_perf.sources import Source


_CHECKED_OUT = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Where GitHub and GitLab put the repository; a job may work in a folder of it."""


def read_result(path: Path) -> LoadResult | BenchResult:
    """The result at `path`, of either kind. Raises KampynError saying what is wrong with it."""
    from kampyn_perf.results import io
    from kampyn_perf.results.bench import BenchResult
    from kampyn_perf.results.consistency import contradictions
    from kampyn_perf.results.load import LoadResult

    kinds: dict[str, type[LoadResult] | type[BenchResult]] = {
        names.LOAD_SCHEMA: LoadResult,
        names.BENCH_SCHEMA: BenchResult,
    }
    result = io.read(path, kinds)
    if isinstance(result, LoadResult) and (problems := contradictions(result, str(path))):
        raise ConfigError(problems, hint=io.DAMAGED, what="result")
    return result


def read_judged(run: Path | None) -> tuple[Path, LoadResult | BenchResult | CapacityResult]:
    """What `run` means and where it is, of any kind that objectives can be asked of; without one
    the newest load. Raises KampynError."""
    from kampyn_perf.results import io
    from kampyn_perf.results.capacity import CapacityResult
    from kampyn_perf.results.folder import find_result

    if run is not None:
        path = find_result(run)
        if io.read_document(path).get("schema") == names.CAPACITY_SCHEMA:
            return path, io.read(path, {names.CAPACITY_SCHEMA: CapacityResult})
    return read_run(run)


def read_run(run: Path | None) -> tuple[Path, LoadResult | BenchResult]:
    """The result that `run` means, and where it is; without one that of the newest load.

    Raises KampynError where there is none.
    """
    from kampyn_perf.results.folder import RunKind, find_newest, find_result
    from kampyn_perf.results.load import LoadResult

    path = find_newest(RunKind.LOAD) if run is None else find_result(run)
    result = read_result(path)
    if run is None and not isinstance(result, LoadResult):
        raise KampynError(
            f"there is no load to judge: the newest run, {path.resolve().parent.name}, is a "
            "benchmark",
            hint=f"Judge it with kampyn-perf check {RunKind.BENCH.latest}, or run a load first.",
        )
    return path, result


def is_strict(*, strict: bool, lenient: bool) -> bool:
    """Whether what is required and was not decided is no success: as asked, or else where `CI` is
    set, as every CI service sets it.

    A laptop is not red for what it cannot see; a gate is not green for what nobody measured.
    """
    if strict and lenient:
        raise KampynError("--strict and --lenient cannot both be meant")
    return strict or (not lenient and os.environ.get("CI", "").lower() not in ("", "false", "0"))


def say_why_strict(verdict: Verdict, *, asked: bool) -> None:
    """A note, where only `CI` made it strict and that decided."""
    from kampyn_perf.cli import console
    from kampyn_perf.results.verdict import Conclusion

    if verdict.strict and not asked and verdict.conclusion is Conclusion.NO_VERDICT:
        console.say(
            "note: CI is set, so this was judged as with --strict (--lenient turns that off)"
        )


def objective_places(slo: str) -> dict[str, Place]:
    """Where each objective stands in the file, as seen from the repository that a CI service has
    checked out, or else from the current folder; none where it is not below that, as the built-in
    file of an installed program."""
    from kampyn_perf.report.verdict.github import Place
    from kampyn_perf.slo import objectives

    path, lines = objectives.places(slo)
    whole = path.resolve()
    checked_out = filter(None, (os.environ.get(name) for name in _CHECKED_OUT))
    for root in (*map(Path, checked_out), Path.cwd()):
        if whole.is_relative_to(root.resolve()):
            file = whole.relative_to(root.resolve()).as_posix()
            return {name: Place(file, line) for name, line in lines.items()}
    return {}


def target_name(result: LoadResult | BenchResult | CapacityResult) -> str:
    """Whose objectives are meant, where nobody says: those of the load's target, or KAMPYN's."""
    target = getattr(result, "target", None)
    return target.name if target else "reference"


def write_verdict(verdict: Verdict, path: Path) -> None:
    """Put the verdict's JSON at `path`, whole or not at all."""
    from kampyn_perf.results import io

    io.write(path, verdict)


def stored_verdict(folder: Path) -> Verdict | None:
    """What the run in `folder` came to when it was judged; None where nobody did, or where the
    file is none that can be read here."""
    from kampyn_perf.results import io
    from kampyn_perf.results.verdict import Verdict

    try:
        return io.read(folder / names.VERDICT_FILE, {names.VERDICT_SCHEMA: Verdict})
    except KampynError:
        return None


def own_objectives(folder: Path) -> Source:
    """What the script of the run in `folder` said itself that it is judged by; empty for none."""
    from kampyn_perf.results import io
    from kampyn_perf.sources import Source

    path = folder / names.CONFIG_FILE
    try:
        own = io.read_document(path).get("objectives")
    except KampynError:
        own = None
    return Source({"objectives": own} if own else {}, str(path))


def usual_verdict(result: LoadResult | BenchResult, folder: Path) -> Verdict:
    """What it comes to by the built-in objectives of its target, and those of its script."""
    from kampyn_perf.slo import judge, objectives

    usual = objectives.load(
        objectives.usual_for(target_name(result)), sets=[], more=own_objectives(folder)
    )
    return judge(result, usual, strict=is_strict(strict=False, lenient=False))
