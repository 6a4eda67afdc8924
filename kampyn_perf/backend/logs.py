"""Where words go: errors, the rest, and both, each line with its time (the document's PM2).

What comes from clients (paths, mostly) is in these lines: a control character in it is written as
an escape, so that nobody can forge a line or move a reader's cursor. Files that logrotate moves
away are opened anew.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from logging.handlers import WatchedFileHandler
from pathlib import Path

_FORMAT = "%(asctime)s.%(msecs)03dZ %(process)d %(levelname)s %(name)s: %(message)s"
_DATE = "%Y-%m-%dT%H:%M:%S"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class LineFormatter(logging.Formatter):
    """One line per record; a traceback of ours follows on lines of its own."""

    def __init__(self) -> None:
        super().__init__(_FORMAT, _DATE)
        self.converter = time.gmtime

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return _CONTROL.sub(_escape, super().formatMessage(record))


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def set_up(folder: Path) -> None:
    """error.log (warnings and worse), out.log (the rest), combined.log and stderr (all).

    Several processes append to the same files; a line is one write, so lines stay whole.
    """
    formatter = LineFormatter()
    folder.mkdir(parents=True, exist_ok=True)
    error = WatchedFileHandler(folder / "error.log", delay=True)
    error.setLevel(logging.WARNING)
    out = WatchedFileHandler(folder / "out.log", delay=True)
    out.addFilter(lambda record: record.levelno < logging.WARNING)
    combined = WatchedFileHandler(folder / "combined.log", delay=True)
    handlers = (error, out, combined, logging.StreamHandler(sys.stderr))
    root = logging.getLogger()
    root.handlers.clear()
    root.setLevel(logging.INFO)
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
