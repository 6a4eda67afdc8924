"""TLS: verified by default, against an authority made for the test."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kampyn_perf.load.client import Client, ConnectionPool
from kampyn_perf.outcomes import ErrorKind
from tests.load.client.conftest import OK, Observer, Peer, Server, answering

if TYPE_CHECKING:
    import trustme

Serve = Callable[..., Server]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    import trustme  # takes a while, which other workers save

    return trustme.CA()


def context_for(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def test_a_certificate_of_the_given_authority_is_accepted(
    serve: Serve, authority: trustme.CA, ca_file: str
) -> None:
    server = serve(answering(OK), tls=context_for(authority, "127.0.0.1"))
    pool = ConnectionPool(ca_file=ca_file)
    client = Client(base_url=server.url, pool=pool)
    for _ in range(3):
        assert client.get("/").text == "hello"
    assert server.connections == 1


def test_large_bodies_cross_tls_in_both_directions(
    serve: Serve, authority: trustme.CA, ca_file: str
) -> None:
    body = bytes(range(256)) * 20_000
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    server = serve(answering(answer), tls=context_for(authority, "127.0.0.1"))
    client = Client(base_url=server.url, pool=ConnectionPool(ca_file=ca_file))
    for _ in range(2):
        assert client.put("/", data=body).content == body
    assert [request.body for request in server.requests] == [body, body]
    assert server.connections == 1


def test_the_server_is_told_the_name_it_is_asked_for(
    serve: Serve, authority: trustme.CA, ca_file: str
) -> None:
    asked: list[str | None] = []
    context = context_for(authority, "localhost")
    context.sni_callback = lambda _sock, name, _context: asked.append(name)
    server = serve(answering(OK), tls=context)
    client = Client(
        base_url=f"https://localhost:{server.port}", pool=ConnectionPool(ca_file=ca_file)
    )
    assert client.get("/").ok
    assert asked == ["localhost"]


@pytest.mark.parametrize("names", [["127.0.0.1"], ["other.example"]])
def test_what_cannot_be_verified_is_a_connect_error(
    serve: Serve, authority: trustme.CA, ca_file: str, observer: Observer, names: list[str]
) -> None:
    server = serve(answering(OK), tls=context_for(authority, *names))
    pool = ConnectionPool(ca_file=ca_file if names == ["other.example"] else None)
    response = Client(base_url=server.url, pool=pool, observer=observer).get("/")
    assert response.status_code == 0
    assert "TLS" in str(response.error)
    assert observer.samples[0].error is ErrorKind.CONNECT
    assert server.requests == []
    assert not pool.connections


def test_verification_can_be_switched_off(serve: Serve, authority: trustme.CA) -> None:
    server = serve(answering(OK), tls=context_for(authority, "other.example"))
    assert Client(base_url=server.url, pool=ConnectionPool(verify=False)).get("/").ok


def test_a_server_that_does_not_speak_tls_is_a_connect_error(
    serve: Serve, observer: Observer
) -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(10)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    base = serve(script).url.replace("http:", "https:")
    response = Client(base_url=base, pool=ConnectionPool(), observer=observer).get("/")
    assert "TLS" in str(response.error)
    assert observer.samples[0].error is ErrorKind.CONNECT


def test_a_server_that_hangs_in_the_handshake_times_out(serve: Serve, observer: Observer) -> None:
    base = serve(lambda peer: peer.server.released.wait(10)).url.replace("http:", "https:")
    client = Client(base_url=base, pool=ConnectionPool(), observer=observer)
    assert str(client.get("/", timeout=0.1).error) == "agreeing on TLS"
    assert observer.samples[0].error is ErrorKind.TIMEOUT


def test_a_truncated_body_over_tls_is_an_error(
    serve: Serve, authority: trustme.CA, ca_file: str, observer: Observer
) -> None:
    def script(peer: Peer) -> None:
        peer.read()
        peer.send(OK[:-1])

    server = serve(script, tls=context_for(authority, "127.0.0.1"))
    client = Client(base_url=server.url, pool=ConnectionPool(ca_file=ca_file), observer=observer)
    assert "before the body" in str(client.get("/").error)
    assert observer.samples[0].error is ErrorKind.RESET


def test_a_redirect_between_schemes_of_one_host_is_followed(
    serve: Serve, authority: trustme.CA, ca_file: str
) -> None:
    secure = serve(answering(OK), tls=context_for(authority, "127.0.0.1"))
    moved = f"HTTP/1.1 301 Moved\r\nLocation: {secure.url}/x\r\nContent-Length: 0\r\n\r\n"
    plain = serve(answering(moved.encode()))
    response = Client(base_url=plain.url, pool=ConnectionPool(ca_file=ca_file)).get("/")
    assert (response.text, response.url) == ("hello", f"{secure.url}/x")


def test_bytes_that_nobody_asked_for_are_never_taken_for_a_response(
    serve: Serve, authority: trustme.CA, ca_file: str
) -> None:
    """They came when the loop did not turn: the kernel has them, and TLS has yet to open them."""

    def script(peer: Peer) -> None:
        peer.read()
        peer.send(OK)
        time.sleep(0.02)
        peer.send(OK.replace(b"hello", b"WRONG"))
        while peer.read() is not None:
            peer.send(OK)

    server = serve(script, tls=context_for(authority, "127.0.0.1"))
    client = Client(base_url=server.url, pool=ConnectionPool(ca_file=ca_file))
    assert client.get("/").text == "hello"
    time.sleep(0.2)
    assert client.get("/").text == "hello"
    assert server.connections == 2


def test_an_end_of_tls_that_came_while_nobody_looked_costs_no_request(
    serve: Serve, authority: trustme.CA, ca_file: str
) -> None:
    def script(peer: Peer) -> None:
        if peer.read() is not None:
            peer.send(OK)
        time.sleep(0.02)
        peer.sock.unwrap()  # close_notify, as nginx sends it

    server = serve(script, tls=context_for(authority, "127.0.0.1"))
    client = Client(base_url=server.url, pool=ConnectionPool(ca_file=ca_file))
    for _ in range(2):
        assert client.post("/", data=b"x").error is None
        time.sleep(0.2)


def test_a_body_that_ends_with_tls_itself_is_whole(
    serve: Serve, authority: trustme.CA, ca_file: str
) -> None:
    """The end comes with the last bytes, and the server waits for ours before it closes."""

    def script(peer: Peer) -> None:
        peer.read()
        peer.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody")
        peer.sock.unwrap()

    server = serve(script, tls=context_for(authority, "127.0.0.1"))
    client = Client(base_url=server.url, pool=ConnectionPool(ca_file=ca_file))
    response = client.get("/", timeout=5)
    assert (response.error, response.text) == (None, "body")


def test_an_authority_that_cannot_be_read_is_a_connect_error(
    serve: Serve, authority: trustme.CA, observer: Observer
) -> None:
    server = serve(answering(OK), tls=context_for(authority, "127.0.0.1"))
    pool = ConnectionPool(ca_file="/nowhere/ca.pem")
    error = Client(base_url=server.url, pool=pool, observer=observer).get("/").error
    assert str(error) == "TLS: /nowhere/ca.pem: No such file or directory"
    assert observer.samples[0].error is ErrorKind.CONNECT
