"""A way to a port that begins when it is wanted, and keeps what passes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Wiretap:
    """Forwards a port to another, and keeps what passes."""

    def __init__(self, to: int, port: int = 0) -> None:
        self._to = to
        self.heard = bytearray()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                one, _address = self._listener.accept()
            except OSError:
                return
            two = socket.create_connection(("127.0.0.1", self._to))
            for source, sink in ((one, two), (two, one)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.heard += data
                sink.sendall(data)
        except OSError:
            pass
        finally:
            sink.close()

    def close(self) -> None:
        self._listener.close()


@contextmanager
def tapped(to: int, *, port: int = 0) -> Iterator[Wiretap]:
    """Until the end of the block; at any port, or at one that somebody waits for."""
    tap = Wiretap(to, port)
    try:
        yield tap
    finally:
        tap.close()
