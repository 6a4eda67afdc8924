"""The keep-alive connections that all users of one process share, and who may be connected to.

Idle connections are taken last in, first out, so that the working set stays small and the rest
expire. Microseconds.
"""

from __future__ import annotations

import _socket
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import gevent
from gevent import socket as gevent_socket

from kampyn_perf.load.client.connection import Connection
from kampyn_perf.load.client.errors import (
    ConnectError,
    HostNotAllowedError,
    HttpError,
    TimedOutError,
)
from kampyn_perf.load.client.parser import HeadMemory, Limits, ResponseParser
from kampyn_perf.load.client.tls import make_context
from kampyn_perf.load.client.urls import Url
from kampyn_perf.load.client.watchdog import Watchdog
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.hosts import is_loopback

_ADDRESSES_US = 30_000_000
_FRESH_US = 20_000
"""For so long after a whole response a connection is taken as it is, without asking the kernel: the
loop turns meanwhile, and tells of all that comes. The shortest limits of servers are a second."""
_SOON_US = 1_000_000
"""A connection that ends sooner after a response was not closed for being idle."""

Address = tuple[Any, ...]
Resolve = Callable[[str, int], list[Any]]
"""Of a host and port, as `socket.getaddrinfo` answers."""


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """How connections are kept. The idle limit stays below the 5 s after which Node.js and others
    close, so that a connection is rarely found dead."""

    max_idle: int = 2048
    """Idle connections kept per origin."""
    idle_us: int = 4_000_000
    """After so long without a request an idle connection is closed."""


class Origin:
    """A scheme, host and port, with its idle connections."""

    __slots__ = (
        "_addresses", "_addresses_until", "_idle_us", "_max_idle", "authority", "base", "host",
        "idle", "pool", "port", "scheme", "secure", "tls", "wary",
    )  # fmt: skip

    def __init__(self, pool: ConnectionPool, url: Url) -> None:
        self.pool = pool
        self.scheme = url.scheme
        self.host = url.host
        self.port = url.port
        self.authority = url.authority
        self.tls = url.scheme == "https"
        self.base = f"{url.scheme}://{url.authority}"
        # Browsers treat this machine as secure, and a Secure cookie of a local backend must work.
        self.secure = self.tls or is_loopback(url.host)
        self.idle: dict[Connection, None] = {}
        """In the order of their last use; a dictionary, so that any one can leave at no cost."""
        self.wary = False
        """Whether it was seen to end connections, or to send what nobody asked for, right after a
        response: then the kernel is asked before each use."""
        self._max_idle = pool.options.max_idle
        self._idle_us = pool.options.idle_us
        self._addresses: list[tuple[int, Address]] = []
        self._addresses_until = 0

    def take_idle(self, now: int) -> Connection | None:
        """The idle connection used last, if any still lives.

        The kernel knows whether it does before the loop does, and is asked where that can matter:
        at the first use after another, and after real idleness. Within a session, and among many, a
        connection has been idle for less, and to ask would be one system call in four.
        """
        idle = self.idle
        while idle:
            connection, _ = idle.popitem()
            if connection.proven and now - connection.idle_since < _FRESH_US and not self.wary:
                return connection
            if not connection.is_stale():
                connection.proven = True
                return connection
            self._ended(connection, now)
            connection.close()
        return None

    def give_back(self, connection: Connection, at_us: int) -> None:
        """Keep a connection for the next request."""
        pool = self.pool
        if len(self.idle) >= self._max_idle or pool.closed:
            connection.close()
            return
        connection.used = True
        connection.idle_since = at_us
        connection.deadline = deadline = at_us + self._idle_us
        if deadline < pool.watchdog.next_check:
            pool.watchdog.watch(deadline)
        self.idle[connection] = None

    def forget(self, connection: Connection) -> None:
        """Close an idle connection: the server did, or it has been idle for too long."""
        self._ended(connection, now_us())
        self.idle.pop(connection, None)
        connection.close()

    def _ended(self, connection: Connection, now: int) -> None:
        if now - connection.idle_since < _SOON_US:
            self.wary = True

    def open(self, deadline: int) -> Connection:
        """A new connection, to the first address that answers. Raises HttpError."""
        error: HttpError = ConnectError(f"{self.host} has no address")
        # A copy: while one greenlet waits for an address, another may put a better one first.
        addresses = list(self._resolve(deadline))
        for number, (family, address) in enumerate(addresses):
            now = now_us()
            share = now + (deadline - now) // (len(addresses) - number)
            try:
                connection = self._new(family)
            except OSError as failure:
                raise ConnectError(failure.strerror or str(failure)) from failure
            self.pool.watchdog.connections.add(connection)
            self.pool.opened += 1
            try:
                connection.connect(address, share)
            except (ConnectError, TimedOutError) as failure:
                error = failure
            else:
                # The next connection begins with what works: localhost is often two addresses.
                good = addresses.pop(number)
                self._addresses = [good, *addresses]
                return connection
        self._addresses_until = 0
        raise error

    def _new(self, family: int) -> Connection:
        pool = self.pool
        return Connection(
            family,
            parser=ResponseParser(pool.limits, pool.memory),
            watchdog=pool.watchdog,
            tls=(pool.ssl_context, self.host) if self.tls else None,
            forget=self.forget,
        )

    def _resolve(self, deadline: int) -> list[tuple[int, Address]]:
        now = now_us()
        if now >= self._addresses_until:
            with gevent.Timeout(
                max(deadline - now, 1) / 1e6, TimedOutError(f"resolving {self.host}")
            ):
                try:
                    answers = self.pool.resolve(self.host, self.port)
                except (OSError, UnicodeError) as failure:
                    raise ConnectError(f"the name {self.host} is not resolved") from failure
            self._addresses = self._allowed([(int(item[0]), item[4]) for item in answers])
            self._addresses_until = now + _ADDRESSES_US
        return self._addresses

    def _allowed(self, addresses: list[tuple[int, Address]]) -> list[tuple[int, Address]]:
        """Where the name may lead: one that is allowed for being this machine, only there."""
        if self.host in self.pool.allowed_hosts:
            return addresses
        own = [address for address in addresses if is_loopback(str(address[1][0]))]
        if addresses and not own:
            raise ConnectError(f"{self.host} is {addresses[0][1][0]}, which is not this machine")
        return own


class ConnectionPool:
    """Connections by origin; only loopback and the allowed hosts are ever connected to."""

    def __init__(
        self,
        *,
        allowed_hosts: Iterable[str] = (),
        options: PoolOptions | None = None,
        limits: Limits | None = None,
        ssl_context: ssl.SSLContext | None = None,
        verify: bool = True,
        ca_file: str | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        """`resolve` is asked for the addresses of a host and port; by default the system is."""
        self.resolve = resolve or _lookup
        self.allowed_hosts = frozenset(host.lower().strip("[]") for host in allowed_hosts)
        self.options = options or PoolOptions()
        self.limits = limits or Limits()
        self.memory = HeadMemory()
        self.watchdog = Watchdog()
        self.opened = 0
        """Connections opened so far."""
        self.retried = 0
        """Requests sent again because an idle connection turned out to be closed."""
        self.factories: dict[Any, Any] = {}
        """Where request factories are kept, so that users of one pool share them."""
        self.closed = False
        self._tls = (verify, ca_file)
        self._ssl_context = ssl_context
        self._origins: dict[tuple[str, str, int], Origin] = {}

    def ssl_context(self) -> ssl.SSLContext:
        """Made when first needed: loading the certificates takes tens of milliseconds."""
        if self._ssl_context is None:
            verify, ca_file = self._tls
            try:
                self._ssl_context = make_context(verify=verify, ca_file=ca_file)
            except OSError as error:
                raise ConnectError(f"TLS: {ca_file}: {error.strerror or error}") from error
        return self._ssl_context

    def allows(self, host: str) -> bool:
        """Whether `host` may be connected to: by its name, before any resolving."""
        return host in self.allowed_hosts or is_loopback(host)

    def origin(self, url: Url) -> Origin:
        """The origin of `url`. Raises HostNotAllowedError before anything is opened."""
        origin = self._origins.get(url.origin)
        if origin is None:
            if not self.allows(url.host):
                raise HostNotAllowedError(url.host)
            origin = self._origins[url.origin] = Origin(self, url)
        return origin

    @property
    def connections(self) -> int:
        """Connections that are open."""
        return len(self.watchdog.connections)

    @property
    def idle(self) -> int:
        """Connections kept and not in use."""
        return sum(len(origin.idle) for origin in self._origins.values())

    def close(self) -> None:
        """Close every idle connection; those under way close when they are done, or late."""
        self.closed = True
        for origin in self._origins.values():
            while origin.idle:
                origin.idle.popitem()[0].close()


def _lookup(host: str, port: int) -> list[Any]:
    """Addresses of `host`; an address needs no resolver, and so no thread."""
    try:
        return list(
            _socket.getaddrinfo(host, port, 0, _socket.SOCK_STREAM, 0, _socket.AI_NUMERICHOST)
        )
    except _socket.gaierror:
        return list(gevent_socket.getaddrinfo(host, port, 0, _socket.SOCK_STREAM))
