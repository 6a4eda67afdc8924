"""What it costs to start: seconds that pass, and seconds of CPU of all processes together.

    python -m benchmarks.startup [--rounds 10] [--against FOLDER] [--only backend_of_two ...]

`load` to its first request, the bundled backend with one worker and with two until it is ready (its
store filled before), a generator until it listens, and `--help`. With a second checkout (which has
an environment of its own in .venv) the rounds of both are interleaved and their ratio is told: on a
machine that does other work too, only that means something, and of the CPU more than of the time.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import orjson

from tests.load.conftest import DATA
from tests.running.costs import cpu_seconds

HERE = Path(__file__).parents[1]
PHASE = "config.phases=[{duration: 1, arrivalRate: 20}]"
BACKEND = """
import sys
from pathlib import Path
from kampyn_perf import backend

sets = [f"workers={sys.argv[1]}", "passwords={memory: 8KB, iterations: 1}",
        "seed={users: 20, vendors: 4, items: 60, orders: 200}"]
settings = backend.load_settings(sets=sets)
state = Path(sys.argv[2])
backend.seed(settings, state_dir=state)
with backend.start(settings, state_dir=state) as running:
    print(running.supervisor_pid, flush=True)
    sys.stdin.read()
"""


class Cost(NamedTuple):
    """Both in seconds."""

    passed: float
    cpu: float


def first_request(checkout: Path) -> Cost:
    """Until a target that was up all the time hears of the first session.

    The command line looks once whether the target is there; the second connection is a session's.
    """
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        tempfile.TemporaryDirectory(prefix="kampyn-startup-") as folder,
    ):
        (Path(folder) / "data.json").write_bytes(orjson.dumps(DATA))
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        began = time.perf_counter()
        process = subprocess.Popen(
            [
                *(_python(checkout), "-m", "kampyn_perf", "load", "--url", url),
                *("--data", "data.json", "--set", PHASE, "--set", "config.timeouts.total=1s"),
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        server.settimeout(60)
        for _ in range(2):
            server.accept()[0].close()
        cost = Cost(time.perf_counter() - began, cpu_seconds(process.pid))
        process.kill()
        process.communicate()
    return cost


def backend_of_one(checkout: Path) -> Cost:
    """The backend with one worker."""
    return _backend(checkout, 1)


def backend_of_two(checkout: Path) -> Cost:
    """The backend with two workers."""
    return _backend(checkout, 2)


def _backend(checkout: Path, workers: int) -> Cost:
    """The supervisor and all that it started."""
    with tempfile.TemporaryDirectory(prefix="kampyn-startup-") as folder:
        began = time.perf_counter()
        process = subprocess.Popen(
            [_python(checkout), "-c", BACKEND, str(workers), folder],
            cwd=checkout,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        cost = Cost(time.perf_counter() - began, cpu_seconds(pid))
        process.communicate()
    return cost


def generator(checkout: Path) -> Cost:
    """A generator that is told nothing: it listens, and ends when nobody is there to say more."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [_python(checkout), "-m", "kampyn_perf.load.generator"],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    return _ended(process, began)


def help_text(checkout: Path) -> Cost:
    """`kampyn-perf --help`."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [_python(checkout), "-m", "kampyn_perf", "--help"],
        cwd=checkout,
        stdout=subprocess.DEVNULL,
    )
    return _ended(process, began)


def _ended(process: subprocess.Popen[bytes], began: float) -> Cost:
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.args
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime)


def _python(checkout: Path) -> str:
    return str(checkout / ".venv/bin/python")


MEASURES = (first_request, backend_of_one, backend_of_two, generator, help_text)


def main() -> None:
    """Measure, and print medians."""
    names = [measure.__name__ for measure in MEASURES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--against", type=Path, help="another checkout, with its .venv")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    options = parser.parse_args()
    checkouts = [HERE, *([options.against.absolute()] if options.against else [])]
    for measure in MEASURES:
        if measure.__name__ not in options.only:
            continue
        costs: dict[Path, list[Cost]] = {checkout: [] for checkout in checkouts}
        for number in range(options.rounds):
            for checkout in checkouts if number % 2 else reversed(checkouts):
                costs[checkout].append(measure(checkout))
        for checkout in checkouts:
            passed, cpu = (statistics.median(one) for one in zip(*costs[checkout], strict=True))
            print(f"{measure.__name__:14} {checkout!s:30} {passed:.2f} s, CPU {cpu:.2f} s")
        if options.against:
            pairs = list(zip(*costs.values(), strict=True))
            for which in Cost._fields:
                ratio = statistics.median(
                    getattr(here, which) / getattr(other, which) for here, other in pairs
                )
                print(f"{measure.__name__:14} {which:6} ratio, median of pairs {ratio:.2f}")


if __name__ == "__main__":
    main()
