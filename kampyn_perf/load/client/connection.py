"""One connection: bytes out, a response in, on gevent's loop. Times in microseconds.

The read watcher lives as long as the connection and is never re-armed: while a request is under
way it wakes the waiting greenlet, and while the connection is idle it tells the pool at once that
the server closed it. There is no timer per request: the pool's watchdog wakes a greenlet whose
deadline has passed by switching to it with True. What a connection needs of its pool is passed in.
"""

from __future__ import annotations

import _socket
from collections.abc import Callable
from errno import EINPROGRESS, EISCONN
from os import strerror
from ssl import SSLContext
from typing import Any

import gevent
from gevent.monkey import get_original
from greenlet import getcurrent

from kampyn_perf.load.client.errors import ConnectError, ConnectionLostError, TimedOutError
from kampyn_perf.load.client.parser import ResponseParser
from kampyn_perf.load.client.tls import TlsStream
from kampyn_perf.load.client.watchdog import NEVER, Watchdog
from kampyn_perf.load.clock import now_us

_poll = get_original("select", "poll")  # Locust's patching makes it cooperative, and slow
_POLLIN = 1

_READ, _WRITE = 1, 2
_PIECE = 64 * 1024
_PIECES_AT_THE_END = 64
"""What is read of an early answer when nothing more can be sent."""
_CONTINUE_WAIT_US = 1_000_000  # RFC 9110, 10.1.1: do not wait for ever for a 100


class Connection:
    """A socket and the state of its exchange; used by one greenlet at a time."""

    __slots__ = (
        "_forget", "_hub", "_poll", "_recv", "_send", "_sock", "_tls", "_tls_of", "_watchdog",
        "_watcher", "closed", "deadline", "idle_since", "parser", "proven", "sent_any", "unsent",
        "used", "waiter",
    )  # fmt: skip

    def __init__(
        self,
        family: int,
        *,
        parser: ResponseParser,
        watchdog: Watchdog,
        tls: tuple[Callable[[], SSLContext], str] | None,
        forget: Callable[[Connection], None],
    ) -> None:
        """`tls`: where the context comes from, and the server's name; None for plain HTTP. `forget`
        is called with an idle connection that has come to its end."""
        self._watchdog = watchdog
        self._tls_of = tls
        self._forget = forget
        self._hub = gevent.get_hub()
        self._sock: Any = _socket.socket(family, _socket.SOCK_STREAM)
        self._sock.setblocking(False)
        self._sock.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self._tls: TlsStream | None = None
        self._recv: Any = self._sock.recv
        self._send: Any = self._sock.send
        poller = _poll()
        poller.register(self._sock.fileno(), _POLLIN)
        self._poll = poller.poll
        self._watcher: Any = None
        self.parser = parser
        self.waiter: Any = None
        self.deadline = NEVER
        self.sent_any = False
        self.unsent = 0
        """Bytes of the last request that never went out."""
        self.used = False
        self.proven = False
        """Whether it was there yet when it was to be used again."""
        self.idle_since = 0
        self.closed = False

    def connect(self, address: tuple[Any, ...], deadline: int) -> None:
        """Connect, and agree on TLS if the scheme says so. Raises ConnectError, TimedOutError."""
        try:
            code = self._sock.connect_ex(address)
            if code == EINPROGRESS:
                self._wait(_WRITE, deadline, "connecting")
                code = self._sock.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR)
            if code not in (0, EISCONN):
                raise ConnectError(strerror(code))
            self._watcher = self._hub.loop.io(self._sock.fileno(), _READ)
            self._watcher.start(self._on_readable)
            if self._tls_of is not None:
                self._handshake(deadline, *self._tls_of)
        except BaseException:
            self.close()
            raise

    def _handshake(self, deadline: int, context: Callable[[], SSLContext], host: str) -> None:
        stream = TlsStream(self._sock, context(), host)
        stream.shake_hands(lambda: self._wait(_READ, deadline, "agreeing on TLS"))
        self._tls = stream
        self._recv = stream.recv
        self._send = stream.send

    def exchange(self, payload: bytes, deadline: int, read_us: int, total: int) -> None:
        """Send `payload` and read until `parser` is complete.

        `deadline` is the first one; each byte that comes moves it `read_us` on, up to `total`.
        Raises HttpError; the connection is then of no more use.
        """
        parser = self.parser
        self.unsent = len(payload)
        # With TLS an error may come when some records are already under way.
        self.sent_any = self._tls is not None
        self.deadline = deadline
        self.waiter = getcurrent()
        watchdog = self._watchdog
        if deadline < watchdog.next_check:
            watchdog.watch(deadline)
        switch = self._hub.switch
        recv = self._recv
        feed = parser.feed
        try:
            try:
                sent = self._send(payload)
            except BlockingIOError:
                sent = 0
            self.sent_any = True
            self.unsent = len(payload) - sent
            if (sent != len(payload) or self._tls is not None) and (
                self._send_rest(payload, sent, read_us, total) or self._tls_ended()
            ):
                return
            while True:
                if switch():
                    raise TimedOutError(self._late(total))
                try:
                    data = recv(_PIECE)
                except BlockingIOError:
                    continue
                if feed(data) if data else parser.eof():
                    return
                if self._tls_ended():
                    return
                self.deadline = min(now_us() + read_us, total)
        except OSError as error:
            raise ConnectionLostError(error.strerror or str(error)) from error
        finally:
            self.waiter = None

    @property
    def over(self) -> bool:
        """Whether the other side has said that nothing more will come."""
        return self._tls is not None and self._tls.ended

    def _tls_ended(self) -> bool:
        """Whether TLS ended along with the last bytes, and so the response: the socket may not
        tell of it again."""
        return self.over and self.parser.eof()

    def _send_rest(self, payload: bytes, sent: int, read_us: int, total: int) -> bool:
        """Send what the socket would not take at once; True if the response came before the end.

        A server may answer (413, 401) and close without reading the whole body: that answer is
        the result, and the connection is not used again.
        """
        rest = memoryview(payload)[sent:]
        try:
            while True:
                try:
                    if rest:
                        rest = rest[self._send(rest) :]
                        self.deadline = min(now_us() + read_us, total)
                        continue
                    if self._tls is None or self._tls.flush():
                        return False
                except BlockingIOError:
                    pass
                except OSError:
                    if self._drain(_PIECES_AT_THE_END):
                        return True
                    raise
                self._wait(_READ | _WRITE, self.deadline, "sending")
                if self._drain(1):
                    return True
        finally:
            self.unsent = len(rest)

    def _drain(self, pieces: int) -> bool:
        """Read what has come while sending, up to so many `pieces`: a server that sends without
        end must not hold the loop. True when it is a whole response."""
        for _ in range(pieces):
            try:
                data = self._recv(_PIECE)
            except BlockingIOError:
                return False
            if self.parser.feed(data) if data else self.parser.eof():
                self.parser.surplus = True
                return True
        return False

    def exchange_expecting(
        self, head: bytes, body: bytes, deadline: int, read_us: int, total: int
    ) -> None:
        """Send `head`, wait for 100 (or a second, or a final answer), then `body`."""
        parser = self.parser
        wait_until = min(now_us() + _CONTINUE_WAIT_US, deadline)
        self.sent_any = True
        self.deadline = deadline
        self.unsent = len(head)
        try:
            try:
                early = self._send_rest(head, 0, read_us, total)
            finally:
                self.unsent += len(body)
            if early:
                return
            while not parser.interim and now_us() < wait_until:
                try:
                    self._wait(_READ, wait_until, "waiting for 100 Continue")
                except TimedOutError:
                    break
                if self._drain(1):
                    return
        except OSError as error:
            raise ConnectionLostError(error.strerror or str(error)) from error
        self.exchange(body, deadline, read_us, total)

    def _wait(self, events: int, deadline: int, doing: str) -> None:
        """Wait for the socket with a watcher of one use: connecting, TLS and large bodies."""
        self.deadline = deadline
        outer, self.waiter = self.waiter, getcurrent()
        watchdog = self._watchdog
        if deadline < watchdog.next_check:
            watchdog.watch(deadline)
        watcher = self._hub.loop.io(self._sock.fileno(), events)
        watcher.start(self._on_readable)
        try:
            if self._hub.switch():
                raise TimedOutError(doing)
        finally:
            self.waiter = outer
            watcher.stop()
            watcher.close()

    def _late(self, total: int) -> str:
        if self.deadline >= total:
            return "the whole request took too long"
        return "reading the response" if self.parser.received else "no response"

    def _on_readable(self) -> None:
        """On the hub: wake the greenlet that waits, or notice the end of an idle connection."""
        waiter = self.waiter
        if waiter is not None:
            waiter.switch()
        elif not self.closed and self._is_dead():
            self._forget(self)

    def _is_dead(self) -> bool:
        try:
            self._recv(_PIECE)
        except BlockingIOError:
            return False  # TLS housekeeping, such as a session ticket
        except (OSError, ValueError):
            pass
        return True  # closed, or bytes that nobody asked for: either way, not to be used again

    def is_stale(self) -> bool:
        """Whether the server has closed meanwhile, or sent what nobody asked for: asked of the
        kernel before the connection is used again, because the loop may not have turned since."""
        if not self._poll(0):
            return False
        return self._tls is None or self._is_dead()

    def expire(self) -> None:
        """The watchdog: the deadline has passed."""
        waiter = self.waiter
        if waiter is not None:
            waiter.switch(True)
        else:
            self._forget(self)

    def close(self) -> None:
        """Close; harmless when closed."""
        if self.closed:
            return
        self.closed = True
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
        self._sock.close()
        self._watchdog.connections.discard(self)
