"""A TCP proxy on loopback that delays, stalls, loses and resets connections when it is told to.

    python -m kampyn_perf.faults.proxy LISTEN HOST PORT

prints its port, then reads `ACTION MICROSECONDS` from stdin, line by line, and answers `done`. Ends
with its stdin: whoever started it cannot leave it behind.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from contextlib import suppress

_CHUNK = 65536
_QUEUED = 64
"""Pieces that may be on their way in one direction of a connection."""
_CLOSING = ("loss", "reset")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Switch:
    """What is done to connections now, and those that are open."""

    def __init__(self) -> None:
        self.action = "pass"
        self.by_seconds = 0.0
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._open: set[asyncio.StreamWriter] = set()

    def turn(self, action: str, by_us: int) -> None:
        """From now on `action`."""
        self.action = action
        self.by_seconds = by_us / 1e6 if action == "delay" else 0.0
        if action == "stall":
            self.flowing.clear()
        else:
            self.flowing.set()
        if action in _CLOSING:
            for writer in list(self._open):
                self.close(writer)

    def close(self, writer: asyncio.StreamWriter) -> None:
        """As the fault of the moment closes connections."""
        if self.action == "reset":
            sock = writer.get_extra_info("socket")
            if sock is not None:
                linger = struct.pack("ii", 1, 0)  # a close that sends a reset
                with suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        else:
            writer.close()

    def opened(self, *writers: asyncio.StreamWriter) -> None:
        self._open.update(writers)

    def forget(self, *writers: asyncio.StreamWriter) -> None:
        self._open.difference_update(writers)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, do: Switch) -> None:
    """One direction: every piece at its own due time, in order."""
    clock = asyncio.get_running_loop().time
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_QUEUED)

    async def take() -> None:
        data = b"."
        while data:
            try:
                data = await reader.read(_CHUNK)
            except OSError:
                data = b""
            await pieces.put((clock() + do.by_seconds, data))

    taking = asyncio.create_task(take())
    try:
        while True:
            due, data = await pieces.get()
            if (wait := due - clock()) > 0:
                await asyncio.sleep(wait)
            await do.flowing.wait()
            if not data:
                writer.write_eof()
                return
            writer.write(data)
            await writer.drain()
    finally:
        taking.cancel()


async def _connect(client: Streams, host: str, port: int, do: Switch) -> None:
    reader, writer = client
    writers = [writer]
    do.opened(writer)
    try:
        if do.action in _CLOSING:
            do.close(writer)
            return
        await do.flowing.wait()
        behind_reader, behind = await asyncio.open_connection(host, port)
        writers.append(behind)
        do.opened(behind)
        await asyncio.gather(
            _carry(reader, behind, do), _carry(behind_reader, writer, do), return_exceptions=True
        )
    except OSError:
        pass  # nobody is there, or the connection broke: whoever asked sees a closed connection
    finally:
        do.forget(*writers)
        for one in writers:
            with suppress(OSError, RuntimeError):
                one.close()


async def serve(listen: int, host: str, port: int) -> None:
    """Until stdin ends."""
    do = Switch()
    loop = asyncio.get_running_loop()
    try:
        server = await asyncio.start_server(
            lambda reader, writer: _connect((reader, writer), host, port, do), "127.0.0.1", listen
        )
    except OSError as error:
        _say(error.strerror or str(error))
        return
    _say(str(server.sockets[0].getsockname()[1]))
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        action, _, by = line.strip().partition(" ")
        do.turn(action, int(by or 0))
        _say("done")
    server.close()


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
