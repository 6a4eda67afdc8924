"""Whether `check --explain` names the cause: `python -m benchmarks.planted_causes [NAME ...]`.

Twenty short loads of the bundled backend, each with a cause of slowness or failure planted, whose
name is written down before the run. Right is a run whose *first* finding is that name. The load is
real, and so is the cause; the verdict is of the stored result alone. `--keep FOLDER` leaves the
results there, and `--again` judges those that are there, without a load. All twenty take about ten
minutes, of which the loads themselves are five and a half; the table at the end is Markdown.

The causes must be the greatest of the run. On a machine that has much else to do, other programs
are: they are named then, and the run is counted as wrong.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import plants
from benchmarks.plants import Plant, Planted, planted
from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Verdict
from kampyn_perf.slo import judge, objectives

SLO = """\
objectives:
  response_time: {metric: response_time, statistic: STATISTIC, target: "< TARGET"}
  error_rate: {metric: error_rate, target: "< 1.1 %"}
"""
CHEAP = ("backend.passwords.memory=8KB", "backend.passwords.iterations=1")
SMALL = "backend.seed={users: 20, vendors: 4, items: 50, orders: 50}"
MANY_ORDERS = "backend.seed={users: 20, vendors: 4, items: 50, orders: 150000}"
MANY_ITEMS = "backend.seed={users: 20, vendors: 4, items: 250000, orders: 50}"
ONE_WORKER = (
    *CHEAP,
    "backend.seed={users: 20, vendors: 4, items: 500, orders: 50}",
    "backend.workers=1",
    "backend.cache.url=off",
)
PAGES_SCENARIO = """\
from kampyn_perf.load.flow import FlowUser
from locust import task

class Pages(FlowUser):
    flow = "pages"
    weight = 1

    @task
    def look(self) -> None:
        path = f"/api/item/retail/uni/{self.data['uniId']}?limit=100"
        self.client.get(path, name="GET 100 items")
"""
BUSY_SCENARIO = """\
import time
from kampyn_perf.load.flow import FlowUser
from locust import task

class Busy(FlowUser):
    flow = "busy"
    weight = 1

    @task
    def compute(self) -> None:
        end = time.thread_time() + 0.05
        while time.thread_time() < end:
            pass
        self.call("vendors")
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A load and its cause."""

    name: str
    cause: str
    """The rule that should come first."""
    phases: str
    sets: tuple[str, ...] = (*CHEAP, SMALL)
    flows: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    plant: Plant = plants.nothing
    scenario: str = ""
    target: str = "200 ms"
    statistic: str = "p95"
    customize: str = ""
    """A sitecustomize.py of all its processes."""


def steady(rate: int, seconds: int = 15) -> str:
    return f"{{duration: {seconds}, arrivalRate: {rate}}}"


QUIET_THEN = steady(15, 20)
CASES = (
    Case(
        name="one-worker",
        cause="backend-cpu",
        phases=steady(250),
        sets=ONE_WORKER,
        scenario=PAGES_SCENARIO,
        customize=plants.TRACING,
    ),
    Case(
        name="one-worker-unwatched",
        cause="growing-backlog",
        phases=steady(250),
        sets=ONE_WORKER,
        more=("--no-watch",),
        scenario=PAGES_SCENARIO,
        customize=plants.TRACING,
    ),
    Case(
        name="argon2-iterations",
        cause="password-hashing",
        phases=steady(20),
        sets=(SMALL, "backend.passwords.iterations=40", "backend.passwords.max_wait=0"),
    ),
    Case(
        name="argon2-memory",
        cause="password-hashing",
        phases=steady(20),
        sets=(SMALL, "backend.passwords.memory=256MB", "backend.passwords.max_wait=0"),
    ),
    Case(
        name="logins-refused",
        cause="password-hashing",
        phases=steady(150),
        sets=(SMALL,),
        flows=("authentication",),
    ),
    Case(
        name="no-index-on-orders",
        cause="database",
        phases=steady(40),
        sets=(*CHEAP, MANY_ORDERS, "backend.store.indexes=none"),
        flows=("Vendor",),
    ),
    Case(
        name="no-index-on-items",
        target="40 ms",
        cause="database",
        phases=steady(30),
        sets=(*CHEAP, MANY_ITEMS, "backend.store.indexes=none", "backend.cache.url=off"),
        flows=("Order",),
    ),
    Case(
        name="store-locked-once",
        cause="lock-waits",
        phases=QUIET_THEN,
        flows=("Order",),
        plant=plants.locked(after=8, seconds=3.5),
    ),
    Case(
        name="store-locked-again-and-again",
        cause="lock-waits",
        phases=QUIET_THEN,
        flows=("Order",),
        plant=plants.locked(after=2, seconds=1.5, every=2.0),
    ),
    Case(
        name="store-locked-for-good",
        cause="lock-waits",
        phases=QUIET_THEN,
        plant=plants.locked(after=6, seconds=30),
    ),
    Case(
        name="redis-stopped",
        cause="cache",
        phases=steady(40, 20),
        target="100 ms",
        statistic="p99",  # the backend asks a dead cache only now and then
        plant=plants.stopped("redis-server", after=6, seconds=30),
    ),
    Case(
        name="cache-emptied",
        cause="cache",
        phases=steady(30, 20),
        sets=(*CHEAP, MANY_ITEMS, "backend.store.indexes=none"),
        target="40 ms",
        plant=plants.flushed,
    ),
    Case(
        name="rate-limit",
        cause="rate-limiter",
        phases=steady(20),
        sets=(*CHEAP, SMALL, "backend.rate_limit.enabled=true"),
    ),
    Case(
        name="workers-stopped",
        cause="backend-stalled",
        phases=QUIET_THEN,
        plant=plants.stopped(plants.WORKERS, after=8, seconds=5),
    ),
    Case(
        name="other-programs",
        cause="other-programs",
        phases=steady(30, 20),
        sets=(SMALL,),
        plant=plants.burning(16),
    ),
    Case(
        name="flood",
        cause="generator",
        phases=steady(5000, 5),
        flows=("Vendor",),
        more=("--set", "config.maxVusers=20000"),
    ),
    Case(name="busy-scenario", cause="generator", phases=steady(40, 6), scenario=BUSY_SCENARIO),
    Case(
        name="garbage",
        cause="garbage-collection",
        target="30 ms",
        phases=steady(40, 20),
        customize=plants.COLLECTING,
    ),
    Case(
        name="out-of-stock",
        cause="one-endpoint",
        phases=steady(30),
        sets=(*CHEAP, f"{SMALL[:-1]}, stock: 4}}"),
    ),
    Case(
        name="few-requests",
        cause="too-little-data",
        target="1 ms",
        phases=steady(3, 4),
        plant=plants.burning(24),
    ),
)


def run(case: Case, folder: Path) -> None:
    """The load, with its cause, in `folder`."""
    (folder / "configs").mkdir(parents=True)
    (folder / "configs" / "slo.yaml").write_text(
        SLO.replace("TARGET", case.target).replace("STATISTIC", case.statistic)
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KAMPYN_")}
    if case.scenario:
        (folder / "scenarios").mkdir()
        (folder / "scenarios" / "locustfile.py").write_text(case.scenario)
    if case.customize:
        (folder / "python").mkdir()
        (folder / "python" / "sitecustomize.py").write_text(case.customize)
        environment["PYTHONPATH"] = str(folder / "python")
    sets = [f"profiles.planted={{phases: [{case.phases}]}}", *case.sets]
    command = [
        *(sys.executable, "-m", "kampyn_perf", "load", "--profile", "planted", "--out", "run"),
        *(word for one in sets for word in ("--set", one)),
        *(word for flow in case.flows for word in ("--flow", flow)),
        *case.more,
    ]
    with (folder / "load.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stderr=log)
    try:
        wait_until_loading(folder / "load.log", process)
        with planted(case.plant, Planted(folder, psutil.Process(process.pid))):
            process.wait(timeout=180)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)


def wait_until_loading(log: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while "Loading http" not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > end:
            raise SystemExit(log.read_text(errors="replace"))
        time.sleep(0.1)


def verdict_of(folder: Path) -> Verdict:
    result = io.read(folder / "run" / names.RESULT_FILE, {names.LOAD_SCHEMA: LoadResult})
    return judge(result, objectives.load(str(folder / "configs" / "slo.yaml")))


def uncited(verdict: Verdict) -> list[str]:
    """Findings without a number."""
    return [one.rule for one in verdict.explanation if not re.search(r"\d", one.words)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="*", help="only these cases")
    parser.add_argument("--keep", type=Path, help="leave the results in this folder")
    parser.add_argument("--again", action="store_true", help="judge the results in --keep again")
    options = parser.parse_args()
    cases = [case for case in CASES if not options.name or case.name in options.name]
    base = options.keep or Path(tempfile.mkdtemp(prefix="kampyn-causes-"))
    right = 0
    began = time.monotonic()
    rows: list[tuple[str, str, str, bool]] = []
    for case in cases:
        folder = base / case.name
        if not options.again:
            run(case, folder)
        elif not (folder / "run" / names.RESULT_FILE).exists():
            continue
        verdict = verdict_of(folder)
        rules = [one.rule for one in verdict.explanation] or ["nothing was missed"]
        right += rules[0] == case.cause
        rows.append((case.name, case.cause, rules[0], rules[0] == case.cause))
        mark = "right" if rules[0] == case.cause else "WRONG"
        print(f"{mark}  {case.name}: {case.cause}; told: {', '.join(rules)}", flush=True)
        for one in verdict.explanation:
            print(f"         {one.rule}: {one.words}", flush=True)
        for rule in uncited(verdict):
            print(f"UNCITED  {case.name}: {rule}", flush=True)
    print("\n| planted | cause | first finding |\n|---|---|---|")
    for name, cause, first, is_right in rows:
        print(f"| {name} | `{cause}` | {'right' if is_right else f'**`{first}`**: wrong'} |")
    took = (time.monotonic() - began) / 60
    print(f"\n{right} of {len(rows)} right, in {took:.1f} min; results in {base}")


if __name__ == "__main__":
    main()
