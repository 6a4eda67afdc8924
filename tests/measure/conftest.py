"""A bundled backend with cheap passwords, shared by the tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kampyn_perf import backend as bundled
from kampyn_perf.backend.settings import BackendSettings, PasswordSettings, SeedSettings

SETTINGS = BackendSettings(
    workers=2,
    passwords=PasswordSettings(memory=8 * 1024, iterations=1),
    seed=SeedSettings(users=20, vendors=4, items=60, orders=200, stock=1_000_000),
)


@pytest.fixture(scope="session")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[bundled.RunningBackend]:
    with bundled.start(SETTINGS, state_dir=tmp_path_factory.mktemp("measured")) as running:
        yield running
