"""Seeding the configured store, and the data file that a load reads."""

from __future__ import annotations

import logging

from kampyn_perf.backend.seeding.generate import data_file
from kampyn_perf.backend.seeding.load import Seeding, SeedOutcome, SeedProgress, seed
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.state import StateFolder
from kampyn_perf.backend.stores.factory import open_loader
from kampyn_perf.datafile import write as write_data_file

_log = logging.getLogger("kampyn.supervisor")


def seed_store(
    settings: BackendSettings,
    state: StateFolder,
    *,
    reset: bool = False,
    progress: SeedProgress = lambda _collection, _done, _total: None,
) -> SeedOutcome:
    """Prepare the store, fill it if it is empty (or `reset`), and write the data file."""
    loader = open_loader(state.store_url(settings.store.url), settings.store)
    try:
        wanted = Seeding(settings.seed, settings.passwords)
        outcome = seed(loader, wanted, reset=reset, progress=progress)
    finally:
        loader.close()
    if outcome is SeedOutcome.FOREIGN:
        _log.warning("The store holds other data than configured; it stays as it is")
    else:
        write_data_file(state.data_file, data_file(settings.seed))
    return outcome
