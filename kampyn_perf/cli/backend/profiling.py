"""`kampyn-perf backend profile`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli.backend.options import STATE, State, microseconds
from kampyn_perf.cli.flags import Json


def profile(
    state: State = STATE,
    duration: Annotated[
        str, typer.Option("--for", metavar="DURATION", help="How long to watch, as 10s.")
    ] = "10s",
    worker: Annotated[
        int, typer.Option(min=1, metavar="N", help="Which of the workers, from 1.")
    ] = 1,
    frequency: Annotated[
        int, typer.Option(min=1, max=1000, metavar="HERTZ", help="Samples per second.")
    ] = 100,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .svg (flame graph), .json (speedscope.app) or .txt.",
        ),
    ] = Path("flame.svg"),
    as_json: Json = False,
) -> None:
    """Write a flame graph of a worker that serves (needs the extra kampyn-perf[profile]).

    \b
    Example, while a load runs against it:
      kampyn-perf backend profile --for 10s --output flame.svg
    """
    from kampyn_perf import backend
    from kampyn_perf.cli.console import print_json, say

    seconds = _whole_seconds(duration)
    done = backend.profile(
        state_dir=state, out=output, seconds=seconds, slot=worker, rate=frequency
    )
    if as_json:
        facts = {"slot": done.worker.slot, "pid": done.worker.pid}
        print_json({"file": str(done.path), "seconds": seconds, "rate": frequency, "worker": facts})
    say(
        f"worker {done.worker.slot} (pid {done.worker.pid}) for {seconds} s, {frequency} samples a "
        f"second, by py-spy: {done.path}"
    )


def _whole_seconds(text: str) -> int:
    from kampyn_perf.errors import KampynError

    seconds = microseconds("--for", text) / 1e6
    if not 1 <= seconds <= 3600 or seconds != int(seconds):
        raise KampynError(f"--for: {text} is not a number of whole seconds from 1 to 3600")
    return int(seconds)
