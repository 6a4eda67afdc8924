"""The proxy between two ends of real connections.

Tests `kampyn_perf/faults/proxy.py` too.
"""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from kampyn_perf.backend.caches.embedded import find_server
from kampyn_perf.errors import KampynError
from kampyn_perf.faults.actions.network import Network, Proxy
from tests.cli.program import wait_for


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    """A server that says everything back."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(client: socket.socket) -> None:
            with client:
                try:
                    while data := client.recv(65536):
                        client.sendall(data)
                except OSError:
                    return

        def accept() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    with closing(Proxy("127.0.0.1", echo)) as made:
        yield made


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=20)


def said_back(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    back = b""
    while len(back) < len(data):
        part = connection.recv(65536)
        if not part:
            break
        back += part
    return back


def lives(proxy: Proxy) -> bool:
    """Whether a new connection is answered."""
    try:
        with connected(proxy) as another:
            return said_back(another, b"x") == b"x"
    except OSError:
        return False


def test_everything_passes_and_the_end_of_one_side_reaches_the_other(proxy):
    with connected(proxy) as connection:
        data = bytes(range(256)) * 4096
        threading.Thread(target=connection.sendall, args=(data,)).start()
        back = b""
        while len(back) < len(data):
            back += connection.recv(65536)
        assert back == data
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""


def test_a_delay_is_never_shorter_and_keeps_the_order(proxy):
    slow = Network(proxy, "delay", by_us=50_000)
    with connected(proxy) as connection:
        assert said_back(connection, b"before") == b"before"
        slow.begin()
        began = time.monotonic()
        assert said_back(connection, b"one" * 1000) == b"one" * 1000
        assert time.monotonic() - began >= 0.1
        slow.end()
        assert said_back(connection, b"after") == b"after"


def test_in_a_stall_nothing_arrives_and_nothing_is_lost(proxy):
    stall = Network(proxy, "stall", by_us=0)
    with connected(proxy) as connection:
        assert said_back(connection, b"x") == b"x"
        stall.begin()
        connection.sendall(b"held")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        stall.end()
        connection.settimeout(20)
        assert connection.recv(10) == b"held"


@pytest.mark.parametrize("action", ["loss", "reset"])
def test_connections_end_as_the_fault_says_and_later_ones_live(proxy, action):
    fault = Network(proxy, action, by_us=0)
    with connected(proxy) as connection:
        assert said_back(connection, b"x") == b"x"
        fault.begin()
        if action == "reset":
            with pytest.raises(ConnectionResetError):
                connection.recv(1)
        else:
            assert connection.recv(1) == b""
    assert not lives(proxy)
    fault.end()
    with connected(proxy) as later:
        assert said_back(later, b"y") == b"y"


def test_a_port_that_is_taken_is_named(echo):
    with pytest.raises(KampynError, match=f"cannot listen on port {echo} of 127.0.0.1: "):
        Proxy("127.0.0.1", 1, listen=echo)


def test_a_proxy_that_is_gone_is_an_error_and_no_hang(echo):
    proxy = Proxy("127.0.0.1", echo)
    proxy.close()
    with pytest.raises((OSError, ValueError)):
        proxy.tell("pass")


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[int]:
    """A redis-server as a user has one: on a port."""
    server = find_server()
    if server is None:
        pytest.skip("there is no redis-server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(server), "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        yield port
        process.kill()


def test_a_redis_of_ones_own_is_out_of_reach_and_back(own_redis):
    """A client that is pointed at the proxy, as a backend of the user's is."""
    with closing(Proxy("127.0.0.1", own_redis)) as proxy:
        never = Retry(NoBackoff(), 0)
        client = redis.Redis(port=proxy.port, socket_timeout=0.5, retry=never)
        wait_for(lambda: answers(client))
        for action in ("stall", "loss", "reset"):
            fault = Network(proxy, action, by_us=0)
            fault.begin()
            assert not answers(client)
            fault.end()
            wait_for(lambda: answers(client))
        slow = Network(proxy, "delay", by_us=50_000)
        slow.begin()
        began = time.monotonic()
        client.set("a", 1)
        assert time.monotonic() - began >= 0.1
        slow.end()
        assert client.get("a") == b"1"
        client.close()


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
