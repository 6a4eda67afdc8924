"""The files that came with the program, as a project of one's own."""

from __future__ import annotations

from kampyn_perf import config
from kampyn_perf.convert.project.files import File

_FOLDERS = ("configs", "scenarios")
_SUFFIXES = (".yaml", ".py", ".conf")


def shipped_files() -> dict[str, File]:
    """Configuration and scenarios for KAMPYN, by their paths in a project."""
    return {
        f"{folder}/{path.relative_to(config.shipped(folder)).as_posix()}": File(path.read_bytes())
        for folder in _FOLDERS
        for path in sorted(config.shipped(folder).rglob("*"))
        if path.is_file() and path.suffix in _SUFFIXES
    }
