"""The suites that `kampyn-perf bench` knows by name, and the user's files: words -> suites.

Features do not know each other: what a built-in suite measures (the backend's store, cache, tokens,
the target's operations, the catalogue's queries) is brought together here, one module for each.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from kampyn_perf.bench.discover import load_file
from kampyn_perf.bench.suite import Suite
from kampyn_perf.cli.bench.flags import SuiteFlags
from kampyn_perf.errors import KampynError


class BuiltIn(StrEnum):
    """The suites that need no file."""

    HTTP = "http"
    DB = "db"
    CACHE = "cache"
    AUTH = "auth"


def find_suites(what: Sequence[str], flags: SuiteFlags) -> list[Suite]:
    """The suites meant by `what`, in this order; all built-in ones where it is empty."""
    return [_find(word, flags) for word in what or tuple(BuiltIn)]


def _find(word: str, flags: SuiteFlags) -> Suite:
    if word in tuple(BuiltIn):
        return _built_in(BuiltIn(word), flags)
    if word.endswith(".py") or Path(word).exists():
        return load_file(Path(word))
    close = difflib.get_close_matches(word, tuple(BuiltIn), n=1)
    raise KampynError(
        f"{word} is neither a built-in suite nor a Python file",
        hint=f"Did you mean {close[0]}?"
        if close
        else f"Built in: {', '.join(BuiltIn)}; or name a file ending in .py",
    )


def _built_in(which: BuiltIn, flags: SuiteFlags) -> Suite:
    """Imported only when it is the one: each brings its feature along."""
    if which is BuiltIn.HTTP:
        from kampyn_perf.cli.bench.http import make_http as make
    elif which is BuiltIn.DB:
        from kampyn_perf.cli.bench.db import make_db as make
    elif which is BuiltIn.CACHE:
        from kampyn_perf.cli.bench.cache import make_cache as make
    else:
        from kampyn_perf.cli.bench.auth import make_auth as make
    return make(flags)
