"""What documents say of the load engine, measured: `python -m benchmarks.load_engine WHAT`.

    lateness    percentiles at 100 sessions/s, the generator alone on a core (or --unpinned)
    stall       a server that stands still for 3 s at 50 sessions/s, by 1, 2 and 4 workers
    healthy     --runs in a row against the bundled backend: how many are valid

They take minutes, and say something only on a machine that has nothing else to do.
Everything is a run of the real program on loopback.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import orjson
import psutil

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.cli import program
from tests.load.conftest import DATA, start_server


@contextmanager
def a_run(phase: str, *more: str, url: str = "") -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """(process, folder) of a load, with nothing of the machine's limits changed."""
    folder = Path(tempfile.mkdtemp(prefix="kampyn-measure-"))
    (folder / "data.json").write_bytes(orjson.dumps(DATA))
    target = ("--target", url, "--data", "data.json") if url else ()
    arguments = ("load", *target, "--out", "run", *program.profile(phase, limits=()), *more)
    process = program.start_cold(folder, *arguments)
    try:
        yield process, folder
    finally:
        process.kill()
        process.communicate()


def result_of(folder: Path) -> LoadResult:
    return io.read(folder / "run" / names.RESULT_FILE, {names.LOAD_SCHEMA: LoadResult})


def generators_of(process: subprocess.Popen[str], count: int = 1) -> list[psutil.Process]:
    """The generator processes, once the run has begun."""

    generators: list[psutil.Process] = []

    def are_there() -> bool:
        generators[:] = [
            child
            for child in program.descendants(process.pid)
            if "kampyn_perf.load.generator" in child.cmdline()
        ]
        return len(generators) == count

    program.wait_for(are_there, what="the generators")
    return generators


def lateness(options: argparse.Namespace) -> None:
    cores = sorted(os.sched_getaffinity(0))
    if not options.unpinned:
        os.sched_setaffinity(0, set(cores[:-1]))
    server = start_server()
    for _ in range(options.runs):
        phase = f"{{duration: {options.seconds}, arrivalRate: 100}}"
        with a_run(phase, url=server.url) as (process, folder):
            for generator in generators_of(process):
                for thread in [] if options.unpinned else generator.threads():
                    os.sched_setaffinity(thread.id, {cores[-1]})
            process.communicate()
            validity = result_of(folder).validity
            late = validity.lateness
            print(
                f"lateness of {late.count} sessions: P50 {late.p50_us}, P95 {late.p95_us}, "
                f"P99 {late.p99_us}, max {late.max_us} us; {validity.cpu_share:.1%} of a core"
            )
    server.process.kill()


def stall(options: argparse.Namespace) -> None:
    """Sessions due during a stall of S answer after what is left of it: of N sessions at rate R,
    N - R S wait for nothing, and the others up to S, evenly."""
    server = start_server()
    seconds, rate, length = 20, 50, 3.0
    for workers in (1, 2, 4):
        phase = f"{{duration: {seconds}, arrivalRate: {rate}}}"
        with a_run(phase, "--workers", str(workers), url=server.url) as (process, folder):
            generators_of(process, workers)
            time.sleep(8)
            began = time.perf_counter()
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(length)
            server.process.send_signal(signal.SIGCONT)
            lasted = time.perf_counter() - began
            process.communicate()
            response = result_of(folder).requests.response
            # Only a session's first request waits: the others are sent after it.
            waits = np.concatenate(
                [np.zeros(response.count - round(rate * lasted)),
                 lasted - np.arange(round(rate * lasted)) / rate]
            )  # fmt: skip
            truth = np.sort(waits)
            at = {q: float(truth[int(np.ceil(q * truth.size)) - 1]) for q in (0.95, 0.99, 1)}
            measured = response.decode().percentiles([0.95, 0.99])
            slowest = response.decode().max_us or 0
            print(
                f"{workers} workers, stall of {lasted:.3f} s, analytic / measured: "
                f"P95 {at[0.95]:.3f} / {(measured[0.95] or 0) / 1e6:.3f}, "
                f"P99 {at[0.99]:.3f} / {(measured[0.99] or 0) / 1e6:.3f}, "
                f"max {at[1]:.3f} / {slowest / 1e6:.3f} s"
            )
    server.process.kill()


def healthy(options: argparse.Namespace) -> None:
    invalid = 0
    for number in range(1, options.runs + 1):
        phase = f"{{duration: {options.seconds}, arrivalRate: 100}}"
        with a_run(phase, *program.CHEAP) as (process, folder):
            process.communicate()
            validity = result_of(folder).validity
            if not validity.valid:
                invalid += 1
                print(f"run {number}: {validity.reasons}")
    print(f"{options.runs - invalid} of {options.runs} runs are valid")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load_engine")
    parser.add_argument("what", choices=["lateness", "stall", "healthy"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--unpinned", action="store_true")
    options = parser.parse_args()
    {"lateness": lateness, "stall": stall, "healthy": healthy}[options.what](options)


if __name__ == "__main__":
    main()
