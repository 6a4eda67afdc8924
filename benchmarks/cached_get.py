"""What a cached GET costs the backend, in two checkouts: `python -m benchmarks.cached_get OLD NEW`.

Both backends run at once, one worker each, and are asked in turn, in blocks that change places, so
that whatever else the machine does meets both alike. The figure is the CPU time (user and system)
of the worker per request, and what one core carries at that. The limit for a change is 5 %.

Each checkout is run by its own `.venv`, where it has one, or by this Python with the checkout first
on its path. About two minutes.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import psutil

LISTS = ("/api/item/retail/uni/123", "/api/vendor/list/uni/123")
"""What the documented mix reads from the cache."""
_WARM_UP = 2_000
_READY_SECONDS = 60.0


@dataclass(frozen=True)
class Backend:
    """One that runs."""

    worker: psutil.Process
    connection: http.client.HTTPConnection

    def cost_us(self, requests: int) -> float:
        """CPU time of the worker for one of so many cached lists, one after the other."""
        before = _cpu_us(self.worker)
        for number in range(requests):
            self.connection.request("GET", LISTS[number % len(LISTS)])
            answer = self.connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"a list was answered with {answer.status}")
        return (_cpu_us(self.worker) - before) / requests


def _cpu_us(process: psutil.Process) -> float:
    times = process.cpu_times()
    return 1e6 * (times.user + times.system)


@contextmanager
def serving(checkout: Path, folder: Path) -> Iterator[Backend]:
    """The backend of `checkout` on a free port, until the end."""
    own = checkout / ".venv" / "bin" / "python"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KAMPYN_")}
    environment["PYTHONPATH"] = str(checkout)
    command = [
        *(str(own) if own.exists() else sys.executable, "-m", "kampyn_perf", "backend", "serve"),
        *("--port", "0", "--workers", "1", "--state", str(folder)),
    ]
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder.parent, env=environment, stdout=log, stderr=log
        )
    try:
        running = _wait_for(folder / "backend.json", process)
        connection = http.client.HTTPConnection(urlsplit(running["url"]).netloc, timeout=30)
        worker = running["workers"][0]  # an earlier version had its number alone
        pid = worker["pid"] if isinstance(worker, dict) else worker
        yield Backend(psutil.Process(pid), connection)
        connection.close()
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(record: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            found: dict[str, Any] = orjson.loads(record.read_bytes())
        except (OSError, ValueError):
            time.sleep(0.1)
        else:
            return found
    raise SystemExit(f"the backend does not come up; see {record.parent}.log")


def table(old: Sequence[float], new: Sequence[float]) -> str:
    """Both, and the ratio of each pair of blocks."""
    lines = ["| | CPU per cached GET | requests/s of one core |", "|---|---|---|"]
    for name, costs in (("before", old), ("after", new)):
        cost = statistics.median(costs)
        lines.append(f"| {name} | {cost:.1f} \u00b5s | {1e6 / cost:,.0f} |")
    ratios = sorted(after / before for before, after in zip(old, new, strict=True))
    quarter = len(ratios) // 4
    lines.append(
        f"\nafter over before, of {len(ratios)} pairs: median {statistics.median(ratios):.3f}, "
        f"middle half {ratios[quarter]:.3f} to {ratios[-1 - quarter]:.3f}"
    )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--requests", type=int, default=2_000, help="of a block")
    asked = parser.parse_args()
    base = Path(tempfile.mkdtemp(prefix="kampyn-cached-get-"))
    with ExitStack() as stack:
        both = [
            stack.enter_context(serving(checkout.absolute(), base / name))
            for name, checkout in (("old", asked.old), ("new", asked.new))
        ]
        for one in both:
            one.cost_us(_WARM_UP)
        costs: tuple[list[float], list[float]] = ([], [])
        for number in range(asked.pairs):
            for place in (0, 1) if number % 2 else (1, 0):
                costs[place].append(both[place].cost_us(asked.requests))
    sys.stdout.write(table(*costs) + "\n")


if __name__ == "__main__":
    main()
