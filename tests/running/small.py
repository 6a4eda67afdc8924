"""Small suites, for the tests of how a suite runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli import program

CONFTEST = """
pytest_plugins = ["tests.running.fast", "tests.running.order", "tests.running.workers"]
"""
PLUGINS = ("-p", "xdist")
"""No other one that happens to be installed: each process of a suite would import them all."""
MARKERS = ("program", "long", "alone", "mongo")
TRACE = """
import os, pathlib, time
import pytest
TRACE = pathlib.Path(__file__).parent / "trace"
def note(word):
    with TRACE.open("a") as file:
        file.write(f"{word} {os.getpid()}\\n")
"""


def run_suite(
    folder: Path,
    bodies: dict[str, str],
    *arguments: str,
    fails: int = 0,
    conftest: str = CONFTEST,
) -> list[list[str]]:
    """What tests of these modules noted: a word and a process, in the order of time."""
    (folder / "conftest.py").write_text(conftest)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    " + "\n    ".join(MARKERS))
    for name, body in bodies.items():
        (folder / name).write_text(TRACE + body)
    done = run_module(folder, "pytest", "-q", "-p", "no:cacheprovider", *PLUGINS, *arguments)
    assert done.returncode == (1 if fails else 0), done.stdout + done.stderr
    assert f"{fails} failed" in done.stdout or not fails, done.stdout
    trace = folder / "trace"
    return [line.split() for line in trace.read_text().splitlines()] if trace.exists() else []


def run_module(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m <module>` in a folder, with no plugins of pytest but those that are named."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=program.environment({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
