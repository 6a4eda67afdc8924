"""The facts of a machine, with a real git checkout."""

from __future__ import annotations

import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from kampyn_perf import __version__, compiled, machine
from kampyn_perf.process_limits import usable_cpus
from tests import fitting


def _git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    command = ["git", "-C", str(folder), *who, *arguments]
    return subprocess.check_output(command, text=True).strip()


def test_what_numbers_are_comparable_with(tmp_path: Path) -> None:
    facts = machine.describe(tmp_path)
    assert facts.cores == usable_cpus()
    assert facts.versions["kampyn-perf"] == __version__
    assert {"locust", "pymongo"} <= set(facts.versions)
    theirs = {name: said for name, said in facts.versions.items() if name != "kampyn-perf"}
    assert theirs == {name: version(name) for name in theirs}
    assert facts.memory_bytes > 0
    assert facts.git_commit == ""


def test_a_checkout_with_local_changes_is_marked(tmp_path: Path) -> None:
    _git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("one")
    _git(tmp_path, "add", "file")
    _git(tmp_path, "commit", "-q", "-m", "one")
    commit = _git(tmp_path, "rev-parse", "--short=12", "HEAD")
    assert machine.describe(tmp_path).git_commit == commit
    (tmp_path / "file").write_text("two")
    assert machine.describe(tmp_path).git_commit == f"{commit}+"


def test_whether_generators_run_compiled_is_a_version(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(compiled, "FOLDER", tmp_path)
    plain = machine.describe(tmp_path)
    assert machine.with_local_engine(plain) == plain
    fitting.fill(tmp_path)
    made = machine.with_local_engine(plain)
    assert made.versions == {**plain.versions, machine.ENGINE: "compiled"}
    monkeypatch.setenv(compiled.PURE_VARIABLE, "1")
    assert machine.with_local_engine(plain) == plain


@pytest.mark.parametrize(
    ("ran_compiled", "engine"),
    [
        ([], None),
        ([False, False], None),
        ([True, True], "compiled"),
        ([True, False, True], "compiled in part"),
    ],
)
def test_generators_that_differ_are_another_engine(ran_compiled, engine) -> None:
    plain = machine.describe()
    made = machine.with_engine(plain, ran_compiled)
    assert made.versions.get(machine.ENGINE) == engine
    assert made.versions.keys() - {machine.ENGINE} == plain.versions.keys()
