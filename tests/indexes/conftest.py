"""A recording MongoDB server, and the program as its users run it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.indexes.fake_mongo import FakeMongo

ROOT = Path(__file__).parent.parent.parent
Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def fake() -> Iterator[FakeMongo]:
    """A replica set's primary, MongoDB 7.0, with the document's collections, none indexed."""
    server = FakeMongo()
    for name in ("users", "orders", "retails", "produces"):
        server.add(name)
    yield server
    server.close()


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """`kampyn-perf indexes ...`, run to its end without a terminal."""

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            check=False,
            input=stdin,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment(),
            timeout=120,
        )

    return run


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "kampyn_perf", "indexes", *arguments]


def environment() -> dict[str, str]:
    """This process's, without what would point the program at somebody's real database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MONGO_URI")}
    return kept | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200"}
