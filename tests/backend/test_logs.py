"""Log files: a line that cannot be written is lost, and nothing else."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from kampyn_perf.backend.logs import LossyFileHandler


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("kampyn.test", logging.ERROR, "", 0, message, (), None)


def test_a_log_that_cannot_be_opened_loses_lines_and_comes_back(tmp_path: Path) -> None:
    """As after a rotation into a folder that is gone, or onto a disk that is read-only."""
    folder = tmp_path / "logs"
    folder.mkdir()
    handler = LossyFileHandler(folder / "error.log")
    handler.handle(record("kept"))
    assert (folder / "error.log").read_text() == "kept\n"
    shutil.rmtree(folder)
    handler.handle(record("lost"))
    assert handler.lost == 1
    folder.mkdir()
    handler.handle(record("again"))
    assert (folder / "error.log").read_text() == "again\n"
    handler.close()


def test_a_full_device_loses_lines(tmp_path: Path) -> None:
    (tmp_path / "error.log").symlink_to("/dev/full")
    handler = LossyFileHandler(tmp_path / "error.log")
    handler.handle(record("lost"))
    assert handler.lost == 1
