"""Which flows a locustfile declares, asked of a process of its own: importing it here would bring
gevent's patching with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson

from kampyn_perf.errors import ExitCode, KampynError


def declared_flows(scenarios: Path) -> dict[str, int]:
    """Flow names and their declared weights. Raises KampynError for what is none."""
    done = subprocess.run(
        [sys.executable, "-m", "kampyn_perf.load.generator", "--describe", str(scenarios)],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    try:
        answer = orjson.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, orjson.JSONDecodeError):
        tail = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise KampynError(f"{scenarios} cannot be imported: {''.join(tail)}") from None
    if answer["type"] == "error":
        raise KampynError(
            answer["message"], code=ExitCode(answer["code"]), hint=answer.get("hint", "")
        )
    return dict(answer["weights"])
