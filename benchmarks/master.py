"""What a master costs per worker and per request: `python -m benchmarks.master`.

It takes two minutes. Real masters and workers on loopback; the CPU time of the master's
two processes over the steady part of each run. Fitted: microseconds of CPU per second =
base + workers * per_worker + requests per second * per_request; the last row is predicted from the
others and then measured.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import psutil

from kampyn_perf import names
from tests.load.conftest import DATA, start_server

# (workers, sessions per second); the last one is the check.
CASES = [(1, 20), (1, 1000), (4, 20), (4, 1000), (8, 20), (6, 500)]
SECONDS = 8


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(url: str, workers: int, rate: int) -> tuple[float, float, float]:
    """(CPU µs/s of the relay, of the command line, requests per second)."""
    folder = Path(tempfile.mkdtemp())
    (folder / "data.json").write_bytes(orjson.dumps(DATA))
    program = [sys.executable, "-m", "kampyn_perf", "load"]
    port = str(free_port())
    quiet: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": folder,
    }
    phases = f"profiles.t={{phases: [{{duration: {SECONDS}, arrivalRate: {rate}}}]}}"
    master = subprocess.Popen(
        [
            *program,
            *("--target", url, "--data", "data.json", "--out", "run", "--profile", "t"),
            *("--set", phases, "--role", "master", "--master-port", port),
            *("--expect-workers", str(workers)),
        ],
        **quiet,
    )
    others = [
        subprocess.Popen([*program, "--role", "worker", "--master-port", port], **quiet)
        for _ in range(workers)
    ]
    result = folder / "run" / names.RESULT_FILE
    while not result.exists():
        time.sleep(0.05)
    line = psutil.Process(master.pid)
    relay = next(c for c in line.children() if "kampyn_perf.load.distributed.master" in c.cmdline())
    before = [sum(each.cpu_times()[:2]) for each in (relay, line)]
    began = time.monotonic()
    time.sleep(SECONDS - 3)
    after = [sum(each.cpu_times()[:2]) for each in (relay, line)]
    lasted = time.monotonic() - began
    master.wait()
    for each in others:
        each.wait()
    requests = orjson.loads(result.read_bytes())["requests"]["count"] / SECONDS
    relay_us, line_us = ((a - b) / lasted * 1e6 for a, b in zip(after, before, strict=True))
    return relay_us, line_us, requests


def main() -> None:
    server = start_server()
    rows = []
    for workers, rate in CASES:
        relay, line, requests = measure(server.url, workers, rate)
        rows.append((workers, requests, relay, line))
        print(
            f"{workers} workers, {requests:6.0f} requests/s: relay {relay / 1000:6.1f} ms/s, "
            f"command line {line / 1000:6.1f} ms/s"
        )
    server.process.kill()
    table = np.array(rows)
    model = np.column_stack([np.ones(len(rows)), table[:, 0], table[:, 1]])
    for name, column in (("relay", 2), ("command line", 3)):
        fit, *_ = np.linalg.lstsq(model[:-1], table[:-1, column], rcond=None)
        predicted = float(model[-1] @ fit)
        print(
            f"{name}: {fit[0] / 1000:.1f} ms/s + {fit[1] / 1000:.2f} ms/s per worker + "
            f"{fit[2]:.1f} µs per request; predicted {predicted / 1000:.1f} ms/s for "
            f"{CASES[-1][0]} workers, measured {table[-1, column] / 1000:.1f}"
        )
    print(f"clock ticks of CPU times: {1e3 / os.sysconf('SC_CLK_TCK'):.0f} ms")


if __name__ == "__main__":
    main()
