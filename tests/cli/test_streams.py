"""Streams that are full or closed, and Ctrl-C before there is anything to end."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path

import orjson
import pytest

from kampyn_perf.results import io
from tests.cli import program
from tests.cli.program import PATIENT, Done
from tests.slo.runs import Run, steady

SHORT = ("--rate", "20", "--for", "1s", *PATIENT)
LOST = "error: the output could not be written to stdout: "


def redirected(folder: Path, where: str, *arguments: str, path: Path | None = None) -> Done:
    """The program as a shell starts it, with `where` behind the command; by itself, or the one
    that is found on a `path`."""
    command = "kampyn-perf" if path else f"{shlex.quote(sys.executable)} -m kampyn_perf"
    environment = program.environment()
    done = subprocess.run(
        ["sh", "-c", f'exec {command} "$@" {where}', "sh", *arguments],
        cwd=folder,
        env=environment | {"PATH": f"{path}:{environment['PATH']}"} if path else environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_data_of_a_program_from_nothing_that_did_not_arrive(tmp_path, where):
    done = redirected(tmp_path, where, "--version")
    assert done.code == 4, done.err
    assert LOST in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("load", "--help"),
        ("load", "--dry-run", "--json"),
        ("check", "--metrics", "--json"),
        ("bench", "generator", "--list"),
        ("backend", "serve", "--show-config"),
    ],
    ids=" ".join,
)
def test_data_that_did_not_arrive_is_no_success(tmp_path, commands, where, arguments):
    done = redirected(tmp_path, where, *arguments, path=commands)
    assert done.code == 4, done.err
    assert LOST in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_a_run_is_kept_though_its_json_was_lost(tmp_path, commands, url, where):
    arguments = ("load", url, "--json", "--out", "run", *SHORT)
    done = redirected(tmp_path, where, *arguments, path=commands)
    assert done.code in (1, 4), done.err
    assert LOST in done.err
    document = orjson.loads((tmp_path / "run" / "result.json").read_bytes())
    assert document["status"] == "complete"
    assert (tmp_path / "run" / "verdict.json").exists()


def test_a_failure_stays_a_failure_where_the_data_did_not_arrive(tmp_path, commands):
    io.write(tmp_path / "run" / "result.json", Run(phases=[("p", steady(seconds=9))]).result())
    target = "objectives={max: {metric: response_time, statistic: max, target: '< 1 us'}}"
    arguments = ("check", "run", "--json", "--set", target)
    done = redirected(tmp_path, ">/dev/full", *arguments, path=commands)
    assert done.code == 1, done.err
    assert LOST in done.err


@pytest.mark.parametrize(
    ("where", "cold"),
    [("2>&-", False), ("2>/dev/full", False), ("<&- >/dev/null 2>&-", True)],
)
def test_a_run_does_without_anybody_to_talk_to(tmp_path, commands, url, where, cold):
    """Once as a Python of its own, whose start is without streams too."""
    arguments = ("load", url, "--out", "run", *SHORT)
    done = redirected(tmp_path, where, *arguments, path=None if cold else commands)
    assert done.code in (0, 1, 4)
    document = orjson.loads((tmp_path / "run" / "result.json").read_bytes())
    assert document["status"] == "complete"
    assert document["sessions"]["completed"] == 20


def test_a_closed_stderr_closes_no_exit_code(tmp_path, commands):
    assert redirected(tmp_path, "2>&-", "load", "--dry-run", path=commands).code == 0
    assert redirected(tmp_path, "2>&-", "load", "--bogus", path=commands).code == 2
    assert redirected(tmp_path, "2>&-", "load", "--profile", "none", path=commands).code == 2


def test_a_pipe_that_is_full_and_does_not_block_is_waited_for(tmp_path):
    """As a parent that reads asynchronously hands it down."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    code = "import sys; from kampyn_perf.cli.streams import install\n"
    code += (
        "output = install(); sys.stdout.write('x' * 1_000_000); sys.exit(bool(output.trouble()))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=program.environment(), stdout=writing
    )
    os.close(writing)
    read: list[bytes] = []

    def drain() -> None:
        time.sleep(0.3)
        with os.fdopen(reading, "rb") as pipe:
            read.append(pipe.read())

    thread = threading.Thread(target=drain)
    thread.start()
    assert process.wait(timeout=30) == 0
    thread.join()
    assert len(read[0]) == 1_000_000


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("typer", ("--help",)),
        ("psutil", ("load", "--dry-run")),
        ("numpy", ("bench", "generator", "--list")),
    ],
)
def test_ctrl_c_while_the_program_is_being_imported(tmp_path, module, arguments):
    (tmp_path / f"{module}.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(10)\n"
    )
    paths = os.pathsep.join([str(tmp_path), str(program.ROOT)])
    done = program.run(tmp_path, *arguments, env={"PYTHONPATH": paths})
    assert (done.code, done.err) == (130, "interrupted\n")
