"""Streams that are full or closed, and Ctrl-C before there is anything to end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import orjson
import pytest

from tests.cli import program
from tests.cli.program import Done, profile

SHORT = profile("{duration: 1, arrivalRate: 20}")
LOST = "error: the output could not be written to stdout: "


def redirected(folder, where: str, *arguments: str) -> Done:
    """The program as a shell starts it, with `where` behind the command."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -m kampyn_perf "$@" {where}', sys.executable, *arguments],
        cwd=folder,
        env=program.environment(),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def result(tmp_path_factory, backend):
    """A run of a second, whose folder is to be judged."""
    folder = tmp_path_factory.mktemp("result")
    against = ("--target", backend.url, "--data", str(backend.data_file))
    program.run(folder, "load", *against, "--out", "run", *SHORT)
    return folder / "run"


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
def test_data_that_did_not_arrive_is_no_success(tmp_path, where, arguments):
    done = redirected(tmp_path, where, *arguments)
    assert done.code == 4, done.err
    assert LOST in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("where", [">/dev/full", ">&-"])
def test_a_run_is_kept_though_its_json_was_lost(tmp_path, against, where):
    done = redirected(tmp_path, where, "load", *against, "--json", "--out", "run", *SHORT)
    assert done.code in (1, 4), done.err
    assert LOST in done.err
    document = orjson.loads((tmp_path / "run" / "result.json").read_bytes())
    assert document["status"] == "complete"
    assert (tmp_path / "run" / "verdict.json").exists()


def test_a_failure_stays_a_failure_where_the_data_did_not_arrive(tmp_path, result):
    target = "objectives={max: {metric: response_time, statistic: max, target: '< 1 us'}}"
    done = redirected(tmp_path, ">/dev/full", "check", str(result), "--json", "--set", target)
    assert done.code == 1, done.err
    assert LOST in done.err


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full", "<&- >/dev/null 2>&-"])
def test_a_run_does_without_anybody_to_talk_to(tmp_path, against, where):
    done = redirected(tmp_path, where, "load", *against, "--out", "run", *SHORT)
    assert done.code in (0, 1, 4)
    document = orjson.loads((tmp_path / "run" / "result.json").read_bytes())
    assert document["status"] == "complete"
    assert document["sessions"]["completed"] == 20


def test_a_closed_stderr_closes_no_exit_code(tmp_path):
    assert redirected(tmp_path, "2>&-", "load", "--dry-run").code == 0
    assert redirected(tmp_path, "2>&-", "load", "--bogus").code == 2
    assert redirected(tmp_path, "2>&-", "load", "--profile", "none").code == 2


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
