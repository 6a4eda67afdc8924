"""MongoDB's wire protocol, as little of it as a driver needs: frames in, frames out.

OP_MSG (2013) with its body and document sequences, and the legacy OP_QUERY of a first handshake.
Source: mongodb.com/docs/manual/reference/mongodb-wire-protocol.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import bson

Document = dict[str, Any]
OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
MORE_TO_COME = 2


class HangUpError(Exception):
    """Raised by a handler: close this connection without an answer."""


class WireServer:
    """Answers commands with `handle(command) -> reply`, one thread per connection."""

    def __init__(self, handle: Callable[[Document], Document]) -> None:
        self._handle = handle
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: set[socket.socket] = set()
        self._closing = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def close(self) -> None:
        self._closing.set()
        self._listener.close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                while True:
                    self._answer(connection)
        except (OSError, EOFError, HangUpError):
            pass
        finally:
            self._connections.discard(connection)

    def _answer(self, connection: socket.socket) -> None:
        length, request, _, code = struct.unpack("<iiii", _exactly(connection, 16))
        payload = _exactly(connection, length - 16)
        if code == OP_QUERY:
            name_end = payload.index(b"\0", 4) + 1
            reply = self._handle(bson.decode(payload[name_end + 8 :]))
            body = struct.pack("<iqii", 8, 0, 0, 1) + bson.encode(reply)
            connection.sendall(_header(body, request, OP_REPLY) + body)
            return
        flags = struct.unpack_from("<I", payload)[0]
        reply = self._handle(_command(payload[4:]))
        if not flags & MORE_TO_COME:
            body = struct.pack("<IB", 0, 0) + bson.encode(reply)
            connection.sendall(_header(body, request, OP_MSG) + body)


def _command(sections: bytes) -> Document:
    """The body, with the documents of each sequence under its name."""
    command: Document = {}
    position = 0
    sequences: Document = {}
    while position < len(sections):
        kind = sections[position]
        size = struct.unpack_from("<i", sections, position + 1)[0]
        content = sections[position + 1 : position + 1 + size]
        if kind == 0:
            command = bson.decode(content)
        else:
            name_end = content.index(b"\0", 4)
            name = content[4:name_end].decode()
            sequences[name] = bson.decode_all(content[name_end + 1 :])
        position += 1 + size
    return command | sequences


def _header(body: bytes, request: int, code: int) -> bytes:
    return struct.pack("<iiii", len(body) + 16, request + 1, request, code)


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data
