"""A flame graph of one worker while it serves (the document's `--inspect` and clinic.js).

py-spy reads the worker's memory from outside, so nothing of it runs inside, and the worker is only
stopped for the moment of each sample. It is an extra, `kampyn-perf[profile]`. Durations: seconds.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kampyn_perf import files
from kampyn_perf.backend.state import StateFolder, WorkerRecord
from kampyn_perf.errors import ExitCode, KampynError, UnreachableError

RATE = 100
"""Samples per second."""
_PROGRAM = "py-spy"
_FORMATS = {".svg": "flamegraph", ".json": "speedscope", ".txt": "raw"}
"""By the ending of the file's name; speedscope.app reads the second, flamegraph.pl the third."""
_GRACE = 30.0


@dataclass(frozen=True)
class Profile:
    """What was recorded."""

    path: Path
    worker: WorkerRecord
    seconds: int
    samples_per_second: int


def record(
    *, state_dir: Path, out: Path, seconds: int = 10, slot: int = 1, rate: int = RATE
) -> Profile:
    """Watch the worker of `slot` for so long and write the flame graph to `out`.

    Raises KampynError where no backend runs there, it has no such worker, or py-spy is not there or
    may not look into the process.
    """
    program = find_profiler()
    kind = _FORMATS.get(out.suffix)
    if kind is None:
        raise KampynError(
            f"{out}: a profile's name ends in {', '.join(_FORMATS)}",
            hint="svg: a flame graph; json: for speedscope.app; txt: stacks and counts.",
        )
    worker = _worker(StateFolder(state_dir.absolute()), slot)
    files.ensure_writable(out.parent)
    part = out.with_name(f".{out.name}.part")
    command = [program, "record", "--pid", str(worker.pid), "--duration", str(seconds)]
    command += ["--rate", str(rate), "--format", kind, "--output", str(part)]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds + _GRACE,
            check=False,
        )
        if done.returncode != 0 or not part.is_file():
            raise _failure(worker, done.stderr)
        part.replace(out)
    except subprocess.TimeoutExpired as error:
        raise _failure(worker, "it did not come to its end") from error
    finally:
        part.unlink(missing_ok=True)
    return Profile(out, worker, seconds, rate)


def find_profiler() -> str:
    """py-spy's program. Raises KampynError where it is not installed."""
    beside = str(Path(sys.executable).parent)
    program = shutil.which(_PROGRAM, path=beside) or shutil.which(_PROGRAM)
    if program is None:
        raise KampynError(
            f"{_PROGRAM} is not installed", hint="pip install 'kampyn-perf[profile]' brings it."
        )
    return program


def _worker(state: StateFolder, slot: int) -> WorkerRecord:
    running = state.running()
    if running is None:
        raise UnreachableError(
            f"no backend runs on {state.root}",
            hint="Start one with `kampyn-perf backend serve`, or name its folder with --state.",
        )
    for worker in running.workers:
        if worker.slot == slot:
            return worker
    slots = ", ".join(str(worker.slot) for worker in running.workers) or "none"
    raise KampynError(f"there is no worker {slot}; those that run: {slots}", hint="See --worker.")


def _failure(worker: WorkerRecord, said: str) -> KampynError:
    lines = [line for line in said.splitlines() if line.strip()]
    reason = lines[0] if lines else "it did not say why"
    return KampynError(
        f"{_PROGRAM} could not record worker {worker.slot} (pid {worker.pid}): {reason}",
        code=ExitCode.UNREACHABLE,
        hint="Looking into a process needs its own user and, on Linux with ptrace_scope 1 or in a "
        "container, root or CAP_SYS_PTRACE (docker: --cap-add SYS_PTRACE).",
    )
