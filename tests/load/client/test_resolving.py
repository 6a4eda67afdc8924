"""A name with several addresses: which is tried, which is kept, and which may not be used.

Tests `kampyn_perf/load/client/connection_pool.py`.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import gevent

from kampyn_perf.load.client import Client, ConnectionPool
from kampyn_perf.outcomes import ErrorKind
from tests.load.client.conftest import OK, Observer, Server, answering

Serve = Callable[..., Server]


def resolving(*addresses: str) -> ConnectionPool:
    """A pool in which every name has these addresses."""

    def resolve(_host: str, port: int) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    return ConnectionPool(resolve=resolve)


def test_the_address_that_works_is_tried_first_from_then_on(
    serve: Serve, observer: Observer
) -> None:
    server = serve(answering(OK))
    pool = resolving("127.0.0.3", "127.0.0.1")
    client = Client(base_url=f"http://localhost:{server.port}", pool=pool, observer=observer)
    assert client.get("/").ok
    assert pool.opened == 2
    two = [gevent.spawn(client.get, "/") for _ in range(2)]
    gevent.joinall(two, raise_error=True)
    assert all(one.value.ok for one in two)
    assert (pool.idle, pool.opened) == (2, 3), "the second connection went straight there"


def test_users_who_try_addresses_at_the_same_time_do_not_disturb_each_other(
    serve: Serve, observer: Observer
) -> None:
    """One finds the address that works while others still wait for the one that does not."""
    server = serve(answering(OK))
    for _ in range(10):
        pool = resolving("127.0.0.3", "127.0.0.1")
        client = Client(base_url=f"http://localhost:{server.port}", pool=pool, observer=observer)

        def ask(number: int, client: Client = client) -> None:
            gevent.sleep(number * 1e-4)
            client.get("/")

        gevent.joinall([gevent.spawn(ask, number) for number in range(20)])
        pool.close()
    assert [sample.error for sample in observer.samples] == [None] * 200


def test_a_name_of_this_machine_must_lead_to_this_machine(observer: Observer) -> None:
    pool = resolving("192.0.2.2")
    client = Client(base_url="http://shop.localhost:80", pool=pool, observer=observer)
    error = client.get("/", timeout=1).error
    assert str(error) == "shop.localhost is 192.0.2.2, which is not this machine"
    assert observer.samples[0].error is ErrorKind.CONNECT
    assert pool.opened == 0
