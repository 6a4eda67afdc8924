"""What happens to words and data whose reader goes away: nothing, and above all not to the run."""

from __future__ import annotations

import os
import pty
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from kampyn_perf.cli import console
from kampyn_perf.results import io
from tests import forked
from tests.cli import program
from tests.cli.program import profile
from tests.slo.runs import Run, steady

LONG = profile("{duration: 60, arrivalRate: 20, name: 'A phase [bold]named[/] :smile:'}")
SHORT = profile("{duration: 2, arrivalRate: 20, name: 'A phase [bold]named[/] :smile:'}")


@contextmanager
def on_terminal(
    folder: Path, *arguments: str, columns: int, childless: bool = False
) -> Iterator[tuple[forked.OnTerminal, int]]:
    """The program on a terminal of its own, and that terminal's other end."""
    outer, inner = pty.openpty()
    termios.tcsetwinsize(inner, (50, columns))
    environment = program.environment({"TERM": "xterm-256color"})
    process = forked.OnTerminal(inner, list(arguments), folder, environment, childless=childless)
    os.close(inner)
    try:
        yield process, outer
    finally:
        process.kill()
        process.wait()


def read_all(handle: int) -> str:
    data = b""
    with suppress(OSError):  # EIO: the program has ended
        while part := os.read(handle, 65536):
            data += part
    os.close(handle)
    return data.decode()


def test_a_run_whose_listener_leaves_goes_on(tmp_path, url):
    process = program.start(tmp_path, "load", url, "--out", "run", *SHORT, childless=True)
    process.stderr.close()
    assert process.wait(timeout=90) in (0, 1, 4)
    document = orjson.loads((tmp_path / "run" / "result.json").read_bytes())
    assert document["status"] == "complete"
    assert document["sessions"]["completed"] == 40
    assert (tmp_path / "run" / "verdict.json").exists()


def test_a_reader_that_leaves_does_not_turn_a_failure_into_a_success(tmp_path):
    io.write(tmp_path / "run" / "result.json", Run(phases=[("p", steady(seconds=9))]).result())
    target = "objectives={p50: {metric: response_time, statistic: p50, target: '< 1 us'}}"
    arguments = ("check", "run", "--json", "--set", target)
    assert program.run(tmp_path, *arguments).code == 1
    process = program.start(tmp_path, *arguments)
    process.stdout.close()
    assert process.wait(timeout=60) == 1


def test_a_terminal_that_is_closed_ends_the_run_in_order(tmp_path):
    """With the bundled backend: not one of its processes may stay."""
    arguments = ("load", *program.CHEAP, *program.SMALL, "--out", "run", *LONG)
    path = tmp_path / "run" / "result.json"
    with on_terminal(tmp_path, *arguments, columns=80) as (process, terminal):
        program.wait_for(path.exists, what="the first save")
        processes = program.descendants(process.pid)
        os.close(terminal)
        assert process.wait(timeout=60) == 143
    assert orjson.loads(path.read_bytes())["status"] == "partial"
    assert (path.parent / "verdict.json").exists()
    assert processes
    program.wait_for(lambda: program.all_gone(processes), what="the end of every process")


@pytest.mark.parametrize("columns", [80, 130])
def test_figures_and_names_are_whole_at_any_width(tmp_path, url, columns):
    typed = ("load", url, *SHORT)
    with on_terminal(tmp_path, *typed, columns=columns, childless=True) as (process, terminal):
        said = read_all(terminal)
        process.wait(timeout=60)
    assert "offered 20/s" in said, "the live view was there"
    assert "A phase [bold]named[/] :smile:" in said
    assert "…" not in said
    assert ("service P95" in said) is (columns == 130)


def test_rows_can_be_told_apart_in_a_narrow_terminal(tmp_path, against):
    phases = profile("{duration: 1, arrivalRate: 10, name: One}", "{duration: 1, arrivalRate: 5}")
    said = program.run(tmp_path, "load", *against, *phases, env={"COLUMNS": "40"}).out
    table = said[said.index("endpoint") : said.index("sessions planned")].splitlines()[:-1]
    assert all(len(line) <= 40 for line in table)
    for name in ("/api/user/auth/check", "/cart/add/{userId}", "One ", "Phase 2 "):
        assert any(line.startswith(name) or f" {name}" in line for line in table), table
    heads = [line.split() for line in table if line.startswith(("endpoint", "phase"))]
    assert all(head[-1] == "P95" for head in heads), heads
    assert "requests" not in heads[0]


def test_a_line_is_out_at_once_though_a_live_display_stands_before_stdout(monkeypatch):
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with os.fdopen(writing, "wb") as buffer:
        monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=buffer, flush=lambda: None))
        console.print_text("fired")
        assert os.read(reading, 20) == b"fired\n"
    os.close(reading)
