"""The suites that have a name, and the user's files: words -> suites."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from kampyn_perf.bench.discover import load_file
from kampyn_perf.bench.request import SuiteSettings
from kampyn_perf.bench.suite import Suite
from kampyn_perf.errors import KampynError
from kampyn_perf.suggest import did_you_mean


class BuiltIn(StrEnum):
    """The suites that need no file."""

    HTTP = "http"
    DB = "db"
    CACHE = "cache"
    AUTH = "auth"
    GENERATOR = "generator"


DEFAULT = (BuiltIn.HTTP, BuiltIn.DB, BuiltIn.CACHE, BuiltIn.AUTH)
"""Without a name: those about the backend. The generator's takes minutes and is about ourselves."""


def find_suites(what: Sequence[str], wanted: SuiteSettings) -> list[Suite]:
    """The suites meant by `what`, in this order; DEFAULT where it is empty."""
    return [_find(word, wanted) for word in what or DEFAULT]


def _find(word: str, wanted: SuiteSettings) -> Suite:
    if word in tuple(BuiltIn):
        return _built_in(BuiltIn(word), wanted)
    if word.endswith(".py") or Path(word).exists():
        return load_file(Path(word))
    raise KampynError(
        f"{word} is neither a built-in suite nor a Python file",
        hint=did_you_mean(
            word,
            BuiltIn,
            otherwise=f"Built in: {', '.join(BuiltIn)}; or name a file ending in .py",
        ),
    )


def _built_in(which: BuiltIn, wanted: SuiteSettings) -> Suite:
    """Imported only when it is the one: each brings its feature along."""
    if which is BuiltIn.HTTP:
        from kampyn_perf.bench.built_in.http import make_http as make
    elif which is BuiltIn.DB:
        from kampyn_perf.bench.built_in.db import make_db as make
    elif which is BuiltIn.CACHE:
        from kampyn_perf.bench.built_in.cache import make_cache as make
    elif which is BuiltIn.AUTH:
        from kampyn_perf.bench.built_in.auth import make_auth as make
    else:
        from kampyn_perf.bench.built_in.generator import make_generator as make
    return make(wanted)
