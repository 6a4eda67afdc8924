"""What stands around a story: servers, kept runs, a shell. A module has its own of each, so that
one worker need not type all stories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.docs import stand_in
from tests.cli.docs.shell import Shell
from tests.cli.docs.world import World, kept_runs


@pytest.fixture
def world() -> Iterator[World]:
    """Without the bundled backend."""
    with stand_in.served() as port, stand_in.served(stand_in.Shop) as shop:
        yield World.around(port, shop)


@pytest.fixture
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with Shell.opened(tmp_path_factory.mktemp("shell")) as shell:
        yield shell


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs that were kept, to be copied."""
    folder = tmp_path_factory.mktemp("used")
    kept_runs(folder)
    return folder
