"""The connection to MongoDB: the document's options, its events in the log, its errors as ours.

Reads that a user's own write must show go to the primary (`primary`): carts, single orders, and
everything that placing an order looks at. Lists and figures may come from a secondary that lags
behind (`secondaryPreferred`), as the document wants.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import AsyncMongoClient, MongoClient, ReadPreference
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.database import Database
from pymongo.errors import (
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)
from pymongo.monitoring import (
    ConnectionCheckedOutEvent,
    ConnectionCheckOutFailedEvent,
    ConnectionPoolListener,
    ServerDescriptionChangedEvent,
    ServerListener,
)
from pymongo.uri_parser import parse_uri

from kampyn_perf.backend.domain import UnavailableError
from kampyn_perf.backend.ports import QueryMetrics
from kampyn_perf.backend.store_settings import NAME_A_STORE, MongoSettings
from kampyn_perf.errors import UnreachableError
from kampyn_perf.mongo import as_error, failure_of
from kampyn_perf.names import USERS
from kampyn_perf.redact import redact_url

DEFAULT_DATABASE = "kampyn"
Collection = AsyncCollection[dict[str, Any]]
_NOT_NOW = frozenset((11600, 11602, 10107, 13435, 13436, 189, 91, 7, 6, 89, 9001, 112))
"""Codes of a server that is going, electing, or in a write conflict: later it works again."""
_POOL = "mongodb"
_log = logging.getLogger("kampyn.mongodb")


def options(settings: MongoSettings) -> dict[str, Any]:
    """Keyword arguments for either of pymongo's clients, with the document's values.

    `bufferCommands: false` has no counterpart: pymongo queues nothing while it is disconnected.
    """
    return {
        "maxPoolSize": settings.maxPoolSize,
        "minPoolSize": min(settings.minPoolSize, settings.maxPoolSize),
        "maxIdleTimeMS": settings.maxIdleTimeMS // 1000,
        "serverSelectionTimeoutMS": settings.serverSelectionTimeoutMS // 1000,
        "socketTimeoutMS": settings.socketTimeoutMS // 1000,
        "connectTimeoutMS": settings.connectTimeoutMS // 1000,
        "w": settings.w,
        "journal": settings.j,
        "wTimeoutMS": settings.wtimeout // 1000,
        "readPreference": settings.readPreference,
        **_compression(settings),
        "tz_aware": True,
        "appname": "kampyn-backend",
    }


def _compression(settings: MongoSettings) -> dict[str, Any]:
    if not settings.compressors:
        return {}
    return {
        "compressors": ",".join(settings.compressors),
        "zlibCompressionLevel": settings.zlibCompressionLevel,
    }


def database_of(url: str) -> str:
    """The database that a URL names."""
    return str(parse_uri(url, validate=False, warn=False).get("database") or DEFAULT_DATABASE)


def connect_sync(
    url: str, settings: MongoSettings
) -> tuple[MongoClient[dict[str, Any]], Database[dict[str, Any]]]:
    """A client for seeding and auditing, which serve nobody.

    Raises UnreachableError, or KampynError where the server refuses the user.
    """
    given = options(settings) | {"readPreference": "primary"}
    try:
        client: MongoClient[dict[str, Any]] = MongoClient(url, **given)
    except (PyMongoError, ValueError) as error:
        raise as_error(failure_of(error, url), url) from error
    try:
        client.admin.command("ping")
        client[database_of(url)][USERS].find_one({}, {"_id": 1})  # may this user read it?
    except ConnectionFailure as error:
        client.close()
        raise UnreachableError(
            f"the database at {redact_url(url)} does not answer",
            hint=f"Start it, or choose another with {NAME_A_STORE}.",
        ) from error
    except PyMongoError as error:  # wrong credentials, a user who may not
        client.close()
        raise as_error(failure_of(error, url), url) from error
    return client, client[database_of(url)]


class MongoConnection:
    """One worker's client, its database, and how queries are timed."""

    def __init__(self, *, url: str, settings: MongoSettings, metrics: QueryMetrics) -> None:
        self._url = url
        self._settings = settings
        self._metrics = metrics

    async def open(self) -> None:
        """Make the client; it connects by itself, and again whenever it has to."""
        self.client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            self._url,
            event_listeners=[_ServerEvents(), _PoolEvents(self._metrics)],
            **options(self._settings),
        )
        self.database = self.client[database_of(self._url)]

    async def close(self) -> None:
        """Let go of the connections."""
        await self.client.close()

    def read(self, collection: str) -> Collection:
        """For reading what may be a moment old."""
        return self.database[collection]

    def primary(self, collection: str) -> Collection:
        """For writing, and for reading one's own writes."""
        return self.database.get_collection(collection, read_preference=ReadPreference.PRIMARY)

    @contextmanager
    def timed(self, collection: str, operation: str) -> Iterator[None]:
        """Around one query: its duration is filed, and a database that is away is a 503."""
        started = time.perf_counter()
        try:
            with unavailable_is_503():
                yield
        finally:
            self._metrics.query(collection, operation, time.perf_counter() - started)


@contextmanager
def unavailable_is_503() -> Iterator[None]:
    """Turn the driver's ways to say "not now" into `UnavailableError`."""
    try:
        yield
    except (ConnectionFailure, ExecutionTimeout, WTimeoutError) as error:
        raise UnavailableError from error
    except OperationFailure as error:
        if error.code in _NOT_NOW:
            raise UnavailableError from error
        raise


class _ServerEvents(ServerListener):
    """The document's `connected`, `error` and `disconnected`, once per change and server."""

    def opened(self, event: Any) -> None:
        pass

    def closed(self, event: Any) -> None:
        pass

    def description_changed(self, event: ServerDescriptionChangedEvent) -> None:
        host, port = event.server_address
        was, now = (
            event.previous_description.is_server_type_known,
            event.new_description.is_server_type_known,
        )
        if now and not was:
            _log.info("MongoDB connected successfully (%s:%s)", host, port)
        elif was and not now:
            _log.warning("MongoDB disconnected (%s:%s)", host, port)
        error = event.new_description.error
        if error is not None and (was or event.previous_description.error is None):
            _log.error("MongoDB connection error (%s:%s): %s", host, port, error)


class _PoolEvents(ConnectionPoolListener):
    """How long commands wait for a connection of the pool; making one is part of it."""

    def __init__(self, metrics: QueryMetrics) -> None:
        self._metrics = metrics

    def connection_checked_out(self, event: ConnectionCheckedOutEvent) -> None:
        self._metrics.connection_wait(_POOL, event.duration or 0.0)

    def connection_check_out_failed(self, event: ConnectionCheckOutFailedEvent) -> None:
        self._metrics.connection_wait(_POOL, event.duration or 0.0)

    # The driver wants all of them; the others say nothing about waiting.
    def connection_check_out_started(self, event: Any) -> None: ...

    def connection_checked_in(self, event: Any) -> None: ...

    def connection_created(self, event: Any) -> None: ...

    def connection_ready(self, event: Any) -> None: ...

    def connection_closed(self, event: Any) -> None: ...

    def pool_created(self, event: Any) -> None: ...

    def pool_ready(self, event: Any) -> None: ...

    def pool_cleared(self, event: Any) -> None: ...

    def pool_closed(self, event: Any) -> None: ...
