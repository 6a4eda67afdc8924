"""One `kampyn-perf capacity`: flags to a request, one call (several of a sweep), and the answer."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf import capacity, load, names
from kampyn_perf.capacity.plan import least_us
from kampyn_perf.capacity.request import CapacityRequest
from kampyn_perf.capacity.runner import read_search
from kampyn_perf.capacity.usl import usl_of
from kampyn_perf.cli import console, pages, watching
from kampyn_perf.cli.capacity import view
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load.resolver import split_sets
from kampyn_perf.results import io
from kampyn_perf.results.capacity import CapacityResult, Ending
from kampyn_perf.results.folder import REPORTS
from kampyn_perf.slo import objectives
from kampyn_perf.units import counted, format_duration, parse_duration

if TYPE_CHECKING:
    from kampyn_perf.load import LoadOptions
    from kampyn_perf.measure import WatchFlags

DEFAULT_BUDGET = "10m"
_CODES = {
    Ending.FOUND: ExitCode.OK,
    Ending.ROUGH: ExitCode.OK,
    Ending.LIMITER: ExitCode.OK,
    Ending.TOO_SLOW: ExitCode.FAILED,
    Ending.LOST: ExitCode.UNREACHABLE,
}
"""Others came to no answer."""


@dataclass(frozen=True, kw_only=True)
class CapacityFlags:
    """The flags, as given."""

    options: LoadOptions
    watch: WatchFlags
    slo: str | None
    budget: str | None
    resume: Path | None
    sweep: str
    out: Path | None
    as_json: bool


def run(flags: CapacityFlags) -> ExitCode:
    """Search, and say what was found."""
    numbers = _numbers(flags)
    if not numbers:
        result = _search(flags, flags.options, _budget_us(flags), out=flags.out)
        _say(result, flags)
        return exit_code(result)
    return _sweep(flags, numbers)


def _sweep(flags: CapacityFlags, numbers: Sequence[int]) -> ExitCode:
    """One search for each number of workers, and the law through what they found."""
    each_us = _budget_us(flags) // len(numbers)
    if each_us < least_us():  # begins nothing
        raise KampynError(
            f"--budget is shared by {len(numbers)} searches, and {format_duration(each_us)} each "
            "are too little to find a capacity in",
            hint=f"Together they take {format_duration(len(numbers) * least_us())} at least; ten "
            "minutes for each are a good start.",
        )
    searches: dict[int, CapacityResult] = {}
    for number in numbers:
        if not flags.as_json:
            head = f"With {counted(number, 'worker')}, {format_duration(each_us)}:"
            console.say(head, style="bold")
        sets = (*flags.options.sets, f"backend.workers={number}")
        out = flags.out / f"workers-{number}" if flags.out else None
        last = _search(flags, replace(flags.options, sets=sets), each_us, out=out)
        searches[number] = last
        if not flags.as_json:
            view.answer(last)
        if last.interrupted:
            break
    return _say_law(searches, flags)


def exit_code(result: CapacityResult) -> ExitCode:
    """A signal's, or that of the ending."""
    if result.interrupted:
        return ExitCode(128 + signal.Signals[result.interrupted])
    if result.ending is None or (result.answer is None and result.ending not in _CODES):
        return ExitCode.NO_VERDICT
    return _CODES.get(result.ending, ExitCode.NO_VERDICT)


def _search(
    flags: CapacityFlags, options: LoadOptions, budget_us: int, *, out: Path | None
) -> CapacityResult:
    sets = split_sets(options.sets, "slo", "watch")
    request = load.resolve(replace(options, sets=sets[""]))
    for remark in request.remarks:
        console.say(f"note: {remark}")
    slo = objectives.load(flags.slo or objectives.usual_for(request.spec.target), sets=sets["slo"])
    settings = watching.settings_of(request, flags.watch, sets["watch"])
    result = capacity.run(
        CapacityRequest(
            load=request,
            slo=slo,
            budget_us=budget_us,
            folder=out,
            reports=REPORTS,
            resume=flags.resume,
            watcher=lambda step: watching.BesideLoad(step, settings),
        ),
        view.Steps(quiet=flags.as_json),
    )
    if result.folder:
        pages.keep_other(result, result.folder / names.RESULT_FILE)
    return result


def _budget_us(flags: CapacityFlags) -> int:
    if flags.budget is None and flags.resume:
        return read_search(flags.resume).budget_us
    try:
        return parse_duration(flags.budget or DEFAULT_BUDGET)
    except ValueError as error:
        raise KampynError(f"--budget: {error}") from error


def _numbers(flags: CapacityFlags) -> list[int]:
    """Of workers, ascending."""
    if not flags.sweep:
        return []
    parts = [part.strip() for part in flags.sweep.split(",")]
    if not all(part.isdigit() and 0 < int(part) <= 256 for part in parts):
        raise KampynError(
            f"--workers-sweep {flags.sweep!r} is no list of numbers of workers",
            hint="As in --workers-sweep 1,2,4.",
        )
    if flags.resume:
        raise KampynError("--workers-sweep makes several searches, and --resume goes on with one")
    if flags.options.target or flags.options.url or flags.options.direct:
        raise KampynError(
            "--workers-sweep sets the workers of the bundled backend, which a target replaces"
        )
    return sorted({int(part) for part in parts})


def _say(result: CapacityResult, flags: CapacityFlags) -> None:
    if flags.as_json:
        console.print_json(result.model_dump(mode="json", by_alias=True))
    else:
        view.answer(result)


def _say_law(searches: Mapping[int, CapacityResult], flags: CapacityFlags) -> ExitCode:
    law = usl_of(searches)
    last = list(searches.values())[-1].model_copy(update={"usl": law})
    if last.folder:
        io.write(last.folder / names.RESULT_FILE, last)
        pages.keep_other(last, last.folder / names.RESULT_FILE)
    if flags.as_json:
        console.print_json(last.model_dump(mode="json", by_alias=True))
    else:
        view.law(law)
    return max(exit_code(result) for result in searches.values())
