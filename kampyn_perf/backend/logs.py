"""Where words go: errors, the rest, and both, each line with its time (the document's PM2)."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

_FORMAT = "%(asctime)s.%(msecs)03dZ %(process)d %(levelname)s %(name)s: %(message)s"
_DATE = "%Y-%m-%dT%H:%M:%S"


def set_up(folder: Path) -> None:
    """error.log (warnings and worse), out.log (the rest), combined.log and stderr (all).

    Several processes append to the same files; a line is one write, so lines stay whole.
    """
    formatter = logging.Formatter(_FORMAT, _DATE)
    formatter.converter = time.gmtime
    folder.mkdir(parents=True, exist_ok=True)
    error = logging.FileHandler(folder / "error.log", delay=True)
    error.setLevel(logging.WARNING)
    out = logging.FileHandler(folder / "out.log", delay=True)
    out.addFilter(lambda record: record.levelno < logging.WARNING)
    combined = logging.FileHandler(folder / "combined.log", delay=True)
    handlers = (error, out, combined, logging.StreamHandler(sys.stderr))
    root = logging.getLogger()
    root.handlers.clear()
    root.setLevel(logging.INFO)
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
