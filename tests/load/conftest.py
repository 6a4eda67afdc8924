"""A recording server, a data file, and a load against it as the real program."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests import forked, forked_function, forked_generator
from tests.cli import program
from tests.forked_function import Function
from tests.load import server as recording

DATA = {
    "schema": names.DATA_SCHEMA,
    "version": names.DATA_VERSION,
    "uniId": "1",
    "users": [{"id": f"u{n}", "email": f"u{n}@x", "password": "p"} for n in range(7)],
    "vendors": [{"id": "v0"}, {"id": "v1"}],
    "items": [{"id": f"i{n}", "vendorId": "v0"} for n in range(5)],
}


@dataclass
class Server:
    process: Function
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def seen(self) -> list[tuple[int, str]]:
        """(moment in µs, path) of every request that came."""
        with urllib.request.urlopen(f"{self.url}/seen", timeout=10) as response:
            return [(moment, path) for moment, path in json.load(response)]


def start_server(host: str = "127.0.0.1", *, first: Callable[[], None] | None = None) -> Server:
    """`first` is called in its process before it begins."""
    process = Function(recording.serve, host, first)
    return Server(process, host, int(process.stdout.readline()))


def end(server: Server) -> None:
    server.process.kill()
    server.process.communicate()


@pytest.fixture
def server() -> Iterator[Server]:
    running = start_server()
    yield running
    end(running)


@pytest.fixture
def data_file(tmp_path: Path) -> Path:
    path = tmp_path / "data.json"
    path.write_bytes(orjson.dumps(DATA))
    return path


@dataclass
class Load:
    """A load against the recording server, in a folder of its own.

    Nothing is watched beside it: probes would be among what the server has seen, and how busy the
    machine is would be among what is judged.
    """

    folder: Path
    server: Server
    data: Path

    def flags(self, *phases: str, limits: tuple[str, ...] = program.PATIENT) -> tuple[str, ...]:
        return (
            *("load", "--target", self.server.url, "--data", str(self.data), "--out", "run"),
            "--no-watch",
            *program.profile(*phases, limits=limits),
        )

    def run(self, *phases: str, more: tuple[str, ...] = (), **options: Any) -> LoadResult:
        done = program.run(self.folder, *self.flags(*phases), *more, **options)
        assert (self.folder / "run" / "result.json").exists(), done.err
        return self.result

    def start(
        self,
        *phases: str,
        more: tuple[str, ...] = (),
        limits: tuple[str, ...] = program.PATIENT,
        env: dict[str, str] | None = None,
        childless: bool = True,
    ) -> program.Process:
        """Unless it is about what becomes of its children, its generators are none."""
        arguments = [*self.flags(*phases, limits=limits), *more]
        return forked.Started(arguments, self.folder, program.environment(env), childless=childless)

    def start_after(
        self,
        first: Callable[[], None],
        *phases: str,
        more: tuple[str, ...] = (),
        limits: tuple[str, ...] = program.PATIENT,
    ) -> Function:
        """`first` is called in the program's process before it begins, and its generators have of
        it what children would."""
        arguments = [*self.flags(*phases, limits=limits), *more]
        environment = forked_generator.with_address(arguments, program.environment())
        return Function(forked_function.program, first, arguments, self.folder, environment)

    def generators(self) -> list[psutil.Process]:
        """The processes of the run, unless they are children of the program."""
        return forked_generator.running(self.folder)

    @property
    def result(self) -> LoadResult:
        return io.read(self.folder / "run" / "result.json", {names.LOAD_SCHEMA: LoadResult})

    def until_second(self, second: int) -> None:
        """Wait until the run has told of so many seconds (shortly before each is full)."""
        path, seen = self.folder / "run" / "result.json", 0

        def reached() -> bool:
            nonlocal seen
            try:
                written = path.stat().st_mtime_ns
                if written == seen:  # about once a second
                    return False
                elapsed_us, seen = self.result.elapsed_us, written
            except Exception:
                return False
            return elapsed_us >= second * 1_000_000 - 20_000

        program.wait_for(reached, what=f"second {second} of the run")


@pytest.fixture
def load(tmp_path: Path, server: Server, data_file: Path) -> Load:
    return Load(tmp_path, server, data_file)


@pytest.fixture
def warm_generators() -> Iterator[None]:
    """This process's own runs get generators that are forked from one that has their modules."""
    with forked_generator.warm():
        yield


NAMESPACES_HINT = "network namespaces are not permitted here (ip netns add, as root)"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One visible line when the runs on three hosts could not be tried: no skip in silence."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if NAMESPACES_HINT in str(getattr(report, "longrepr", ""))
    ]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} tests on several hosts were SKIPPED: {NAMESPACES_HINT}.", yellow=True
        )
