"""Looks at Redis and MongoDB: reads settings and counters, changes nothing, never raises."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kampyn_perf.doctor.document import OPTIONS
from kampyn_perf.doctor.facts import MongoFacts, RedisFacts
from kampyn_perf.errors import KampynError
from kampyn_perf.redact import redact_text, redact_url

_TIMEOUT_SECONDS = 5.0


def redis_facts(url: str) -> RedisFacts:
    """Of the server at `url`."""
    import redis

    where = redact_url(url)
    try:
        client: Any = redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS
        )
        with client:
            info = client.info()
    except (redis.RedisError, ValueError, OSError) as error:
        return RedisFacts(where=where, unreachable=redact_text(str(error)))
    return RedisFacts(
        where=where,
        version=str(info.get("redis_version", "")),
        max_memory=info.get("maxmemory"),
        policy=str(info.get("maxmemory_policy", "")),
        used=info.get("used_memory"),
        evicted=info.get("evicted_keys"),
        persists=bool(info.get("aof_enabled", 0)),
    )


def mongo_facts(uri: str) -> MongoFacts:
    """Of the deployment behind `uri`, and of the URI."""
    from kampyn_perf import mongo

    where = mongo.label(uri)
    given = {name.lower(): value for name, value in parse_qsl(urlsplit(uri).query)}
    # No others: one of them may hold a secret.
    options = {name: value for name, value in given.items() if name in OPTIONS}
    try:
        client: Any = mongo.connect(uri)
    except KampynError as error:
        return MongoFacts(where=where, options=options, unreachable=error.message)
    try:
        hello = client.admin.command("hello")
        version = str(client.server_info().get("version", ""))
    except Exception as error:  # noqa: BLE001 (whatever a driver raises, it is no answer)
        return MongoFacts(where=where, options=options, unreachable=mongo.clean(str(error), uri))
    else:
        status = _answer_to(client, "admin", "serverStatus").get("connections", {})
        profile = _answer_to(client, mongo.default_database(uri), "profile", -1)
        return MongoFacts(
            where=where,
            options=options,
            version=version,
            replica_set=bool(hello.get("setName")) or hello.get("msg") == "isdbgrid",
            connections=status.get("current"),
            connections_left=status.get("available"),
            profiling=profile.get("was"),
        )
    finally:
        client.close()


def _answer_to(client: Any, database: str, command: str, value: int = 1) -> dict[str, Any]:
    """A command's answer; empty where it is not allowed, or not known."""
    with suppress(Exception):
        return dict(client[database].command(command, value))
    return {}
