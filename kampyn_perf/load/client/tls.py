"""TLS over a non-blocking socket, with the two methods of a socket that a connection needs.

The engine is OpenSSL on memory buffers, so that a TLS connection waits on the very same watcher as
a plain one.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from kampyn_perf.load.client.errors import ConnectError

_PIECE = 64 * 1024
_REASONS = {
    "WRONG_VERSION_NUMBER": "the port does not speak TLS; is it http:// ?",
    "RECORD_LAYER_FAILURE": "the port does not speak TLS; is it http:// ?",
}


def make_context(*, verify: bool = True, ca_file: str | None = None) -> ssl.SSLContext:
    """A client's context: verification on unless told otherwise, HTTP/1.1 by ALPN."""
    context = ssl.create_default_context(cafile=ca_file)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


class TlsStream:
    """`recv` and `send` as a non-blocking socket has them: BlockingIOError when nothing moves."""

    __slots__ = ("_incoming", "_object", "_outgoing", "_pending", "_socket", "ended")

    def __init__(self, socket: Any, context: ssl.SSLContext, host: str) -> None:
        self._socket = socket
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._pending = b""
        self.ended = False
        """Whether nothing more will come."""

    def shake_hands(self, wait: Callable[[], None]) -> None:
        """Agree with the other side; `wait` is for more of it to come. Raises ConnectError."""
        try:
            while not self._handshake_step():
                wait()
        except ssl.SSLCertVerificationError as error:
            raise ConnectError(f"TLS: {error.verify_message}") from error
        except ssl.SSLError as error:
            reason = _REASONS.get(error.reason, error.reason)
            raise ConnectError(f"TLS: {reason or error}") from error
        except OSError as error:
            raise ConnectError(f"TLS: {error.strerror or error}") from error

    def _handshake_step(self) -> bool:
        """One step with what is there; True when done."""
        self._fill()
        try:
            self._object.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            done = False
        except ssl.SSLError:
            self._try_flush()  # the alert, so that the server's log says why
            raise
        self.flush()
        return done

    def recv(self, _size: int = _PIECE) -> bytes:
        """All that can be decrypted now; b"" at the end. Raises BlockingIOError if nothing can."""
        if self.ended:
            return b""
        pieces: list[bytes] = []
        ended = not self._fill()
        while True:
            try:
                piece = self._object.read(_PIECE)
            except ssl.SSLWantReadError:
                break
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                ended = True
                break
            if not piece:
                ended = True
                break
            pieces.append(piece)
        self._try_flush()
        self.ended = ended
        if not pieces and not ended:
            raise BlockingIOError
        return b"".join(pieces)

    def send(self, data: bytes | memoryview) -> int:
        """Take some of `data`; what could not be written yet is kept: see `flush`."""
        if self._pending and not self.flush():
            raise BlockingIOError
        taken = self._object.write(data[:_PIECE])
        self.flush()
        return taken

    def flush(self) -> bool:
        """Write what is encrypted and waiting; False if some is still waiting."""
        self._pending += self._outgoing.read()
        while self._pending:
            try:
                written = self._socket.send(self._pending)
            except BlockingIOError:
                return False
            self._pending = self._pending[written:]
        return True

    def _try_flush(self) -> None:
        with suppress(OSError):
            self.flush()

    def _fill(self) -> bool:
        """Take what the socket has, if anything; False at its end."""
        try:
            data = self._socket.recv(_PIECE)
        except BlockingIOError:
            return True
        if data:
            self._incoming.write(data)
            return True
        self._incoming.write_eof()
        return False
