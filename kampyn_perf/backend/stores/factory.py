"""Which store a URL means. A store's driver is imported only when it is the one."""

from __future__ import annotations

from importlib import import_module

from kampyn_perf.backend.audit_facts import Auditor
from kampyn_perf.backend.ports import Loader, QueryMetrics, Step, Store
from kampyn_perf.backend.store_settings import IndexMode, StoreSettings

_SQLITE = "sqlite:///"


def import_store(url: str) -> None:
    """Import what `open_store` will for `url`; empty: the embedded store."""
    engine = "mongo" if url and not url.startswith(_SQLITE) else "sqlite"
    import_module(f"kampyn_perf.backend.stores.{engine}.store")


def open_store(
    url: str, settings: StoreSettings, metrics: QueryMetrics, *, step: Step = lambda _name: None
) -> Store:
    """The store at `url`, not yet connected. `step` is told of each step of placing an order."""
    if not url.startswith(_SQLITE):
        from kampyn_perf.backend.stores.mongo.store import MongoStore

        return MongoStore(url=url, settings=settings.mongo, metrics=metrics, step=step)
    from kampyn_perf.backend.stores.sqlite.store import SqliteStore, path_of

    return SqliteStore(path=path_of(url), settings=settings.sqlite, metrics=metrics, step=step)


def open_auditor(url: str, settings: StoreSettings) -> Auditor:
    """The store at `url` for an audit. Raises UnreachableError when no seeded one is there."""
    if not url.startswith(_SQLITE):
        from kampyn_perf.backend.stores.mongo.auditor import MongoAuditor

        return MongoAuditor(url=url, settings=settings.mongo)
    from kampyn_perf.backend.stores.sqlite.auditor import SqliteAuditor
    from kampyn_perf.backend.stores.sqlite.store import path_of

    return SqliteAuditor(path=path_of(url), settings=settings.sqlite)


def open_loader(url: str, settings: StoreSettings) -> Loader:
    """The store at `url` for seeding, its tables made. Raises KampynError when it is not there."""
    indexes = settings.indexes is IndexMode.DOCUMENTED
    if not url.startswith(_SQLITE):
        from kampyn_perf.backend.stores.mongo.loader import MongoLoader

        return MongoLoader(url=url, settings=settings.mongo, indexes=indexes)
    from kampyn_perf.backend.stores.sqlite.loader import SqliteLoader
    from kampyn_perf.backend.stores.sqlite.store import path_of, prepare

    prepare(path_of(url), settings.sqlite)
    return SqliteLoader(path=path_of(url), settings=settings.sqlite, indexes=indexes)
