"""The proxy, as seen from the run: a process of its own that ends with us."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress

from kampyn_perf.errors import KampynError
from kampyn_perf.faults.actions.traces import Traces


class Proxy:
    """Passes connections on, until it is told otherwise. A context manager ends it."""

    def __init__(self, host: str, port: int, *, listen: int = 0) -> None:
        """Starts it in front of `host` and `port`; `listen` 0 takes a free port of loopback.
        Raises KampynError."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kampyn_perf.faults.proxy", str(listen), host, str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        assert self._process.stdout  # noqa: S101 (Popen's own promise)
        said = self._process.stdout.readline().strip()
        if not said.isdigit():
            self.close()
            where = f"port {listen}" if listen else "a free port"
            raise KampynError(
                f"the proxy for network faults cannot listen on {where} of 127.0.0.1"
                + (f": {said}" if said else ""),
                hint="Name another port with listen, or end what has it.",
            )
        self.port = int(said)

    def tell(self, action: str, by_us: int = 0) -> None:
        """`pass`, `delay`, `stall`, `loss` or `reset`; returns when it is so. Raises OSError."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin  # noqa: S101
        assert stdout  # noqa: S101
        stdin.write(f"{action} {by_us}\n")
        stdin.flush()
        if stdout.readline().strip() != "done":
            raise OSError("the proxy for network faults is gone")

    def close(self) -> None:
        """All its connections end with it."""
        with suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


class Network:
    """What the proxy does while the fault lasts."""

    traces = Traces()

    def __init__(self, proxy: Proxy, action: str, *, by_us: int) -> None:
        self._proxy, self._action, self._by_us = proxy, action, by_us

    def begin(self) -> None:
        self._proxy.tell(self._action, self._by_us)

    def end(self) -> None:
        self._proxy.tell("pass")
