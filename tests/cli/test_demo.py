"""`kampyn-perf demo` as the real program: every step is run, and nothing of it is left running.

Tests `kampyn_perf/cli/demo_steps.py` too.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests import forked_function
from tests.cli import program
from tests.cli.docs import pages
from tests.cli.on_path import called_there
from tests.forked_function import Function


def run(folder: Path, commands: Path, *arguments: str) -> program.Done:
    """With what it calls forked; its `backend serve` starts from nothing."""
    environment = program.environment({"KAMPYN_BACKEND_WORKERS": "1"})
    environment["PATH"] = f"{commands}:{environment['PATH']}"
    process = Function(forked_function.program, called_there, list(arguments), folder, environment)
    out, err = process.communicate(timeout=170)
    return program.Done(process.wait(), out, err)


@pytest.mark.long
def test_the_whole_story_in_small(tmp_path: Path, commands: Path) -> None:
    """The second line of its help; the first is the same with other numbers."""
    line = pages.one(pages.HELP, "demo --orders")
    small = pages.typed(line, {"50000": "1000", "10s": "2s"})
    done = run(tmp_path, commands, *small, "--rate", "5")
    assert done.code == 0, done.err
    commands = re.findall(
        r"^\$ kampyn-perf (\w+(?: (?:seed|serve|advise|plan|apply))?)", done.err, re.M
    )
    assert commands == [
        *("backend seed", "backend serve", "load", "indexes advise", "indexes plan"),
        *("indexes apply", "load", "compare"),
    ]
    runs = tmp_path / "kampyn-demo" / "reports"
    p95 = []
    for name in ("before", "after"):
        result = io.read(runs / name / names.RESULT_FILE, {names.LOAD_SCHEMA: LoadResult})
        assert result.sessions.completed == 10
        assert (runs / name / names.REPORT_FILE).read_text().startswith("<!doctype html>")
        p95 += [one.requests.response.p95_us for one in result.endpoints if "active" in one.name]
    assert len(p95) == 2
    assert "without its index" in done.err
    port = re.search(r"backend serve --port (\d+)", done.err)
    assert port
    assert program.run(tmp_path, "load", f"localhost:{port[1]}/health", "--for", "1s").code == 3


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "mine" / "file"
    kept.parent.mkdir()
    kept.write_text("kept")
    done = program.run(tmp_path, "demo", "--out", "mine")
    assert done.code == 2
    assert "mine is there and is not an empty folder" in done.err
    assert [each.name for each in kept.parent.iterdir()] == ["file"]
