"""Where tests marked `mongo` find a server: KAMPYN_TEST_MONGO_URI, or a stand-in started here.

SecantusDB is the one for most: it runs on any Python that the project does, keeps its data in
WiredTiger, and is right about duplicates, conflicts, transactions and kill -9. What is known wrong
there no test trusts: its planner ignores `hidden`, `createIndexes` of several is not atomic, and it
has no text or hashed index. For those there is mongoeco, which needs Python 3.13 (`make mongo`).
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

from tests.running.collector import FOLDER

URI_VARIABLE = "KAMPYN_TEST_MONGO_URI"
PYTHON_VARIABLE = "KAMPYN_TEST_MONGO_PYTHON"
ROOT = Path(__file__).parent.parent
SERVE = Path(__file__).with_name("mongo_serve.py")
HINT = f"install the `dev` extra (SecantusDB) or run `make mongo`, or set {URI_VARIABLE}"
TEXT_HINT = f"run `make mongo` (needs Python 3.13 or newer), or set {URI_VARIABLE}"
START_SECONDS = 60


def secantus_program() -> Path | None:
    """SecantusDB's server beside the Python that runs the tests, or None."""
    program = Path(sys.executable).with_name("secantusd-py")
    return program if program.is_file() else None


def mongoeco_python() -> Path | None:
    """The Python that has mongoeco, or None."""
    given = os.environ.get(PYTHON_VARIABLE)
    python = Path(given) if given else ROOT / ".venv-mongo" / "bin" / "python"
    return python if python.is_file() else None


def available() -> bool:
    """Whether a test can have a server."""
    stand_in = secantus_program() or mongoeco_python()
    return bool(os.environ.get(URI_VARIABLE)) or stand_in is not None


def has_text() -> bool:
    """Whether a test can have a server with text and hashed indexes."""
    return bool(os.environ.get(URI_VARIABLE)) or mongoeco_python() is not None


def best(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The URI of the server that can most, and `store.indexes` for a shop there: those that are
    documented, or, without text indexes, none (searches then read all items)."""
    if has_text():
        return request.getfixturevalue("mongo_text_uri"), "documented"
    return request.getfixturevalue("mongo_uri"), "none"


@contextmanager
def running(*, text: bool = False) -> Iterator[str]:
    """The URI of a server for as long as the block lasts: the one given, or one of its own. `text`:
    one that has text and hashed indexes."""
    given = os.environ.get(URI_VARIABLE)
    if given:
        yield given
        return
    with _running(_command(text=text)) as uri:
        yield uri


@contextmanager
def wanting_login(*users: str) -> Iterator[str]:
    """The URI of a stand-in that lets in these `user:password`s alone."""
    secantus, mongoeco = secantus_program(), mongoeco_python()
    if secantus is None and mongoeco is None:
        pytest.skip(f"no MongoDB server that asks for a password: {HINT}")
    with _running([*_command(text=False), *users]) as uri:
        yield uri


def _command(*, text: bool) -> list[str]:
    """What starts a stand-in: first the program, then what it is given."""
    secantus, mongoeco = secantus_program(), mongoeco_python()
    if secantus is not None and not text:
        return [sys.executable, "secantus", str(secantus)]
    if mongoeco is not None:
        return [str(mongoeco), "mongoeco"]
    raise RuntimeError(f"no MongoDB server: {TEXT_HINT if text else HINT}")


@contextmanager
def _running(command: list[str]) -> Iterator[str]:
    process = _started(command, os.getpid())
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


def _started(command: list[str], owner: int) -> subprocess.Popen[str]:
    """A stand-in that ends when the process `owner` has ended."""
    program, *arguments = command
    return subprocess.Popen(
        [program, str(SERVE), str(owner), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # PYTHONPATH of the tests' own Python holds packages built for another version.
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )


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
        raise RuntimeError(f"the stand-in did not start (exit code {process.poll()})")
    return line


@contextmanager
def for_session(config: pytest.Config, *, text: bool = False) -> Iterator[str]:
    """The URI of a server: of one that all workers of a run share, where there are workers."""
    folder = getattr(config, "workerinput", {}).get(FOLDER)
    if folder is None or os.environ.get(URI_VARIABLE):
        with running(text=text) as uri:
            yield uri
    else:
        yield shared(Path(folder), text=text, owner=os.getppid())  # of which they are forks


def shared(folder: Path, *, text: bool = False, owner: int) -> str:
    """The URI of the server that is noted in `folder`. Who finds none starts it, and the others
    wait for that; it lives as long as the process `owner`."""
    with (folder / f"mongo-{'text' if text else 'plain'}").open("a+") as noted:
        fcntl.flock(noted, fcntl.LOCK_EX)
        noted.seek(0)
        uri = noted.read()
        if not uri:
            process = _started(_command(text=text), owner)
            _SHARED.append(process)
            uri = _first_line(process)
            noted.write(uri)
        return uri


_SHARED: list[subprocess.Popen[str]] = []
"""Started here for all: Python warns of one that is let go of while it runs."""


@pytest.fixture(scope="session")
def mongo_uri(pytestconfig: pytest.Config) -> Iterator[str]:
    """URI of a MongoDB server; the same one for the whole session."""
    if not available():
        pytest.skip(f"no MongoDB server: {HINT}")
    with for_session(pytestconfig) as uri:
        yield uri


@pytest.fixture(scope="session")
def mongo_text_uri(pytestconfig: pytest.Config) -> Iterator[str]:
    """URI of a server that has text and hashed indexes; the same one for the whole session."""
    if not has_text():
        pytest.skip(f"no MongoDB server with text indexes: {TEXT_HINT}")
    with for_session(pytestconfig, text=True) as uri:
        yield uri


@pytest.fixture
def mongo_database(mongo_uri: str) -> Iterator[str]:
    """The name of a database of this test's own, dropped after it."""
    with fresh_database(mongo_uri) as name:
        yield name


@pytest.fixture
def mongo_text_database(mongo_text_uri: str) -> Iterator[str]:
    """The same on the server with text indexes."""
    with fresh_database(mongo_text_uri) as name:
        yield name


@contextmanager
def fresh_database(uri: str) -> Iterator[str]:
    """A name that nobody has, dropped at the end of the block."""
    from pymongo import MongoClient

    name = f"kampyn_test_{uuid.uuid4().hex[:12]}"
    yield name
    client: MongoClient[dict[str, Any]]
    with MongoClient(uri, serverSelectionTimeoutMS=5_000) as client:
        client.drop_database(name)
