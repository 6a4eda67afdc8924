"""Locust itself, for as long as what a test waits for takes on this machine."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.cli import program

Rows = dict[str, dict[str, str]]
"""Of its statistics, by the name of a request; `Aggregated` is all of them."""


def run(
    words: Sequence[str], *, folder: Path, env: dict[str, str], written: Path, until: str
) -> tuple[program.Done, Rows]:
    """`python -m` of `words`, ended by SIGTERM when the row `until` counts six requests; what it
    writes of them goes to `written`, a prefix."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words, "--csv", str(written)],
        cwd=folder,
        env=program.environment(env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )

    def counted() -> bool:
        return int(_rows(written).get(until, {}).get("Request Count", 0)) >= 6

    try:
        program.wait_for(counted, what=f"the sixth request of {until}")
    finally:
        done = program.interrupt(process, signal.SIGTERM)
    return done, _rows(written)


def _rows(written: Path) -> Rows:
    path = written.with_name(f"{written.name}_stats.csv")
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        return {row["Name"]: row for row in csv.DictReader(file)}
