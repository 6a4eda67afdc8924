"""The backend's face: what a program calls without the command line.

Tests `kampyn_perf/backend/__init__.py` too.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kampyn_perf import backend
from kampyn_perf.backend.seeding.load import SeedOutcome
from kampyn_perf.errors import KampynError
from tests import forked_backend
from tests.backend.conftest import SETTINGS, Client


def test_seed_start_audit_and_stop(state: Path) -> None:
    assert backend.seed(SETTINGS, state_dir=state) is SeedOutcome.SEEDED
    assert backend.seed(SETTINGS, state_dir=state) is SeedOutcome.KEPT
    with forked_backend.warm(), backend.start(SETTINGS, state_dir=state) as running:
        with pytest.raises(KampynError, match="already uses the state folder"):
            backend.seed(SETTINGS, state_dir=state)
        client = Client(running.url)
        order = {"vendorId": "vendor123", "items": [{"itemId": "item123", "quantity": 3}]}
        assert client.post("/order/user123", order).status == 201
        stopped = backend.stop(state_dir=state)
        assert stopped is not None
        assert stopped.url == running.url
    assert backend.stop(state_dir=state) is None
    report = backend.audit_store(SETTINGS, state_dir=state)
    assert (report.ok, report.orders, report.units_sold) == (True, 1, 3)


def test_the_package_imports_nothing_until_a_name_is_used() -> None:
    """A worker, and `--help`, pay for none of what starts a backend."""
    code = (
        "import sys\n"
        "from kampyn_perf import backend\n"
        "print('kampyn_perf.backend.launcher' in sys.modules)\n"
        "backend.start\n"
        "print('kampyn_perf.backend.launcher' in sys.modules)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "True"]


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'strat'"):
        backend.strat  # noqa: B018
