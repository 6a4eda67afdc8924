"""The files that an application's declarations are read from."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from kampyn_perf.errors import ConfigError, Problem


def files_of(path: Path, pattern: str, *, none: str, skipped: Collection[str] = ()) -> list[Path]:
    """`path` itself, or what fits the pattern in and below that folder, in order; nothing below
    folders that are `skipped` or hidden, where some are. Raises ConfigError with `none`."""
    if not path.is_dir():
        return [path]
    files = sorted(path.rglob(pattern))
    if skipped:
        files = [file for file in files if not _is_skipped(file.relative_to(path), skipped)]
    if not files:
        raise ConfigError([Problem("", none, str(path))])
    return files


def _is_skipped(file: Path, skipped: Collection[str]) -> bool:
    return any(part in skipped or part.startswith(".") for part in file.parts)
