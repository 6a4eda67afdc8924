"""A name with several addresses: which is tried, which is kept, and which may not be used."""

from __future__ import annotations

import socket
from collections.abc import Callable

import gevent
import pytest

from kampyn_perf.load.client import Client, ConnectionPool
from kampyn_perf.load.client import connection_pool as pool_module
from kampyn_perf.outcomes import ErrorKind
from tests.load.client.conftest import OK, Observer, Server, answering

Serve = Callable[..., Server]


@pytest.fixture
def resolving(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets every name have these addresses."""

    def have(*addresses: str) -> None:
        def lookup(_host: str, port: int) -> list[object]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

        monkeypatch.setattr(pool_module, "_lookup", lookup)

    return have


def test_users_who_try_addresses_at_the_same_time_do_not_disturb_each_other(
    serve: Serve, observer: Observer, resolving: Callable[..., None]
) -> None:
    """One finds the address that works while others still wait for the one that does not."""
    server = serve(answering(OK))
    resolving("127.0.0.3", "127.0.0.1")
    for _ in range(10):
        pool = ConnectionPool()
        client = Client(base_url=f"http://localhost:{server.port}", pool=pool, observer=observer)

        def ask(number: int, client: Client = client) -> None:
            gevent.sleep(number * 1e-4)
            client.get("/")

        gevent.joinall([gevent.spawn(ask, number) for number in range(20)])
        pool.close()
    assert [sample.error for sample in observer.samples] == [None] * 200


def test_a_name_of_this_machine_must_lead_to_this_machine(
    observer: Observer, resolving: Callable[..., None]
) -> None:
    resolving("192.0.2.2")
    pool = ConnectionPool()
    client = Client(base_url="http://shop.localhost:80", pool=pool, observer=observer)
    error = client.get("/", timeout=1).error
    assert str(error) == "shop.localhost is 192.0.2.2, which is not this machine"
    assert observer.samples[0].error is ErrorKind.CONNECT
    assert pool.opened == 0
