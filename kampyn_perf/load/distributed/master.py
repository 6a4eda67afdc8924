"""The master's relay: `python -m kampyn_perf.load.distributed.master HOST PORT`, a child process.

Locust's MasterRunner listens for workers; their reports go to the coordinator, and its commands to
them. It knows nothing of load: it counts workers in, compares clocks, and notices who falls silent.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import gevent
import orjson

from kampyn_perf import __version__
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.distributed.remote import (
    GREETING_PINGS,
    LINE,
    MASTER_PATIENCE_SECONDS,
    MESSAGE,
    PING_SECONDS,
    SECRET_VARIABLE,
    ClockComparison,
    Word,
)
from kampyn_perf.load.generator.link import ParentPipes, follow
from kampyn_perf.load.generator.starting import cheap_imports
from kampyn_perf.load.messages import (
    Dismiss,
    Forward,
    ListenFailed,
    Listening,
    RunOver,
    ToRelay,
    WorkerClock,
    WorkerJoined,
    WorkerLost,
)

with cheap_imports():
    from locust.env import Environment

    from kampyn_perf.load.distributed.secrecy import protect

_MOST = 1000
"""Workers that may join one run, those that were lost among them."""


@dataclass
class Member:
    """A worker that was counted in."""

    index: int
    client_id: str
    host: str
    heard_us: int
    clock: ClockComparison = field(default_factory=ClockComparison)
    announced: bool = False
    lost: bool = False


class Relay:
    """Between one coordinator and its workers."""

    def __init__(self, runner: Any, pipes: ParentPipes) -> None:
        self._runner = runner
        self._pipes = pipes
        self._by_client: dict[str, Member] = {}
        self._by_index: dict[int, Member] = {}
        self._over = False
        runner.register_message(MESSAGE, self._on_message)
        follow(pipes.read, self._on_message_from_coordinator, self._on_gone)
        gevent.spawn(self._ping_forever)

    def _on_message(self, environment: Any, msg: Any) -> None:  # noqa: ARG002 (Locust's signature)
        line: bytes = msg.data[LINE]
        member = self._by_client.get(msg.node_id)
        if member is None:
            self._on_stranger(msg.node_id, orjson.loads(line))
        elif member.lost:
            self._refuse(msg.node_id, "the master had given this worker up; it was not heard of")
        else:
            member.heard_us = now_us()
            # Few messages are for the relay; reports, which may be long, are passed on unread.
            if line.startswith(_PONG):
                self._on_pong(member, orjson.loads(line))
            elif line.startswith(_LEAVE):
                member.lost = True
                how = orjson.loads(line)["how"]
                self._pipes.send(WorkerLost(index=member.index, how=how))
            else:
                self._pipes.send_raw(_FORWARDED % (member.index, line))

    def _on_stranger(self, client_id: str, message: dict[str, Any]) -> None:
        if message["type"] != Word.HELLO:
            return
        if message["version"] != __version__:
            self._refuse(
                client_id,
                f"the master runs kampyn-perf {__version__}, this worker {message['version']}",
            )
        elif len(self._by_client) >= _MOST:
            self._refuse(client_id, f"{_MOST} workers have joined this run already")
        else:
            index = len(self._by_client)
            member = Member(index, client_id, message["host"], now_us())
            self._by_client[client_id] = self._by_index[index] = member
            self._tell(member, {"type": Word.WELCOME})
            self._ping(member)

    def _on_pong(self, member: Member, message: dict[str, Any]) -> None:
        heard_us = now_us()
        own_ahead_us = time.time_ns() // 1000 - now_us()
        offset_us = message["clock"] - (message["at"] + heard_us) // 2
        member.clock.add(
            sent_us=message["at"],
            heard_us=heard_us,
            clock_us=message["clock"],
            wall_ahead_us=message["ahead"] - own_ahead_us + offset_us,
        )
        if not member.announced and member.clock.count < GREETING_PINGS:
            self._ping(member)
            return
        self._pipes.send(WorkerClock(index=member.index, reading=member.clock.best))
        if not member.announced:
            member.announced = True
            self._pipes.send(WorkerJoined(index=member.index, host=member.host))

    def _on_message_from_coordinator(self, message: ToRelay) -> None:
        if isinstance(message, RunOver):
            self._over = True
            return
        member = self._by_index.get(message.to)
        if member is None:
            return
        if isinstance(message, Dismiss):
            member.lost = True
            self._refuse(member.client_id, message.why)
        elif isinstance(message, Forward) and not member.lost:
            self._tell(member, dict(message.command))

    def _on_gone(self) -> None:
        """The coordinator is gone, in order or not: so is the run."""
        for member in self._by_index.values():
            if self._over and not member.lost:
                self._tell(member, {"type": Word.BYE})
            elif not member.lost:
                self._refuse(member.client_id, "the master has died")
        gevent.sleep(0.3)  # what was told has to leave this process
        os._exit(0)

    def _ping_forever(self) -> None:
        while True:
            gevent.sleep(PING_SECONDS)
            for member in list(self._by_index.values()):
                silent_us = now_us() - member.heard_us
                if member.lost:
                    continue
                if silent_us > MASTER_PATIENCE_SECONDS * 1e6:
                    member.lost = True
                    how = f"was not heard of for {silent_us / 1e6:.1f} s"
                    self._pipes.send(WorkerLost(index=member.index, how=how))
                else:
                    self._ping(member)

    def _ping(self, member: Member) -> None:
        self._tell(member, {"type": Word.PING, "at": now_us()})

    def _refuse(self, client_id: str, why: str) -> None:
        self._send(client_id, {"type": Word.REFUSE, "why": why})

    def _tell(self, member: Member, message: dict[str, Any]) -> None:
        self._send(member.client_id, message)

    def _send(self, client_id: str, message: dict[str, Any]) -> None:
        self._runner.send_message(MESSAGE, {LINE: orjson.dumps(message)}, client_id)


_FORWARDED = b'{"type":"Forwarded","index":%d,"report":%s}\n'
"""`messages.Forwarded`, around a report that is not looked into: it may be long."""
_PONG = orjson.dumps({"type": Word.PONG})[:-1]
_LEAVE = orjson.dumps({"type": Word.LEAVE})[:-1]


def main() -> None:
    """Entry point of the process."""
    pipes = ParentPipes()
    host, port = sys.argv[1], int(sys.argv[2])
    if secret := os.environ.get(SECRET_VARIABLE):
        protect(secret, master=True)
    try:
        runner = Environment().create_master_runner(host, port)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (Locust exits, zmq has its own kinds)
        taken = isinstance(error, SystemExit) or "already in use" in str(error)
        why = "another program has the port" if taken else str(error)
        pipes.send(ListenFailed(why=f"cannot listen on {host}:{port}: {why}"))
        return
    relay = Relay(runner, pipes)
    pipes.send(Listening(port=runner.server.port))
    gevent.wait()
    del relay


if __name__ == "__main__":
    main()
