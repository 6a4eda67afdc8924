"""The bundled backend as `launcher.start` runs it: an order on stdin, an answer on stdout."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import orjson

from kampyn_perf.backend.starting import cheap_imports

with cheap_imports():
    from kampyn_perf.backend.settings import restore
    from kampyn_perf.backend.state import Running, StateFolder
    from kampyn_perf.backend.supervisor import ServeRequest, run
    from kampyn_perf.errors import KampynError


def main() -> int:
    """Serve until told to stop, or until stdin ends."""
    command = orjson.loads(sys.stdin.buffer.readline())
    settings = restore(orjson.dumps(command["settings"]))
    request = ServeRequest(settings, StateFolder(Path(command["state"])), own_process=True)
    try:
        run(request, announce=_announce, owner=sys.stdin.fileno())
    except KampynError as error:
        answer = {"message": error.message, "code": int(error.code), "hint": error.hint}
        _say({"error": answer})
        return int(error.code)
    return 0


def _announce(running: Running) -> None:
    _say({"url": running.url})


def _say(answer: dict[str, Any]) -> None:
    os.write(sys.stdout.fileno(), orjson.dumps(answer) + b"\n")


if __name__ == "__main__":
    sys.exit(main())
