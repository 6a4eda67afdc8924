"""Which store a URL means. A store's driver is imported only when it is the one."""

from __future__ import annotations

from kampyn_perf.backend.ports import QueryMetrics, Store
from kampyn_perf.backend.seeding.load import Loader
from kampyn_perf.backend.settings import IndexMode, StoreSettings


def open_store(url: str, settings: StoreSettings, metrics: QueryMetrics) -> Store:
    """The store at `url`, not yet connected."""
    from kampyn_perf.backend.stores.sqlite.store import SqliteStore, path_of

    return SqliteStore(path=path_of(url), settings=settings.sqlite, metrics=metrics)


def prepare_store(url: str, settings: StoreSettings) -> None:
    """Make what the store needs: tables, and the documented indexes where they are wanted."""
    from kampyn_perf.backend.stores.sqlite.store import path_of, prepare

    indexes = settings.indexes is IndexMode.DOCUMENTED
    prepare(path_of(url), settings.sqlite, indexes=indexes)


def open_loader(url: str, settings: StoreSettings) -> Loader:
    """The store at `url`, for seeding; prepared before."""
    from kampyn_perf.backend.stores.sqlite.loader import SqliteLoader
    from kampyn_perf.backend.stores.sqlite.store import path_of

    indexes = settings.indexes is IndexMode.DOCUMENTED
    return SqliteLoader(path=path_of(url), settings=settings.sqlite, indexes=indexes)
