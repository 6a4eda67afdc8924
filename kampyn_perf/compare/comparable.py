"""Whether two runs can be compared at all, and what they have not alike. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kampyn_perf import names
from kampyn_perf.compare.settings import Condition
from kampyn_perf.errors import KampynError
from kampyn_perf.machine import Machine
from kampyn_perf.results.bench import BenchResult
from kampyn_perf.results.comparison import Difference
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.units import format_percent

Result = LoadResult | BenchResult

_BUSY, _OTHERS = 0.9, 0.3
"""Shares of the machine: as used by all programs, and by others than those that belong to the run,
from which on it was busy with something else (as in the explanation of a missed goal)."""
_STEAL = 0.05
_SHORTFALL = 0.05
"""Of the planned sessions of a phase."""


_LOAD: dict[Condition, Callable[[LoadResult], object]] = {
    Condition.SCENARIO: lambda run: sorted((flow.name, flow.weight) for flow in run.flows),
    Condition.SCHEDULE: lambda run: (
        run.warm_up.duration_us if run.warm_up else 0,
        [(phase.name, phase.duration_us, phase.offered_rate) for phase in run.phases],
    ),
    Condition.SEED: lambda run: run.seed,
    Condition.TARGET: lambda run: (run.target.name, run.target.bundled),
    Condition.BUILD: lambda run: _build(run.machine),
    Condition.MACHINE: lambda run: _hardware(run.machine),
}
_BENCH: dict[Condition, Callable[[BenchResult], object]] = {
    Condition.SCHEDULE: lambda run: (run.options.warmup, run.options.collect_garbage),
    Condition.BUILD: lambda run: _build(run.machine),
    Condition.MACHINE: lambda run: _hardware(run.machine),
}


def same_kind(runs: Sequence[Result]) -> None:
    """Raises KampynError where loads and benchmarks are mixed, or nothing is common to all."""
    kinds = {isinstance(run, LoadResult) for run in runs}
    if len(kinds) > 1:
        raise KampynError(
            "a load and a benchmark cannot be compared",
            hint="Name runs of one kind: latest-load, or latest-bench.",
        )
    common = set.intersection(*(_parts(run) for run in runs))
    if not common:
        what = "endpoint" if kinds == {True} else "case"
        sides = "; ".join(", ".join(sorted(_parts(run))) or "none" for run in (runs[0], runs[-1]))
        raise KampynError(
            f"the runs have no {what} in common ({sides})",
            hint="Compare runs of the same scenario.",
        )


def why_not(
    base: Sequence[Result], new: Sequence[Result], *, allowed: Sequence[Condition] = ()
) -> Iterator[str]:
    """Why the two sides cannot be compared; nothing where they can."""
    for name, runs in (("base", base), ("new", new)):
        for number, run in enumerate(runs, start=1):
            where = name if len(runs) == 1 else f"{name} {number}"
            yield from (f"{where}: {reason}" for reason in unfit(run, allowed))
    yield from _twice([*base, *new])
    first, *others = [*base, *new]
    for condition, of in _conditions(first).items():
        if condition in allowed:
            continue
        other = next((run for run in others if of(run) != of(first)), None)
        if other is not None:
            yield (
                f"another {condition}: {_difference_text(of(first), of(other))} "
                f"(if that is what is compared: --allow {condition})"
            )


def same_configuration(one: Result, other: Result, *, allowed: Sequence[Condition] = ()) -> bool:
    """Whether the two are runs of one thing, set up alike, so that they differ by chance alone. The
    commit may be another one: what it changed makes runs look less alike than they are."""
    if type(one) is not type(other) or one.context != other.context:
        return False
    if isinstance(one, LoadResult) and isinstance(other, LoadResult):
        if one.target.url != other.target.url and not one.target.bundled:
            return False
        if not _parts(one) & _parts(other):
            return False
    return not list(why_not([one], [other], allowed=allowed))


def differences(base: Result, new: Result) -> list[Difference]:
    """What the two have not alike, indexes first, then the backend's other settings, then the
    rest; what `why_not` names is there too."""
    sides = [dict(_facts(run)) for run in (base, new)]
    keys = list(dict.fromkeys([*sides[0], *sides[1]]))
    differences = [
        Difference(what=key, base=sides[0].get(key, "–"), new=sides[1].get(key, "–"))
        for key in keys
        if sides[0].get(key) != sides[1].get(key)
    ]
    return sorted(differences, key=lambda difference: "index" not in difference.what)


def _conditions(run: Result) -> dict[Condition, Callable[[Any], object]]:
    return dict(_LOAD) if isinstance(run, LoadResult) else dict(_BENCH)


def unfit(run: Result, allowed: Sequence[Condition] = ()) -> Iterator[str]:
    """Why the numbers of a run mean nothing, or not what they should."""
    if run.status is not RunStatus.COMPLETE:
        yield f"the run is not complete{f': {run.reason}' if run.reason else ''}"
    if isinstance(run, BenchResult):
        return
    if not run.validity.valid:
        yield f"the run is not valid: {'; '.join(run.validity.reasons)}"
    for phase in run.phases if run.validity.valid else ():
        planned, started = phase.sessions.planned, phase.achieved_rate * phase.duration_us / 1e6
        offered = phase.offered_rate * phase.duration_us / 1e6
        if planned and offered - started > max(1.0, offered * _SHORTFALL):
            yield (
                f"phase {phase.name} reached {phase.achieved_rate:.4g} of the planned "
                f"{phase.offered_rate:.4g} sessions/s"
            )
    if run.requests.count and run.requests.count == run.requests.failed:
        yield "not one request succeeded"
    if Condition.BUSY not in allowed:
        yield from _busy(run)


def _busy(run: LoadResult) -> Iterator[str]:
    """A machine that had something else to do."""
    steal = run.validity.cpu_steal_share or 0.0
    if steal > _STEAL:
        yield f"the hypervisor gave {format_percent(round(steal, 3))} of the CPU to others"
    cores = max(1, run.machine.cores)
    levels = {}
    for metric in (names.CPU, names.PROCESS_CPU):
        held = [
            measurement
            for measurement in run.measurements
            if measurement.metric == metric and measurement.values
        ]
        levels[metric] = [sum(measurement.values) / len(measurement.values) for measurement in held]
    if not levels[names.CPU] or not levels[names.PROCESS_CPU]:
        return
    used = max(levels[names.CPU])
    own = (sum(levels[names.PROCESS_CPU]) + (run.validity.cpu_share or 0.0)) / cores
    others = max(0.0, used - own)
    if others > _OTHERS or (used > _BUSY and others > _OTHERS / 2):
        yield (
            f"the machine was busy with something else: {format_percent(round(others, 3))} of it "
            "went to programs that are neither the backend nor the generator (to compare in spite "
            "of it: --allow busy)"
        )


def _twice(runs: Sequence[Result]) -> Iterator[str]:
    def identity(run: Result) -> object:
        parts = run.requests.response if isinstance(run, LoadResult) else run.cases
        return run.started_at, run.elapsed_us, parts

    identities = [identity(run) for run in runs]
    for number, own in enumerate(identities):
        if own in identities[:number]:
            yield "the same run is named twice"
            return


def _parts(run: Result) -> set[str]:
    if isinstance(run, LoadResult):
        return {endpoint.name for endpoint in run.endpoints if endpoint.requests.count}
    return {case.name for case in run.cases}


def _build(machine: Machine) -> object:
    """The programs that made the numbers; the commit is what is compared as a rule, and is not
    among them."""
    return {"python": machine.python, **machine.versions}


def _hardware(machine: Machine) -> object:
    return {
        "host": machine.hostname,
        "system": machine.os,
        "cpu": machine.cpu,
        "cores": machine.cores,
        "memory": machine.memory_bytes,
    }


def _facts(run: Result) -> Iterator[tuple[str, str]]:
    yield from _flat(run.context, "")
    if isinstance(run, LoadResult):
        yield "target.url", run.target.url if not run.target.bundled else ""
        yield "profile", run.profile
        yield "seed", str(run.seed)
    else:
        yield "iterations", str(run.options.iterations)
    yield "git commit", run.machine.git_commit
    yield "python", run.machine.python
    yield from (
        (f"version of {name}", version) for name, version in sorted(run.machine.versions.items())
    )
    yield from ((f"machine.{key}", str(v)) for key, v in dict(_hardware(run.machine)).items())  # type: ignore[call-overload]


def _flat(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _flat(part, f"{path}.{key}" if path else str(key))
    else:
        yield path, str(value)


def _difference_text(base: object, new: object) -> str:
    """Both, as short as their difference."""
    if isinstance(base, dict) and isinstance(new, dict):
        keys = [key for key in {**base, **new} if base.get(key) != new.get(key)]
        return ", ".join(f"{key} {base.get(key, '–')} and {new.get(key, '–')}" for key in keys)
    if isinstance(base, int | str):
        return f"{base} and {new}"
    return "not the same on both sides"
