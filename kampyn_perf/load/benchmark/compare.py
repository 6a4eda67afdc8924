"""The client alone on one core: the lean one beside stock Locust's (and other tools, if installed).

Two loads: flat out (a closed loop of so many users) and open loop at a rate. Every round runs
every generator once, one after the other, so that a disturbance of the machine hits all of them;
ratios are taken within a round, and the median of the rounds counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

import psutil

from kampyn_perf.load.benchmark.jobs import Client, Figures, Job
from kampyn_perf.load.benchmark.processes import (
    Cores,
    choose_cores,
    run_generator,
    run_tool,
    running_server,
    start_cost,
)
from kampyn_perf.load.benchmark.tools import Tool, installed

_BUSY = 0.2

FLAT = "flat"
PACED = "paced"

GOAL_THROUGHPUT_RATIO = 2.5
"""Requests/s flat out, lean over stock: at least."""
GOAL_CPU_RATIO = 0.6
"""CPU per request at the rate, lean over stock: at most."""
GOAL_P99_GAP_US = 1_000
"""P99 at the rate beyond that of wrk: at most."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much to measure."""

    rounds: int = 5
    seconds: float = 3.0
    """Of each generator and load, after the warm-up."""
    warmup_s: float = 1.0
    users: int = 50
    rate: float = 1200.0
    """Requests per second of the open loop."""
    tools: bool = True
    """Run wrk, hey and Artillery too, if they are installed."""
    pin: bool = True


@dataclass(frozen=True)
class Goal:
    """One figure that the lean client is held to."""

    name: str
    value: float | None
    """None: nothing measured it."""
    limit: float
    at_least: bool

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without a value."""
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass
class Comparison:
    """Everything measured: by load, then generator, one entry per round."""

    plan: Plan
    cores: Cores
    busy: float = 0.0
    """Share of the CPU that other programs used just before."""
    figures: dict[str, dict[str, list[Figures]]] = field(
        default_factory=lambda: {FLAT: {}, PACED: {}}
    )

    def add(self, load: str, generator: str, figures: Figures) -> None:
        """One more round of one generator."""
        self.figures[load].setdefault(str(generator), []).append(figures)

    def middle(self, load: str, generator: str, value: Callable[[Figures], float]) -> float | None:
        """The median over the rounds; None where there are none."""
        rounds = self.figures[load].get(generator)
        return median(value(figures) for figures in rounds) if rounds else None

    def ratio(self, load: str, value: Callable[[Figures], float]) -> float | None:
        """Lean over stock, the median of the rounds' own ratios."""
        pairs = zip(
            self.figures[load].get(Client.LEAN, []),
            self.figures[load].get(Client.STOCK, []),
            strict=False,
        )
        ratios = [value(lean) / value(stock) for lean, stock in pairs if value(stock)]
        return median(ratios) if ratios else None

    def goals(self) -> list[Goal]:
        """The client's goals and what was measured of them."""
        lean, wrk = (self.middle(PACED, who, lambda f: f.p99_us) for who in (Client.LEAN, "wrk"))
        gap = None if lean is None or wrk is None else lean - wrk
        throughput = self.ratio(FLAT, lambda f: f.rate)
        cpu = self.ratio(PACED, lambda f: f.cpu_us_per_request)
        return [
            Goal("requests/s flat out, lean / stock", throughput, GOAL_THROUGHPUT_RATIO, True),
            Goal("CPU per request at the rate, lean / stock", cpu, GOAL_CPU_RATIO, False),
            Goal("P99 at the rate, lean - wrk (us)", gap, GOAL_P99_GAP_US, False),
        ]

    def warnings(self) -> list[str]:
        """What makes the figures doubtful."""
        warnings = []
        for load, generators in self.figures.items():
            for name, rounds in generators.items():
                failed = sum(figures.failed for figures in rounds)
                if failed:
                    warnings.append(f"{name} ({load}): {failed} requests failed")
        for client in Client:
            reached = self.middle(PACED, client, lambda f: f.rate)
            if reached is not None and reached < 0.98 * self.plan.rate:
                warnings.append(
                    f"{client} reached {reached:.0f} of {self.plan.rate:.0f} requests/s"
                )
        best, lean = (self.middle(FLAT, who, lambda f: f.rate) for who in ("wrk", Client.LEAN))
        if best and lean and lean > 0.8 * best:
            warnings.append("the server, not the generator, may be the limit flat out")
        if self.busy > _BUSY:
            share = f"{self.busy:.0%}"
            warnings.append(
                f"other programs used {share} of the CPU: latencies and rates are theirs too"
            )
        if self.cores.generator is None:
            warnings.append("server and generator share the cores: figures vary more")
        return warnings

    def to_json(self) -> dict[str, Any]:
        """The machine form: plan, every round, medians, goals, warnings."""
        return {
            "plan": asdict(self.plan),
            "cores": asdict(self.cores),
            "busy": self.busy,
            "rounds": {
                load: {name: [asdict(figures) for figures in rounds] for name, rounds in by.items()}
                for load, by in self.figures.items()
            },
            "medians": {
                load: {name: self._medians(load, name) for name in by}
                for load, by in self.figures.items()
            },
            "goals": [asdict(goal) | {"met": goal.met} for goal in self.goals()],
            "warnings": self.warnings(),
        }

    def _medians(self, load: str, name: str) -> dict[str, float | None]:
        return {
            "rate": self.middle(load, name, lambda f: f.rate),
            "cpu_us_per_request": self.middle(load, name, lambda f: f.cpu_us_per_request),
            "p50_us": self.middle(load, name, lambda f: f.p50_us),
            "p95_us": self.middle(load, name, lambda f: f.p95_us),
            "p99_us": self.middle(load, name, lambda f: f.p99_us),
        }


def compare(plan: Plan, *, progress: Callable[[str], None] = lambda _text: None) -> Comparison:
    """Run the comparison; `progress` is told before each measurement. Raises KampynError."""
    cores = choose_cores() if plan.pin else Cores()
    result = Comparison(plan, cores, busy=psutil.cpu_percent(interval=0.5) / 100)
    with running_server(cores) as server:
        url = server.url
        tools = [
            (tool, start_cost(tool, f"{url}/items", cores))
            for tool in (installed() if plan.tools else ())
        ]
        for number in range(1, plan.rounds + 1):
            for load in (FLAT, PACED):
                progress(f"round {number} of {plan.rounds}, {load}")
                _round(result, load, url, tools)
    return result


def _round(result: Comparison, load: str, url: str, tools: Sequence[tuple[Tool, float]]) -> None:
    plan, cores = result.plan, result.cores
    for client in Client:
        job = Job(
            client=client,
            url=url,
            users=plan.users,
            seconds=plan.seconds,
            warmup_s=plan.warmup_s,
            rate=plan.rate if load == PACED else 0.0,
        )
        result.add(load, client, run_generator(job, cores))
    target = f"{url}/items"
    for tool, start_s in tools:
        arguments = (
            tool.flat(target, plan.users, plan.seconds)
            if load == FLAT
            else tool.paced(target, plan.users, plan.seconds, plan.rate)
        )
        result.add(load, tool.name, run_tool(tool, arguments, start_s, cores, plan.seconds))
