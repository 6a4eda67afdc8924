"""The program's own entry point, run in a forked process with its own folder, environment and
files for what it prints. Imports nothing of the project: the process that forks does that once."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PRELOAD = (
    "kampyn_perf.cli.main",
    "kampyn_perf.cli.indexes.applying",
    "kampyn_perf.cli.indexes.effecting",
    "kampyn_perf.indexes.catalogue.load",
    "kampyn_perf.indexes.engines.mongo.database",
    "kampyn_perf.indexes.engines.sqlite.database",
    "kampyn_perf.indexes.explain.verify_run",
    "rich.console",
    "rich.table",
    "scipy.special",
    "tests.indexes.program",
)


def run_program(
    arguments: list[str], folder: Path, environment: dict[str, str], told: Path, words: Path
) -> None:
    """`kampyn-perf ARGUMENTS`; ends this process with the program's exit code."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path, mode in ((0, os.devnull, "r"), (1, told, "w"), (2, words, "w")):
        with open(path, mode) as file:
            os.dup2(file.fileno(), number)
    # Open for as long as the process lasts.
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    sys.argv = ["kampyn-perf", *arguments]
    from kampyn_perf.cli.main import main

    main()
