"""What the commands of `kampyn-perf backend` do, as calls: serve, seed, stop, audit.

`launcher.start` is the way to a backend in processes of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kampyn_perf.backend import audit, launcher, supervisor
from kampyn_perf.backend.seeding.load import SeedOutcome, SeedProgress
from kampyn_perf.backend.seeding.store import seed_store
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.state import Running, StateFolder


def _no_progress(_collection: str, _done: int, _total: int) -> None:
    return None


def serve(
    settings: BackendSettings,
    *,
    state_dir: Path,
    announce: Callable[[Running], None] = lambda _running: None,
    progress: SeedProgress = _no_progress,
    own_process: bool = False,
) -> None:
    """Serve from this process and its children until SIGTERM or SIGINT.

    An empty store is seeded first. Calls `announce` once all workers accept requests. With
    `own_process`, this process is there for nothing else, and workers may begin as forks of it,
    which costs a second of CPU less each. Raises KampynError when it does not come to serving;
    leaves no process behind.
    """
    state = StateFolder(state_dir.absolute())
    request = supervisor.ServeRequest(settings, state, own_process=own_process)
    supervisor.run(request, announce=announce, progress=progress)


def seed(
    settings: BackendSettings,
    *,
    state_dir: Path,
    reset: bool = False,
    progress: SeedProgress = _no_progress,
) -> SeedOutcome:
    """Fill an empty store (with `reset` any) and write the data file.

    Raises KampynError while a backend runs on the state folder.
    """
    state = StateFolder(state_dir.absolute())
    state.make()
    with state.lock():
        return seed_store(settings, state, reset=reset, progress=progress)


def stop(*, state_dir: Path, timeout: float = 20.0) -> Running | None:
    """Stop whatever backend runs on the state folder, after `timeout` s by force.

    Returns what ran; None: there was nothing.
    """
    return launcher.stop_running(StateFolder(state_dir.absolute()), timeout=timeout)


def audit_store(
    settings: BackendSettings, *, state_dir: Path, just_stopped: bool = False
) -> audit.AuditReport:
    """Whether stock, orders and carts of the configured store agree. Reads only."""
    url = StateFolder(state_dir.absolute()).store_url(settings.store.url)
    return audit.audit(url, settings.store, just_stopped=just_stopped)
