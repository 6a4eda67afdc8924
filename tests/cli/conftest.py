"""A backend that outlives a load, so that what it counted can be held against the result; and the
program for shells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kampyn_perf.backend import launcher
from kampyn_perf.backend.launcher import RunningBackend
from kampyn_perf.backend.settings import BackendSettings, PasswordSettings, SeedSettings
from tests import forked_backend
from tests.bench.server import ok, serving
from tests.cli import program
from tests.cli.on_path import on_path

SETTINGS = BackendSettings(
    workers=2,
    passwords=PasswordSettings(memory=8 * 1024, iterations=1),
    seed=SeedSettings(users=20, vendors=4, items=60, orders=100),
)


@pytest.fixture(autouse=True)
def own_streams() -> Iterator[None]:
    """A command that a test calls in its own process writes to that test's streams."""
    with program.own_streams():
        yield


@pytest.fixture(scope="module")
def backend(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[RunningBackend]:
    """One a module: it starts in no time, and modules need not go to one worker together. With one
    worker, or as many as the module's `WORKERS`."""
    state = tmp_path_factory.mktemp("backend")
    workers = getattr(request.module, "WORKERS", 1)
    with forked_backend.warm():
        started = launcher.start(SETTINGS.model_copy(update={"workers": workers}), state_dir=state)
    with started as running:
        yield running


@pytest.fixture
def against(backend: RunningBackend) -> tuple[str, ...]:
    """Flags that aim a load at the backend."""
    return ("--target", backend.url, "--data", str(backend.data_file))


@pytest.fixture
def url() -> Iterator[str]:
    """An address that answers, for what is not about a scenario: it keeps nobody waiting for the
    backend."""
    with serving(lambda _request: ok()) as server:
        yield f"{server}/items"


@pytest.fixture
def commands() -> Iterator[Path]:
    """A folder for a PATH, with `kampyn-perf` in it."""
    with on_path() as folder:
        yield folder
