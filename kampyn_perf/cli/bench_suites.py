"""The suites that `kampyn-perf bench` knows by name, and the user's files: words -> suites."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kampyn_perf.bench.discover import load_file
from kampyn_perf.bench.suite import Suite
from kampyn_perf.errors import KampynError

BUILT_IN: Mapping[str, Callable[[], Suite]] = {}


def find_suites(what: Sequence[str]) -> list[Suite]:
    """The suites meant by `what`, in this order; all built-in ones where it is empty."""
    return [_find(word) for word in what or BUILT_IN]


def _find(word: str) -> Suite:
    if word in BUILT_IN:
        return BUILT_IN[word]()
    if word.endswith(".py") or Path(word).exists():
        return load_file(Path(word))
    close = difflib.get_close_matches(word, BUILT_IN, n=1)
    raise KampynError(
        f"{word} is neither a built-in suite nor a Python file",
        hint=f"Did you mean {close[0]}?"
        if close
        else f"Built in: {', '.join(BUILT_IN)}; or name a file ending in .py",
    )
