"""`kampyn-perf`, run to its end in a process forked from one that has the modules already.

The real program: its own process, folder, environment, pipes and exit code. What it saves is the
import of the same modules a thousand times a run of the suite. Whatever is about starting (imports
that are interrupted, a closed stream, another PYTHONPATH, a program that is signalled) uses
`tests.cli.program.start`.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROGRAM = ROOT / "kampyn_perf" / "cli"
LIBRARIES = ("numpy", "scipy.special", "rich.console", "rich.table", "rich.live", "pymongo")


def run(
    arguments: list[str], folder: Path, environment: Mapping[str, str], *, timeout: float
) -> subprocess.CompletedProcess[str]:
    """As `subprocess.run` of `python -m kampyn_perf` with its output captured."""
    with tempfile.TemporaryDirectory(prefix="kampyn-perf-output-") as name:
        out, err = Path(name, "stdout"), Path(name, "stderr")
        process = _context().Process(
            target=main, args=(arguments, folder, dict(environment), out, err)
        )
        process.start()
        process.join(timeout)
        ended = process.exitcode is not None
        if not ended:
            process.kill()
            process.join()
        code = process.exitcode
        process.close()
        said = [path.read_text() if path.exists() else "" for path in (out, err)]
    if not ended:
        raise subprocess.TimeoutExpired(arguments, timeout, *said)
    return subprocess.CompletedProcess(arguments, code or 0, *said)


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_modules(), *LIBRARIES, __name__])
    return context


def _modules() -> list[str]:
    """Every module of the command line, and so whatever of the features they import."""
    paths = (path.relative_to(ROOT).with_suffix("") for path in sorted(PROGRAM.rglob("*.py")))
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


def main(
    arguments: list[str], folder: Path, environment: dict[str, str], out: Path, err: Path
) -> None:
    """In the forked process."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, path, mode in ((0, Path(os.devnull), "r"), (1, out, "w"), (2, err, "w")):
        with path.open(mode) as file:
            os.dup2(file.fileno(), number)
    # Open for as long as the process lasts.
    sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")
    sys.argv = ["kampyn-perf", *arguments]
    sys.path[0] = str(folder)  # as `python -m` has it
    from kampyn_perf.__main__ import main as program

    program()
