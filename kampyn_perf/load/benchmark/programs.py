"""Load generators as whole programs: how each is started for a task, and what it says afterwards.

Ours is `kampyn-perf load` as a user runs it. Those with a schedule of arrivals say themselves
whether it was kept; a closed loop has none, and is only as fast as it goes.
"""

from __future__ import annotations

import json
import math
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kampyn_perf import compiled, names
from kampyn_perf.load.benchmark.jobs import percentile
from kampyn_perf.load.benchmark.tools import TOOLS, Tool
from kampyn_perf.load.benchmark.work import DATA_FILE, Work

OURS = "kampyn-perf"
LOCUST = "locust"
_LOCUST_STARTS_S = 5.0
_HERE = Path(__file__).parent
_PACKAGE = _HERE.parents[1]
_RESULT = Path("run") / names.RESULT_FILE


@dataclass(frozen=True, kw_only=True)
class Task:
    """What one program is asked for, once."""

    work: Work
    url: str
    rate: float
    """Requests per second; 0: as fast as it goes."""
    seconds: float
    folder: Path
    """Its own, with the data file in it."""
    users: int = 50
    """Of a closed loop."""

    @property
    def sessions(self) -> float:
        """Per second."""
        return self.rate / self.work.requests

    @property
    def environment(self) -> dict[str, str]:
        """The same for scripts."""
        return {
            "KAMPYN_WORK": str(self.work),
            "KAMPYN_URL": self.url,
            "KAMPYN_DATA": str(self.folder / DATA_FILE),
            "KAMPYN_RATE": f"{self.sessions:g}",
            "KAMPYN_USERS": str(self.users),
            "KAMPYN_SECONDS": f"{self.seconds:g}",
            "KAMPYN_SUMMARY": str(self.folder / "summary.json"),
        }


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a program says of its run. Latencies are its own kind."""

    failed: int = 0
    """Requests, or checks of them."""
    p50_us: int | None = None
    p99_us: int | None = None
    invalid: Sequence[str] = ()
    """Why it was not the load that was asked for."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A load generator."""

    name: str
    works: Sequence[Work]
    scheduled: bool
    """Whether sessions come at a rate, whatever the target does."""
    command: Callable[[Task], list[str]]
    figures: Callable[[Task, str], Figures]
    """Of its files and of what it printed. Raises ValueError where that says nothing."""
    paced: bool = True
    """Whether it knows rates at all."""
    settles_s: float = 1.0
    """Between its first request and what is measured."""
    environment: Mapping[str, str] = field(default_factory=dict)


def ours(
    name: str = OURS,
    *,
    python: str = sys.executable,
    checkout: Path | None = None,
    more: Sequence[str] = (),
    pure: bool = False,
) -> Program:
    """`kampyn-perf load` of this installation, or of a checkout; `pure`: nothing compiled."""
    where = {"PYTHONPATH": str(checkout or _PACKAGE.parent)}
    return Program(
        name=name,
        works=tuple(Work),
        scheduled=True,
        command=lambda task: [python, "-m", "kampyn_perf", *_flags(task), *more],
        figures=_figures_of_ours,
        environment={**where, compiled.PURE_VARIABLE: "1"} if pure else where,
    )


def _flags(task: Task) -> list[str]:
    length = f"{task.seconds:g}s"
    schedule = ["--rate", f"{task.sessions:.6g}", "--for", length, "--out", "run"]
    if task.work is Work.REQUEST:
        return ["load", f"{task.url}/items", *schedule]
    data = str(task.folder / DATA_FILE)
    return ["load", "--target", "reference", "--url", task.url, "--data", data, *schedule]


def _figures_of_ours(task: Task, _output: str) -> Figures:
    result = json.loads((task.folder / _RESULT).read_bytes())
    # Results of version 1 call it by another name.
    validity = result.get("validity") or result["certificate"]
    requests = result["requests"]
    return Figures(
        failed=requests["failed"],
        p50_us=requests["response"]["p50_us"],
        p99_us=requests["response"]["p99_us"],
        invalid=tuple(validity["reasons"]),
    )


def _figures_of_k6(task: Task, _output: str) -> Figures:
    metrics = json.loads((task.folder / "summary.json").read_bytes())
    dropped = _value(metrics, "dropped_iterations", "count")
    times = metrics.get("http_req_duration", {}).get("values", {})
    return Figures(
        failed=round(
            _value(metrics, "checks", "fails") or _value(metrics, "http_req_failed", "passes")
        ),
        p50_us=round(times["med"] * 1000),
        p99_us=round(times["p(99)"] * 1000),
        invalid=(f"it dropped {dropped:.0f} arrivals",) if dropped else (),
    )


def _value(metrics: Any, metric: str, value: str) -> float:
    return float(metrics.get(metric, {}).get("values", {}).get(value, 0))


def _locust(task: Task) -> list[str]:
    users = str(task.users)
    return [
        *(sys.executable, "-m", "locust", "-f", str(_HERE / "stock_locustfile.py")),
        *("--headless", "--json", "--only-summary", "--loglevel", "ERROR", "--host", task.url),
        *("-u", users, "-r", users, "--exit-code-on-error", "0"),
        # Its time begins before its users are made, which takes seconds; it knows whole ones only.
        *("-t", f"{math.ceil(task.seconds + _LOCUST_STARTS_S)}s"),
    ]


def _figures_of_locust(_task: Task, output: str) -> Figures:
    entries = json.loads(output[output.index("[") :])
    times = sorted(
        round(float(ms) * 1000)
        for entry in entries
        for ms, count in entry["response_times"].items()
        for _ in range(count)
    )
    return Figures(
        failed=sum(entry["num_failures"] for entry in entries),
        p50_us=percentile(times, 0.5),
        p99_us=percentile(times, 0.99),
    )


def _of_tool(tool: Tool, *, paced: bool, scheduled: bool) -> Program:
    def command(task: Task) -> list[str]:
        url = f"{task.url}/items"
        if task.rate:
            return [tool.name, *tool.paced(url, task.users, task.seconds, task.rate)]
        return [tool.name, *tool.flat(url, task.users, task.seconds)]

    def figures_of(_task: Task, output: str) -> Figures:
        figures = tool.read(output, 0.0)
        return Figures(failed=figures.failed, p50_us=figures.p50_us, p99_us=figures.p99_us)

    return Program(
        name=tool.name,
        works=(Work.REQUEST,),
        scheduled=scheduled,
        command=command,
        figures=figures_of,
        paced=paced,
        environment={"ARTILLERY_DISABLE_TELEMETRY": "true"},
    )


STOCK_LOCUST = Program(
    name=LOCUST,
    works=tuple(Work),
    scheduled=False,
    command=_locust,
    figures=_figures_of_locust,
    settles_s=_LOCUST_STARTS_S / 2,
)
K6 = Program(
    name="k6",
    works=tuple(Work),
    scheduled=True,
    command=lambda _task: ["k6", "run", "--quiet", "--no-usage-report", str(_HERE / "k6.js")],
    figures=_figures_of_k6,
)
_WRK, _HEY, _ARTILLERY = TOOLS
OTHERS = (
    K6,
    _of_tool(_ARTILLERY, paced=True, scheduled=False),
    _of_tool(_HEY, paced=True, scheduled=False),
    _of_tool(_WRK, paced=False, scheduled=False),
)
"""What may be on the PATH."""


def programs() -> list[Program]:
    """Ours, stock Locust, and those of `OTHERS` that are installed."""
    return [ours(), STOCK_LOCUST, *(program for program in OTHERS if shutil.which(program.name))]
