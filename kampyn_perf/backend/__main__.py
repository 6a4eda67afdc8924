"""The bundled backend as `control.start` runs it: an order on stdin, an answer on stdout."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import orjson

from kampyn_perf.backend.settings import restore
from kampyn_perf.backend.state import Running, StateFolder
from kampyn_perf.backend.supervisor import Supervision, run
from kampyn_perf.errors import KampynError


def main() -> int:
    """Serve until told to stop, or until stdin ends."""
    order = orjson.loads(sys.stdin.buffer.readline())
    settings = restore(orjson.dumps(order["settings"]))
    what = Supervision(settings, StateFolder(Path(order["state"])))
    try:
        run(what, announce=_announce, owner=sys.stdin.fileno())
    except KampynError as error:
        said = {"message": error.message, "code": int(error.code), "hint": error.hint}
        _say({"error": said})
        return int(error.code)
    return 0


def _announce(running: Running) -> None:
    _say({"url": running.url})


def _say(answer: dict[str, Any]) -> None:
    os.write(sys.stdout.fileno(), orjson.dumps(answer) + b"\n")


if __name__ == "__main__":
    sys.exit(main())
