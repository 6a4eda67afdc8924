"""Where tests marked `mongo` find a server: KAMPYN_TEST_MONGO_URI, or mongoeco started here.

mongoeco is a stand-in for small data: right about what commands mean, slow about doing them. With
neither a URI nor a Python that has it, the marked tests skip and the run says so in one line.
"""

from __future__ import annotations

import os
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

URI_VARIABLE = "KAMPYN_TEST_MONGO_URI"
PYTHON_VARIABLE = "KAMPYN_TEST_MONGO_PYTHON"
ROOT = Path(__file__).parent.parent
HINT = f"run `make mongo` (needs Python 3.13 or newer), or set {URI_VARIABLE}"
START_SECONDS = 60


def server_python() -> Path | None:
    """The Python that has mongoeco, or None."""
    given = os.environ.get(PYTHON_VARIABLE)
    python = Path(given) if given else ROOT / ".venv-mongo" / "bin" / "python"
    return python if python.is_file() else None


def available() -> bool:
    """Whether a test can have a server."""
    return bool(os.environ.get(URI_VARIABLE)) or server_python() is not None


@contextmanager
def running() -> Iterator[str]:
    """The URI of a server for as long as the block lasts: the one given, or one of its own."""
    given = os.environ.get(URI_VARIABLE)
    if given:
        yield given
        return
    python = server_python()
    if python is None:
        raise RuntimeError(f"no MongoDB server: {HINT}")
    process = subprocess.Popen(
        [str(python), str(Path(__file__).with_name("mongo_serve.py"))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # PYTHONPATH of the tests' own Python holds packages built for another version.
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )
    try:
        yield _first_line(process)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _first_line(process: subprocess.Popen[str]) -> str:
    lines: Queue[str] = Queue()
    stdout = process.stdout
    assert stdout is not None
    threading.Thread(target=lambda: lines.put(stdout.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=START_SECONDS).strip()
    except Empty:
        line = ""
    if not line:
        raise RuntimeError(f"mongoeco did not start (exit code {process.poll()})")
    return line


@pytest.fixture(scope="session")
def mongo_uri() -> Iterator[str]:
    """URI of a MongoDB server; the same one for the whole session."""
    if not available():
        pytest.skip(f"no MongoDB server: {HINT}")
    with running() as uri:
        yield uri


@pytest.fixture
def mongo_database(mongo_uri: str) -> Iterator[str]:
    """The name of a database of this test's own, dropped after it."""
    from pymongo import MongoClient

    name = f"kampyn_test_{uuid.uuid4().hex[:12]}"
    yield name
    client: MongoClient[dict[str, Any]]
    with MongoClient(mongo_uri, serverSelectionTimeoutMS=5_000) as client:
        client.drop_database(name)
