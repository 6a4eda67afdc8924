"""Connections against real sockets: what goes wrong on them ends in the right kind of error, and
never in a wrong response."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable
from typing import Any

import gevent
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kampyn_perf.load.client import (
    Client,
    ConnectionPool,
    Limits,
    PoolOptions,
    Timeouts,
)
from kampyn_perf.load.client import connection as connection_module
from kampyn_perf.load.client.errors import HostNotAllowedError
from kampyn_perf.load.client.urls import parse_url
from kampyn_perf.load.clock import now_us
from kampyn_perf.outcomes import ErrorKind
from tests.load.client.conftest import OK, Observer, Peer, Server, answering

Serve = Callable[..., Server]
Connect = Callable[..., Client]


def settle(condition: Callable[[], bool]) -> None:
    """Let the loop turn until `condition` holds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "did not come about"
        gevent.sleep(0.002)


def test_a_connection_is_used_again_by_every_user(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    one, two = connect(server), connect(server)
    for client in (one, two, one, two):
        assert client.get("/").text == "hello"
    assert server.connections == 1


def test_users_at_the_same_time_have_connections_of_their_own(
    serve: Serve, connect: Connect, pool: ConnectionPool
) -> None:
    server = serve(answering(OK))
    jobs = [gevent.spawn(connect(server).get, "/") for _ in range(8)]
    gevent.joinall(jobs, raise_error=True)
    assert all(job.value.ok for job in jobs)
    assert server.connections == pool.idle == pool.connections


def test_the_connection_used_last_is_taken_first(
    serve: Serve, connect: Connect, pool: ConnectionPool
) -> None:
    server = serve(answering(OK))
    client = connect(server)
    gevent.joinall([gevent.spawn(client.get, "/") for _ in range(4)])
    origin = pool.origin(parse_url(server.url))
    busiest = list(origin.idle)[-1]
    for _ in range(5):
        client.get("/")
        assert list(origin.idle)[-1] is busiest


def test_idle_connections_are_bounded_and_expire(serve: Serve, observer: Observer) -> None:
    server = serve(answering(OK))
    pool = ConnectionPool(options=PoolOptions(max_idle=2, idle_us=50_000))
    client = Client(base_url=server.url, pool=pool, observer=observer)
    gevent.joinall([gevent.spawn(client.get, "/") for _ in range(6)])
    assert pool.idle == 2
    settle(lambda: pool.idle == 0 and not pool.connections)
    assert client.get("/").ok


def test_an_idle_connection_that_the_server_closes_is_dropped_at_once(
    serve: Serve, connect: Connect, pool: ConnectionPool
) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(OK)

    server = serve(script)
    client = connect(server)
    assert client.get("/").ok
    settle(lambda: pool.idle == 0)
    assert client.post("/", json={}).ok
    assert server.connections == 2
    assert pool.retried == 0


def closing_second_time(how: str) -> Callable[[Peer], None]:
    """Answers once, then takes a second request and ends the first connection without an answer."""

    def script(peer: Peer) -> None:
        peer.read()
        peer.send(OK)
        if peer.read() is None:
            return
        if peer.number == 0:
            getattr(peer, how)()
            return
        peer.send(OK)

    return script


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_an_idempotent_request_is_sent_again_when_the_kept_connection_was_dead(
    serve: Serve, connect: Connect, pool: ConnectionPool, observer: Observer, how: str, method: str
) -> None:
    server = serve(closing_second_time(how))
    client = connect(server)
    client.get("/")
    assert client.request(method, "/again").ok
    assert pool.retried == 1
    assert [request.line for request in server.requests] == ["GET /"] + [f"{method} /again"] * 2
    assert len(observer.samples) == 2


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_request_that_may_have_been_processed_is_not_sent_again(
    serve: Serve, connect: Connect, pool: ConnectionPool, observer: Observer, how: str, method: str
) -> None:
    server = serve(closing_second_time(how))
    client = connect(server)
    client.get("/")
    response = client.request(method, "/order", json={"a": 1})
    assert response.status_code == 0
    assert observer.samples[-1].error is ErrorKind.RESET
    assert pool.retried == 0
    assert len(server.requests) == 2


def test_a_first_request_on_a_new_connection_is_not_sent_again(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.reset()

    server = serve(script)
    assert connect(server).get("/").status_code == 0
    assert observer.samples[0].error is ErrorKind.RESET
    assert len(server.requests) == 1


def test_a_response_that_had_begun_is_not_asked_for_again(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(OK)
        peer.read()
        peer.send(OK[:20])

    server = serve(script)
    client = connect(server)
    client.get("/")
    response = client.get("/")
    assert "before the head" in str(response.error)
    assert [sample.error for sample in observer.samples] == [None, ErrorKind.RESET]
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        ((OK[:-2],), ErrorKind.RESET),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",), ErrorKind.RESET),
        ((b"",), ErrorKind.RESET),
        ((b"220 mail.example ESMTP\r\n",), ErrorKind.PROTOCOL),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",), ErrorKind.PROTOCOL),
        ((b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 30_000), ErrorKind.PROTOCOL),
    ],
)
def test_broken_responses_are_errors_and_the_next_request_is_well(
    serve: Serve, connect: Connect, observer: Observer, pieces: tuple[bytes, ...], kind: ErrorKind
) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(*(pieces if peer.number == 0 else (OK,)))

    client = connect(serve(script))
    broken = client.get("/")
    assert (broken.status_code, broken.ok) == (0, False)
    assert observer.samples[0].error is kind
    with pytest.raises(type(broken.error)):
        broken.raise_for_status()
    assert client.get("/").text == "hello"


@pytest.mark.parametrize("surplus", [b"x", OK, b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad"])
@pytest.mark.parametrize("late", [False, True])
def test_bytes_that_nobody_asked_for_are_never_taken_for_a_response(
    serve: Serve, connect: Connect, pool: ConnectionPool, surplus: bytes, late: bool
) -> None:
    def script(peer: Peer) -> None:
        while peer.read() is not None:
            if late and peer.number == 0:
                peer.send(OK)
                peer.server.released.wait(0.02)
                peer.send(surplus)
            else:
                peer.send(OK + (surplus if peer.number == 0 else b""))

    server = serve(script)
    client = connect(server)
    assert client.get("/").text == "hello"
    if late:
        settle(lambda: pool.idle == 0)
    assert pool.idle == 0
    assert client.get("/").text == "hello"
    assert server.connections == 2


def test_the_kernel_is_asked_where_that_can_matter(
    serve: Serve, connect: Connect, pool: ConnectionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    poller_of = connection_module._poll

    class Noting:
        """A poller of the kernel's; what it is asked is noted."""

        def __init__(self) -> None:
            self._poller = poller_of()
            self.register = self._poller.register

        def poll(self, patience: int) -> Any:
            asked.append(1)
            return self._poller.poll(patience)

    monkeypatch.setattr(connection_module, "_poll", Noting)
    server = serve(answering(OK))
    client = connect(server)
    origin = pool.origin(parse_url(server.url))

    def get(*, idle_since: int) -> None:
        for one in origin.idle:
            one.idle_since = idle_since
        assert client.get("/").ok

    later = now_us() + 3_600_000_000  # a machine that is busy makes no connection an old one
    for expected in (0, 1, 1, 1):  # a new one, its first use after another, and more
        get(idle_since=later)
        assert len(asked) == expected
    origin.wary = True
    get(idle_since=later)
    assert len(asked) == 2
    origin.wary = False
    get(idle_since=0)
    assert len(asked) == 3


@pytest.mark.parametrize("request_", ["get", "post"])
def test_of_a_server_that_ends_connections_unasked_the_kernel_is_asked_each_time(
    serve: Serve, connect: Connect, pool: ConnectionPool, request_: str
) -> None:
    server = serve(closing_second_time("close"))
    client = connect(server)
    assert not pool.origin(parse_url(server.url)).wary
    client.get("/")
    getattr(client, request_)("/again")
    assert pool.origin(parse_url(server.url)).wary


def test_surplus_that_waits_in_the_kernel_is_seen_before_the_connection_is_used(
    serve: Serve, connect: Connect
) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(OK)
        peer.server.released.wait(0.01)
        peer.send(OK.replace(b"hello", b"WRONG"))
        peer.server.released.wait(5)

    server = serve(script)
    client = connect(server)
    assert client.get("/").text == "hello"
    time.sleep(0.1)  # the loop does not turn, so only the kernel knows
    gevent.spawn(server.released.set)
    assert client.get("/").text == "hello"


@given(
    st.lists(
        st.sampled_from(["good", "chunked", "surplus", "cut", "reset", "garbage", "late", "close"]),
        min_size=1,
        max_size=6,
    )
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_servers_do_a_response_belongs_to_its_request(
    serve: Serve, misdeeds: list[str]
) -> None:
    left = list(misdeeds)
    done = []

    def script(peer: Peer) -> None:
        while (request := peer.read()) is not None:
            _misbehave(peer, request.line.encode(), left.pop(0) if left else "good")
            done.append(request)

    server = serve(script)
    client = Client(base_url=server.url, pool=ConnectionPool(), timeouts=Timeouts.of(5.0))
    for number in range(len(misdeeds) + 2):
        response = client.get(f"/{number}")
        assert response.status_code == 0 or response.text == f"GET /{number}"
        settle(lambda: len(done) == len(server.requests))
    assert response.ok
    client.pool.close()


def _misbehave(peer: Peer, body: bytes, misdeed: str) -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    if misdeed == "chunked":
        whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        whole += b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    if misdeed == "surplus":
        whole += b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nWRONG"
    if misdeed == "garbage":
        whole = b"\x16\x03\x01 what?\r\n\r\n"
    peer.send(whole[:-1] if misdeed == "cut" else whole)
    if misdeed == "late":
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nWRONG")
    if misdeed == "reset":
        peer.reset()
    elif misdeed in ("cut", "close", "garbage"):
        peer.close()


def hanging(peer: Peer) -> None:
    peer.read()
    peer.server.released.wait(30)


def dripping(peer: Peer) -> None:
    peer.read()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while not peer.server.released.wait(0.01):
        peer.send(b"x")


@pytest.mark.parametrize(
    ("script", "timeout", "says"),
    [
        (hanging, 0.05, "whole request"),
        (hanging, (1.0, 0.05), "no response"),
        (dripping, 0.15, "whole request"),
    ],
)
def test_slow_servers_time_out(
    serve: Serve, connect: Connect, observer: Observer, pool: ConnectionPool,
    script: Callable[[Peer], None], timeout: float | tuple[float, float], says: str,
) -> None:  # fmt: skip
    response = connect(serve(script)).get("/", timeout=timeout)
    assert response.status_code == 0
    assert says in str(response.error)
    sample = observer.samples[0]
    assert sample.error is ErrorKind.TIMEOUT
    limit = timeout if isinstance(timeout, float) else timeout[1]
    assert sample.end_us - sample.sent_us >= limit * 1e6
    assert not pool.connections


def test_a_slow_body_that_keeps_coming_is_no_read_timeout(serve: Serve, connect: Connect) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(OK[:-5])
        for byte in b"hello":
            peer.server.released.wait(0.05)
            peer.send(bytes([byte]))

    assert connect(serve(script)).get("/", timeout=(1.0, 2.0)).text == "hello"


def test_many_deadlines_share_one_timer_and_none_is_forgotten(
    serve: Serve, connect: Connect, observer: Observer
) -> None:
    client = connect(serve(hanging))
    limits = [0.3, 0.05, 0.2, 0.1, 0.15, 0.25]
    jobs = [gevent.spawn(client.get, "/", timeout=limit, name=str(limit)) for limit in limits]
    gevent.joinall(jobs, raise_error=True)
    assert [sample.name for sample in observer.samples] == [str(limit) for limit in sorted(limits)]
    assert {sample.error for sample in observer.samples} == {ErrorKind.TIMEOUT}


def test_a_server_that_does_not_accept_times_out_while_connecting(
    connect: Connect, observer: Observer
) -> None:
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    fillers = []
    for _ in range(4):  # beyond the backlog the kernel drops SYNs
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(full.getsockname())
        fillers.append(filler)
    client = connect(f"http://127.0.0.1:{full.getsockname()[1]}")
    assert str(client.get("/", timeout=0.1).error) == "connecting"
    assert observer.samples[0].error is ErrorKind.TIMEOUT
    for each in [full, *fillers]:
        each.close()


def test_nobody_listening_is_a_connect_error(connect: Connect, observer: Observer) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client = connect(f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert "refused" in str(client.get("/").error)
    assert observer.samples[0].error is ErrorKind.CONNECT


def test_a_name_that_does_not_resolve_is_a_connect_error(observer: Observer) -> None:
    pool = ConnectionPool(allowed_hosts=["nowhere.invalid"])
    client = Client(base_url="http://nowhere.invalid", pool=pool, observer=observer)
    assert "nowhere.invalid" in str(client.get("/").error)
    assert observer.samples[0].error is ErrorKind.CONNECT


def test_only_allowed_hosts_are_connected_to(connect: Connect, serve: Serve) -> None:
    server = serve(answering(OK))
    with pytest.raises(HostNotAllowedError, match="example"):
        connect("http://staging.example")
    with pytest.raises(HostNotAllowedError) as refused:
        connect(server).get("http://staging.example/")
    assert "--allow-host staging.example" in refused.value.hint
    pool = ConnectionPool(allowed_hosts=["Staging.Example"])
    connect("http://staging.example", pool=pool)
    assert not pool.connections


def test_ipv6(serve: Serve, connect: Connect) -> None:
    try:
        server = serve(answering(OK), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    assert connect(server).get("/").ok
    assert server.requests[0].header("Host") == f"[::1]:{server.port}"


def test_a_greenlet_killed_in_the_middle_leaves_no_connection_behind(
    serve: Serve, connect: Connect, pool: ConnectionPool, observer: Observer
) -> None:
    server = serve(hanging)
    job = gevent.spawn(connect(server).get, "/")
    settle(lambda: bool(server.requests))
    job.kill()
    assert not pool.connections
    assert not observer.samples
    ((method, name, sent_us),) = observer.cut
    assert (method, name) == ("GET", "/")
    assert 0 < sent_us <= now_us()


def test_failures_leave_no_descriptors_behind(
    serve: Serve, connect: Connect, pool: ConnectionPool
) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.reset()

    client = connect(serve(script))
    client.get("/")
    settle(lambda: not pool.connections)
    before = psutil.Process().num_fds()
    for _ in range(50):
        client.get("/")
        client.get("http://127.0.0.1:1/", timeout=0.5)
    settle(lambda: psutil.Process().num_fds() <= before + 1)  # the server closes on its threads


def test_a_large_body_is_sent_whole(serve: Serve, connect: Connect) -> None:
    server = serve(answering(OK))
    body = bytes(range(256)) * 40_000
    assert connect(server).put("/", data=body).ok
    assert server.requests[0].body == body


def test_a_large_response_is_read_whole(serve: Serve, connect: Connect) -> None:
    body = bytes(range(256)) * 40_000
    server = serve(answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body))
    client = connect(server)
    assert client.get("/").content == body
    assert client.get("/", discard_body=True).size == len(body)


def test_an_answer_that_comes_before_the_body_is_sent_is_the_result(
    serve: Serve, connect: Connect, pool: ConnectionPool, observer: Observer
) -> None:
    def script(peer: Peer) -> None:
        peer.read_head()
        peer.send(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        peer.server.released.wait(0.3)

    response = connect(serve(script)).post("/", data=b"x" * 50_000_000)
    assert response.status_code == 413
    assert observer.samples[0].error is ErrorKind.HTTP_4XX
    assert not pool.connections


def test_a_body_that_ends_with_the_connection(
    serve: Serve, connect: Connect, pool: ConnectionPool
) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n", b"until ", b"the end")

    client = connect(serve(script))
    assert client.get("/").text == "until the end"
    assert not pool.connections


def test_a_body_beyond_the_limit_is_refused(serve: Serve, observer: Observer) -> None:
    pool = ConnectionPool(limits=Limits(body_bytes=10_000))
    big = b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + b"x" * 20_000
    client = Client(base_url=serve(answering(big)).url, pool=pool, observer=observer)
    assert client.get("/").status_code == 0
    assert observer.samples[0].error is ErrorKind.PROTOCOL


def test_a_gzip_bomb_is_refused_when_looked_at(serve: Serve) -> None:
    packed = gzip.compress(b"\0" * 50_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    pool = ConnectionPool(limits=Limits(body_bytes=1_000_000))
    client = Client(base_url=serve(answering(head + packed)).url, pool=pool)
    with client.get("/", catch_response=True) as response:
        assert response.status_code == 200
        assert response.content
    assert "more than 1000000 bytes once decoded" in str(response.error)


def expecting(first: bytes, *, reads_body: bool) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        head = peer.read_head()
        assert head is not None
        assert b"Expect: 100-continue" in head
        assert not peer.unread, "the body came before it was asked for"
        peer.send(first)
        if reads_body:
            peer.server.requests.append(type("R", (), {"body": peer.read_body(7)})())
            peer.send(OK)
            peer.read()

    return script


def test_expect_continue_sends_the_body_when_it_is_asked_for(
    serve: Serve, connect: Connect, pool: ConnectionPool
) -> None:
    server = serve(expecting(b"HTTP/1.1 100 Continue\r\n\r\n", reads_body=True))
    response = connect(server).post("/", data=b"0123456", headers={"Expect": "100-continue"})
    assert response.ok
    assert server.requests[0].body == b"0123456"
    assert pool.idle == 1


def test_expect_continue_does_not_wait_for_ever(serve: Serve, connect: Connect) -> None:
    server = serve(expecting(b"", reads_body=True))
    response = connect(server).post("/", data=b"0123456", headers={"Expect": "100-continue"})
    assert response.ok
    assert server.requests[0].body == b"0123456"


def test_many_idle_connections_that_end_together_are_all_dropped(
    serve: Serve, connect: Connect, pool: ConnectionPool
) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(OK)
        peer.server.released.wait(10)

    server = serve(script)
    client = connect(server)
    gevent.joinall([gevent.spawn(client.get, "/") for _ in range(30)])
    assert pool.idle == 30
    server.released.set()
    settle(lambda: pool.idle == 0 and not pool.connections)


def test_expect_continue_does_not_send_the_body_when_it_is_refused(
    serve: Serve, connect: Connect, pool: ConnectionPool
) -> None:
    refusal = b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"
    server = serve(expecting(refusal, reads_body=False))
    response = connect(server).post("/", data=b"0123456", headers={"Expect": "100-continue"})
    assert response.status_code == 417
    assert not pool.connections
