"""`compare --run`: flags -> two arms -> one call -> what is shown and kept."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kampyn_perf import load, names
from kampyn_perf.cli import console, pages, watching
from kampyn_perf.cli.compare import view
from kampyn_perf.cli.compare.flags import Judging, Output
from kampyn_perf.cli.indexes.terminal import as_termination
from kampyn_perf.compare import pairs
from kampyn_perf.compare.pairs import Arm, PairsRequest, Role, ServerCommand
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load import DirectRequest, LoadOptions, LoadRequest
from kampyn_perf.load.addresses import looks_like_url
from kampyn_perf.measure import WatchFlags
from kampyn_perf.results import io
from kampyn_perf.results.compared import Compared
from kampyn_perf.results.comparison import Comparison
from kampyn_perf.results.folder import REPORTS, new_run_folder

BUNDLED = "bundled"


@dataclass(frozen=True, kw_only=True)
class Side:
    """What is said of one side alone."""

    what: str
    """A URL, a target, a path of the started server; empty for the bundled backend."""
    sets: tuple[str, ...] = ()
    start: str = ""


@dataclass(frozen=True, kw_only=True)
class PairFlags:
    """All of it."""

    base: Side
    new: Side
    options: LoadOptions
    """What both sides have alike."""
    most: int
    decide_on: str
    control: bool
    health: str
    seed: int


def compare_pairs(flags: PairFlags, judging: Judging, output: Output) -> ExitCode:
    """Run, judge, show, keep."""
    if flags.base == flags.new:
        raise KampynError(
            "both sides are the same",
            hint="Name two targets, or say what differs: --new-set backend.store.indexes=none",
        )
    arms = [_arm(name, side, flags) for name, side in (("base", flags.base), ("new", flags.new))]
    requests = [arm.request("http://127.0.0.1:9" if arm.server else "") for arm in arms]
    for remark in dict.fromkeys(remark for request in requests for remark in request.remarks):
        console.say(f"note: {remark}")
    length_s = sum(phase.duration_us for phase in requests[0].spec.schedule().phases) / 1e6
    settings = judging.settings()
    # What could not begin leaves nothing behind.
    with new_run_folder(REPORTS, label="compare", now=datetime.now(UTC)) as folder:
        request = PairsRequest(
            base=arms[0],
            new=arms[1],
            most=flags.most,
            seed=flags.seed,
            control=flags.control,
            primary=(("response_time", flags.decide_on),),
            settings=settings,
            folder=folder / "runs",
            watcher=_watcher,
        )
        with as_termination() as termination:
            comparison = pairs.run(request, _Progress(request, length_s))
        io.write(folder / names.COMPARISON_FILE, comparison)
        pages.keep_other(comparison, folder / names.COMPARISON_FILE)
    view.show(comparison, output)
    console.say(f"Kept in {folder}")
    return ExitCode.TERMINATED if termination.asked else _exit_code(comparison)


def _exit_code(comparison: Comparison) -> ExitCode:
    """A signal's, where one ended it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if f"ended early by {number.name}" in comparison.remarks:
            return ExitCode(128 + number)
    return comparison.exit_code


def _arm(name: str, side: Side, flags: PairFlags) -> Arm:
    server = ServerCommand(command=side.start, health=flags.health) if side.start else None
    told = side.what or BUNDLED
    words = " ".join((told, *side.sets, *([f"({side.start})"] if side.start else [])))
    return Arm(
        name=words if len(words) < 60 else f"{name}: {told}",
        request=_load(side, flags),
        server=server,
    )


def _load(side: Side, flags: PairFlags) -> Callable[[str], LoadRequest]:
    options = replace(flags.options, sets=(*flags.options.sets, *side.sets))

    def request(url: str) -> LoadRequest:
        return load.resolve(_with_target(options, side, url))

    return request


def _with_target(options: LoadOptions, side: Side, url: str) -> LoadOptions:
    what = side.what
    if url and (not what or what.startswith("/")):
        return replace(options, direct=DirectRequest(urls=(f"{url}{what or '/'}",)))
    if url:
        return replace(options, target=what, url=url)
    if not what or what == BUNDLED:
        return options
    if looks_like_url(what):
        return replace(options, direct=DirectRequest(urls=(what,)))
    return replace(options, target=what)


def _watcher(request: LoadRequest) -> load.Watcher:
    return watching.BesideLoad(request, watching.settings_of(request, WatchFlags()))


class _Progress(pairs.Unobserved):
    """A line for each run and round."""

    def __init__(self, request: PairsRequest, length_s: float) -> None:
        arms = 3 if request.control else 2
        minutes = request.most * arms * (length_s + request.rest_s + 5) / 60
        console.say(
            f"{request.base.name} against {request.new.name}: {request.most} pairs at most, "
            f"{arms} runs each, about {minutes:.0f} min if all are needed; Ctrl-C ends it and "
            "tells what is known"
        )
        self._most = request.most

    def begin(self, number: int, role: Role) -> None:
        console.say(f"pair {number}: {role} ...", style="dim")

    def decided(self, number: int, primary: Sequence[Compared]) -> None:
        for row in primary:
            known = f" ({row.interval_text})" if row.interval_text else ""
            console.say(
                f"pair {number} of {self._most}: {row.title}: {row.change_text}{known}, "
                f"{row.outcome.words}{f'; {row.needs}' if row.needs else ''}"
            )

    def discarded(self, number: int, reason: str) -> None:
        console.say(f"pair {number} does not count: {reason}", style="yellow")
