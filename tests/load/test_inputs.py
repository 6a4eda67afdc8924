"""Which locustfile a run takes, and that a file that nobody named is told of."""

from __future__ import annotations

import pytest

from kampyn_perf import config, load
from kampyn_perf.load.inputs import remarks_on
from tests.cli import program

REMARK = (
    "the flows are those of ./locustfile.py: it is in this folder, so it takes the place of the "
    "shipped ones (another: --set config.scenarios=FILE)"
)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A locustfile in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "locustfile.py"
    path.write_text("")
    return path


def test_the_shipped_one_needs_no_word(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    request = load.resolve(load.LoadOptions())
    assert request.spec.scenarios == config.shipped("scenarios").absolute() / "locustfile.py"
    assert request.remarks == ()


def test_one_of_this_folder_that_nobody_named_is_told_of(own):
    request = load.resolve(load.LoadOptions())
    assert (request.spec.scenarios, request.remarks) == (own, (REMARK,))


def test_one_that_was_named_is_not(own):
    request = load.resolve(load.LoadOptions(sets=("config.scenarios=locustfile.py",)))
    assert (request.spec.scenarios, request.remarks) == (own, ())


def test_nor_one_of_the_folder_for_scenarios(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "scenarios" / "locustfile.py"
    path.parent.mkdir()
    path.write_text("")
    request = load.resolve(load.LoadOptions())
    assert (request.spec.scenarios, request.remarks) == (path, ())


def test_nor_the_shipped_one_in_its_own_folder(monkeypatch):
    shipped = config.shipped("scenarios").absolute()
    monkeypatch.chdir(shipped)
    assert remarks_on(shipped / "locustfile.py", named=False) == ()


def test_it_is_a_line_on_stderr(own):
    done = program.run(own.parent, "load", "--baseline", "gone.json")
    assert done.code == 2
    assert done.err.splitlines()[0] == f"note: {REMARK}"
