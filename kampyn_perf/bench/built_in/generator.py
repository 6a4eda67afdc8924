"""What the suite `generator` measures: whole runs, and the load engine's own client, each beside
stock Locust and what else is installed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial

import psutil

from kampyn_perf import machine
from kampyn_perf.bench.request import SuiteSettings
from kampyn_perf.bench.suite import Facts, Suite
from kampyn_perf.bench.suites.generator import (
    CLIENT_ALONE,
    CLIENTS,
    END_TO_END,
    GeneratorParts,
    Sample,
    generator_suite,
)
from kampyn_perf.errors import KampynError
from kampyn_perf.load.benchmark import (
    FLAT,
    OURS,
    PACED,
    Attempt,
    Carried,
    Comparison,
    Cores,
    Figures,
    Place,
    Plan,
    Program,
    Work,
    choose_cores,
    compare,
    next_round,
    others_took_part,
    programs,
    running_server,
    warnings,
)
from kampyn_perf.results import carried as kept

_PLAN = Plan(rounds=1, tools=False)


def make_generator(wanted: SuiteSettings) -> Suite:  # noqa: ARG001 (it needs none)
    """The suite, round by round, so that an interrupted run keeps the rounds that it had."""
    known = programs()
    measured = _Measured(known)
    return generator_suite(
        GeneratorParts(
            programs={
                work: [program.name for program in known if Work(work) in program.works]
                for work in END_TO_END
            },
            round_=measured.round,
            facts=lambda: measured.facts,
        )
    )


class _Measured:
    """What the rounds so far have shown."""

    def __init__(self, known: Sequence[Program]) -> None:
        self._programs = {program.name: program for program in known}
        self._carried: dict[str, Carried] = {}
        """By the name of the case."""
        self._alone: list[Comparison] = []
        self._cores = Cores()
        self._busy: list[float] = []

    def round(
        self, names: Collection[str], tell: Callable[[str, str], None]
    ) -> Mapping[str, Sample]:
        """All that is wanted once: programs take turns, and then the clients alone."""
        self._cores = choose_cores()
        self._busy.append(psutil.cpu_percent(interval=0.5) / 100)
        samples = dict(self._end_to_end(names, tell))
        if alone := [name for name in names if name not in samples]:
            tell(alone[0], "the client alone")
            comparison = compare(_PLAN)
            self._alone.append(comparison)
            samples |= {name: _alone(comparison, name) for name in alone}
        return samples

    def _end_to_end(
        self, names: Collection[str], tell: Callable[[str, str], None]
    ) -> Iterator[tuple[str, Sample]]:
        for work in Work:
            for program in self._programs.values():
                name = f"generator.{work}[program={program.name}]"
                if name in names:
                    # A server of its own: what one program left behind is not the next one's.
                    with running_server(self._cores) as server:
                        place = Place(server=server, cores=self._cores)
                        carried = self._carried.setdefault(
                            name, Carried(program.name, work, program.scheduled)
                        )
                        attempts = next_round(carried, program, place, partial(tell, name))
                    yield name, _sample(carried, attempts)
                    if program.name == OURS and work is Work.MIX:
                        self._keep(carried)

    def _keep(self, carried: Carried) -> None:
        """For those who size a run. A folder that cannot be written costs nothing but that."""
        if carried.rate is None:
            return
        with suppress(KampynError):
            kept.keep(
                kept.Carried(
                    measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    machine=machine.with_local_engine(machine.describe()),
                    mix=carried.rate,
                    busy=others_took_part(carried, busy=max(self._busy)),
                )
            )

    @property
    def facts(self) -> Facts:
        """Everything that was seen, and what makes it doubtful."""
        facts: dict[str, object] = {}
        # A search that was cut short says too little of where it would have ended.
        if carried := [one for one in self._carried.values() if one.rounds]:
            facts["carried"] = [_facts(one) for one in carried]
            facts["cores"] = asdict(self._cores)
            facts["warnings"] = warnings(
                carried, cores=self._cores, busy=max(self._busy, default=0.0)
            )
        if self._alone:
            facts["comparison"] = _together(self._alone).to_json()
        return facts


def _facts(carried: Carried) -> dict[str, object]:
    best = carried.typical
    return {
        "program": carried.program,
        "work": str(carried.work),
        "scheduled": carried.scheduled,
        "rate": carried.rate,
        "spread": carried.spread,
        "sessions": None if carried.rate is None else carried.rate / carried.work.requests,
        "at": asdict(best) if best else None,
        "beyond": asdict(carried.beyond) if carried.beyond else None,
        "rounds": [[asdict(attempt) for attempt in attempts] for attempts in carried.rounds],
    }


def _sample(carried: Carried, attempts: Sequence[Attempt]) -> Sample:
    valid = [attempt for attempt in attempts if attempt.valid]
    if valid:
        best = max(valid, key=lambda attempt: attempt.asked)
        return Sample(ns=1e9 / best.reached)
    last = attempts[-1]
    rate = f"at {last.asked:,.0f}/s " if carried.scheduled else ""
    return Sample(ns=None, why=f"{rate}{last.invalid[0]}", failed=last.failed)


def _alone(comparison: Comparison, name: str) -> Sample:
    """Of the client alone, for a case such as `generator.flat[client=lean]`."""
    figure = next(known for known in CLIENT_ALONE if f".{known}[" in name)
    client = next(known for known in CLIENTS if f"={known}]" in name)
    flat, paced = comparison.figures[FLAT][client][0], comparison.figures[PACED][client][0]
    value = {
        "flat": 1e9 / flat.rate if flat.rate else 0.0,
        "cpu": paced.cpu_us_per_request * 1_000,
        "p99": paced.p99_us * 1_000.0,
    }[figure]
    return Sample(ns=value, failed=flat.failed + paced.failed)


def _together(rounds: Sequence[Comparison]) -> Comparison:
    """The rounds put together: every figure, the medians, and the client's own goals."""
    together = Comparison(rounds[0].plan, rounds[0].cores, busy=max(one.busy for one in rounds))
    for one in rounds:
        for load, by_name in one.figures.items():
            for name, figures in by_name.items():
                _add_all(together, load, name, figures)
    return together


def _add_all(together: Comparison, load: str, name: str, figures: list[Figures]) -> None:
    for figure in figures:
        together.add(load, name, figure)
