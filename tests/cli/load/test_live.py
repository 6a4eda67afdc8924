"""A run on a terminal of sixty columns, seen as a person sees it."""

from __future__ import annotations

import os
import pty
import select
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

from kampyn_perf.cli.load.live_rows import fitting
from kampyn_perf.cli.load.standing import Fact
from kampyn_perf.cli.load.tables import broken_name
from tests import forked
from tests.cli import program
from tests.load.conftest import start_server

COLUMNS, LINES = 60, 40


class Terminal:
    """The real program in a terminal of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        self._handle, inner = pty.openpty()
        self.resize(COLUMNS)
        environment = program.environment({"TERM": "xterm-256color"})
        self._process = forked.OnTerminal(
            inner, list(arguments), folder, environment, childless=True
        )
        os.close(inner)

    def resize(self, columns: int) -> None:
        termios.tcsetwinsize(self._handle, (LINES, columns))
        self.screen.resize(LINES, columns)

    def press(self, keys: str) -> None:
        os.write(self._handle, keys.encode())

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def until(self, holds: Callable[[list[str]], bool], *, seconds: float = 60) -> list[str]:
        """Read until it holds of what is shown; fails after so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self._read():
                break
            if holds(self.lines):
                return self.lines
        pytest.fail("\n".join(["it never held of:", *self.lines]))

    def end(self) -> int:
        """Its exit code; it is killed if it does not end by itself."""
        give_up = time.monotonic() + 60
        while self._read() and time.monotonic() < give_up:
            pass
        if time.monotonic() >= give_up:
            self._process.kill()
        return self._process.wait()

    def close(self) -> None:
        """It is killed, whatever it is at."""
        self._process.kill()
        self._process.wait()
        os.close(self._handle)

    def _read(self) -> bool:
        if not select.select([self._handle], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._handle, 65_536)
        except OSError:  # the program has closed its end
            return False
        self._stream.feed(data)
        return bool(data)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    server = start_server()
    url = f"http://127.0.0.1:{server.port}/health"
    started = Terminal(tmp_path, "load", url, "--rate", "20", "--for", "60s", *program.PATIENT)
    try:
        yield started
    finally:
        started.close()
        server.process.kill()
        server.process.communicate()


@pytest.mark.parametrize(
    ("room", "gone"),
    [
        (6, set()),
        (5, {"server"}),
        (4, {"server", "generators"}),
        (0, {"server", "generators", "errors"}),
    ],
)
def test_in_few_lines_what_matters_least_goes_first(room: int, gone: set[str]) -> None:
    told = ("phase", "objectives", "errors", "generators", "server", "keys")
    shown = fitting([Fact(label, "") for label in told], len, room)
    assert [fact.label for fact in shown] == [label for label in told if label not in gone]


def labels(lines: list[str]) -> set[str]:
    return {line.split("  ")[0] for line in lines}


def test_it_is_calm_in_sixty_columns_and_obeys_its_keys(terminal: Terminal) -> None:
    shown = terminal.until(lambda lines: "objectives" in labels(lines))
    assert {"phase", "sessions", "requests", "P50 / P95 / P99", "lateness", "generator"} <= labels(
        shown
    )
    assert sum(line.startswith("phase ") for line in shown) == 1
    assert not any(line.startswith("→") for line in shown)
    terminal.press("p")
    shown = terminal.until(lambda lines: any(line.startswith("→") for line in lines))
    terminal.resize(90)
    terminal.press("p")
    shown = terminal.until(lambda lines: not any(line.startswith("→") for line in lines))
    terminal.until(lambda lines: sum(line.startswith("phase ") for line in lines) == 1)
    terminal.press("q")
    terminal.until(lambda lines: any("PARTIAL: ended early by SIGINT" in line for line in lines))
    assert terminal.end() == 130


def test_a_name_without_room_is_broken_between_its_parts() -> None:
    name = "GET /api/item/retail/uni/{uniId}"
    assert broken_name(name, 40) == name
    assert broken_name(name, 26) == "GET /api/item/retail/uni/\n{uniId}"
    assert broken_name(name, 20) == "GET /api/item/\nretail/uni/{uniId}"
    assert broken_name(name, 28) == "GET\n/api/item/retail/uni/{uniId}"
    assert broken_name("unbroken" * 3, 10) == "unbroken" * 3
