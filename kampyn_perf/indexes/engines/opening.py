"""The adapter for a URI."""

from __future__ import annotations

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.model.ports import Database
from kampyn_perf.redact import redact_url


def open_database(uri: str, database: str = "") -> Database:
    """The adapter for the URI's scheme. The drivers are imported here, when they are needed."""
    scheme = uri.partition("://")[0]
    if scheme in ("mongodb", "mongodb+srv"):
        from kampyn_perf.indexes.engines.mongo import open_mongo

        return open_mongo(uri, database)
    if scheme == "sqlite":
        from kampyn_perf.indexes.engines.sqlite.database import open_sqlite

        return open_sqlite(uri)
    raise KampynError(
        f"not a database: {redact_url(uri)}",
        hint="Write mongodb://host:27017/name, mongodb+srv://... or sqlite:///path/to/file.db.",
    )
