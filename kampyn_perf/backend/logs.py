"""Where words go: errors, the rest, and both, each line with its time (the document's PM2).

What comes from clients (paths, mostly) is in these lines: a control character in it is written as
an escape, so that nobody can forge a line or move a reader's cursor. Files that logrotate moves
away are opened anew. A line that cannot be written (a full disk, a folder that is gone) is lost:
nothing that logs may fail by it.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from contextlib import suppress
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import TextIO

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


class LossyFileHandler(WatchedFileHandler):
    """Loses a record rather than raise or print a traceback; `lost` counts them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, delay=True)
        self.lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        # logging catches what writing raises, not what opening the file anew does.
        try:
            super().emit(record)
        except OSError:
            self.lost += 1

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - logging's
        self.lost += 1


class _LossyStream(logging.StreamHandler[TextIO]):
    """The same for stderr, which may be a file on a full disk, or closed."""

    def handleError(self, record: logging.LogRecord) -> None: ...  # noqa: N802 - logging's name


def _escape(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()


def set_up(folder: Path) -> None:
    """error.log (warnings and worse), out.log (the rest), combined.log and stderr (all).

    Several processes append to the same files; a line is one write, so lines stay whole.
    """
    formatter = LineFormatter()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    error = LossyFileHandler(folder / "error.log")
    error.setLevel(logging.WARNING)
    out = LossyFileHandler(folder / "out.log")
    out.addFilter(lambda record: record.levelno < logging.WARNING)
    combined = LossyFileHandler(folder / "combined.log")
    handlers: tuple[logging.Handler, ...] = (error, out, combined, _LossyStream(sys.stderr))
    root = logging.getLogger()
    root.handlers.clear()
    root.setLevel(logging.INFO)
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
