"""The settings of a store: where the data lies, and how either database is used.

Units: microseconds and bytes inside.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field, field_validator

from kampyn_perf import redact
from kampyn_perf.config import Duration, Milliseconds, Section, Size

NAME_A_STORE = (
    "--db URL (`kampyn-perf backend`), --set backend.store.url=URL (`load`) "
    "or --set store.url=URL (`bench`)"
)
"""For hints: how each command is told of another store."""


def on_off(value: Any) -> Any:
    """YAML reads a bare `on` or `off` as a boolean."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


class IndexMode(StrEnum):
    """Whether the backend creates the document's secondary indexes when it makes the store."""

    DOCUMENTED = "documented"
    NONE = "none"


class Synchronous(StrEnum):
    """SQLite's own words: when a commit waits for the disk."""

    NORMAL = "normal"
    FULL = "full"


class SqliteSettings(Section):
    """The embedded store."""

    synchronous: Synchronous = Synchronous.NORMAL
    """When a commit waits for the disk."""
    lock_timeout: Duration = 5_000_000
    """How long a write waits for another."""
    page_cache: Size = 16 * 1024**2
    """For each connection."""


class Transactions(StrEnum):
    """Whether an order is placed in a transaction."""

    AUTO = "auto"
    """Where the server has them: on a replica set or a sharded cluster."""
    ON = "on"
    OFF = "off"


class MongoSettings(Section):
    """The document's client options, with the document's names."""

    maxPoolSize: int = Field(default=50, ge=1)  # noqa: N815
    """Connections of one worker at most."""
    minPoolSize: int = Field(default=10, ge=0)  # noqa: N815
    """Connections that it keeps."""
    maxIdleTimeMS: Milliseconds = 30_000_000  # noqa: N815
    """When an idle one is closed."""
    serverSelectionTimeoutMS: Milliseconds = 5_000_000  # noqa: N815
    """How long a server is looked for."""
    socketTimeoutMS: Milliseconds = 45_000_000  # noqa: N815
    """How long an answer may take."""
    connectTimeoutMS: Milliseconds = 10_000_000  # noqa: N815
    """To make a connection."""
    w: str | int = "majority"
    """Members that have to have a write."""
    j: bool = True
    """Whether it has to be in their journal."""
    wtimeout: Milliseconds = 10_000_000
    """How long that may take."""
    readPreference: str = "secondaryPreferred"  # noqa: N815
    """Which members are read."""
    compressors: tuple[str, ...] = ("zlib",)
    """Offered to the server."""
    zlibCompressionLevel: int = Field(default=6, ge=-1, le=9)  # noqa: N815
    """-1: zlib's own."""
    transactions: Transactions = Transactions.AUTO
    """Whether an order is placed in one."""

    @field_validator("transactions", mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        return on_off(value)


class StoreSettings(Section):
    """Where the data lies."""

    url: str = ""
    """`sqlite:///path` or `mongodb://...`; empty: `backend.db` in the state folder."""
    indexes: IndexMode = IndexMode.DOCUMENTED
    """Whether the document's secondary indexes are made with the store."""
    sqlite: SqliteSettings = SqliteSettings()
    """The embedded store."""
    mongo: MongoSettings = MongoSettings()
    """The document's client options."""

    @field_validator("url")
    @classmethod
    def _known(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "mongodb://", "mongodb+srv://")):
            raise ValueError(
                f"not a store: {redact.redact_url(url)!r} (write sqlite:///path or mongodb://host)"
            )
        return url
