"""Small servers of our own, on threads and loopback: each test says byte for byte what they do."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from kampyn_perf.load.client import Client, ConnectionPool, RequestSample

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"


@dataclass(frozen=True)
class Received:
    """A request as the server saw it."""

    head: bytes
    body: bytes

    @property
    def line(self) -> str:
        """Method and target."""
        return self.head.partition(b" HTTP/")[0].decode()

    def header(self, name: str) -> str | None:
        """The value of one header."""
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None


class Peer:
    """The server's end of one connection."""

    def __init__(self, server: Server, sock: socket.socket, number: int) -> None:
        self.server = server
        self.sock = sock
        self.number = number
        """0 for the first connection of the server."""
        self.unread = b""
        """What has come of the next request."""

    def read_head(self) -> bytes | None:
        """A request's head; None where the client closed."""
        while b"\r\n\r\n" not in self.unread:
            data = self.sock.recv(65536)
            if not data:
                return None
            self.unread += data
        head, _, self.unread = self.unread.partition(b"\r\n\r\n")
        return head

    def read_body(self, length: int) -> bytes:
        """So many bytes of a body."""
        while len(self.unread) < length:
            data = self.sock.recv(65536)
            if not data:
                break
            self.unread += data
        body, self.unread = self.unread[:length], self.unread[length:]
        return body

    def read(self) -> Received | None:
        """A whole request, noted; None where the client closed."""
        head = self.read_head()
        if head is None:
            return None
        length = Received(head, b"").header("Content-Length")
        request = Received(head, self.read_body(int(length or 0)))
        self.server.requests.append(request)
        return request

    def send(self, *pieces: bytes) -> None:
        """Bytes, as given."""
        for piece in pieces:
            self.sock.sendall(piece)

    def close(self) -> None:
        """An orderly end."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def reset(self) -> None:
        """An end by RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


@dataclass
class Server:
    """A listening socket; every connection runs `script` on a thread of its own."""

    script: Callable[[Peer], None]
    tls: ssl.SSLContext | None = None
    family: int = socket.AF_INET
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    peers: list[Peer] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    """For scripts that hang until the test is over."""

    def __post_init__(self) -> None:
        self._listener = socket.socket(self.family, socket.SOCK_STREAM)
        self._listener.bind(("::1" if self.family == socket.AF_INET6 else "127.0.0.1", 0))
        self._listener.listen(64)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """The server's base URL."""
        host = "[::1]" if self.family == socket.AF_INET6 else "127.0.0.1"
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                # What a script has sent is then in the client's kernel, not in the server's.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                number = self.connections
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(sock, number), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
            peer = Peer(self, sock, number)
            self.peers.append(peer)
            stack.callback(sock.close)
            self.script(peer)

    def close(self) -> None:
        """End everything, hanging scripts included."""
        self.released.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self.peers:
            with contextlib.suppress(OSError):
                peer.sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)


def answering(*responses: bytes) -> Callable[[Peer], None]:
    """A script that answers each request of a connection with the next response, then the last."""

    def script(peer: Peer) -> None:
        for response in responses:
            if peer.read() is None:
                return
            peer.send(response)
        while peer.read() is not None:
            peer.send(responses[-1])

    return script


class Observer:
    """Keeps every sample."""

    def __init__(self) -> None:
        self.samples: list[RequestSample] = []
        self.cut: list[tuple[str, str, int]] = []

    def request_done(self, sample: RequestSample) -> None:
        self.samples.append(sample)

    def request_cut(self, method: str, name: str, sent_us: int) -> None:
        self.cut.append((method, name, sent_us))


class Event:
    """A request event like Locust's."""

    def __init__(self) -> None:
        self._handlers: list[Any] = []
        self.fired: list[dict[str, Any]] = []

    def listen(self) -> None:
        self._handlers.append(self.fired.append)

    def fire(self, **meta: Any) -> None:
        for handler in self._handlers:
            handler(meta)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Starts servers by their scripts."""
    servers: list[Server] = []

    def start(script: Callable[[Peer], None], **options: Any) -> Server:
        servers.append(Server(script, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def pool() -> Iterator[ConnectionPool]:
    """A pool with its defaults."""
    pool = ConnectionPool()
    yield pool
    pool.close()


@pytest.fixture
def observer() -> Observer:
    return Observer()


@pytest.fixture
def connect(pool: ConnectionPool, observer: Observer) -> Callable[..., Client]:
    """A client of a server, on the common pool."""

    def make(server: Server | str, **options: Any) -> Client:
        base = server if isinstance(server, str) else server.url
        given: dict[str, Any] = {"pool": pool, "observer": observer} | options
        return Client(base_url=base, **given)

    return make
