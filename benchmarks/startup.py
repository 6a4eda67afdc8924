"""From starting `kampyn-perf load` to its first request, and to the end of `kampyn-perf --help`.

    python -m benchmarks.startup [--rounds 10] [--against FOLDER]

The target is a socket that answers nothing and notes when the first connection came. With a second
checkout (which has an environment of its own in .venv) the rounds of both are interleaved and their
ratio is told: on a machine that does other work too, only that means something.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import orjson

from tests.load.conftest import DATA

HERE = Path(__file__).parents[1]
PHASE = "config.phases=[{duration: 1, arrivalRate: 20}]"


def first_request(checkout: Path) -> float:
    """Seconds until a target that was up all the time hears of the first session.

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
                *(checkout / ".venv/bin/python", "-m", "kampyn_perf", "load", "--url", url),
                *("--data", "data.json", "--set", PHASE, "--set", "config.timeouts.total=1s"),
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        server.settimeout(60)
        for _ in range(2):
            server.accept()[0].close()
        took = time.perf_counter() - began
        process.kill()
        process.communicate()
    return took


def help_text(checkout: Path) -> float:
    """Seconds of `kampyn-perf --help`."""
    began = time.perf_counter()
    subprocess.run(
        [checkout / ".venv/bin/python", "-m", "kampyn_perf", "--help"],
        cwd=checkout,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def main() -> None:
    """Measure, and print medians."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--against", type=Path, help="another checkout, with its .venv")
    options = parser.parse_args()
    checkouts = [HERE, *([options.against.absolute()] if options.against else [])]
    for measure in (first_request, help_text):
        took: dict[Path, list[float]] = {checkout: [] for checkout in checkouts}
        for number in range(options.rounds):
            for checkout in checkouts if number % 2 else reversed(checkouts):
                took[checkout].append(measure(checkout))
        for checkout in checkouts:
            middle = statistics.median(took[checkout])
            print(f"{measure.__name__:14} {checkout!s:30} median {middle:.2f} s")
        if options.against:
            pairs = zip(*took.values(), strict=True)
            ratio = statistics.median(here / other for here, other in pairs)
            print(f"{measure.__name__:14} ratio of the medians of pairs {ratio:.2f}")


if __name__ == "__main__":
    main()
