"""CI's comparison with the commit before: it fails where it is sure, and passes without one.

Tests `benchmarks/engine_cost.py` and `benchmarks/checkouts.py`.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import checkouts, engine_cost


@pytest.mark.parametrize(
    ("ratios", "words", "code"),
    [
        ([1.12, 1.13, 1.15, 1.14, 1.16, 1.11], "slower: 1.135 times", 1),
        ([0.99, 1.02, 1.01, 1.00, 1.05, 0.98], "within the limit", 0),
        ([0.8, 1.3, 1.2, 1.25, 0.9, 1.4], "undecided", 0),
        ([1.2, 1.2, 1.2, 1.2, 1.2], "slower: 1.200 times", 1),
        ([1.2, 1.2, 1.2, 1.2], "undecided: 4 pairs are too few", 0),
    ],
)
def test_the_verdict(ratios: list[float], words: str, code: int) -> None:
    found, exit_code = engine_cost.verdict(ratios)
    assert found.startswith(words)
    assert exit_code == code


@given(st.lists(st.floats(min_value=0.5, max_value=2), min_size=6, max_size=12))
def test_it_never_fails_where_a_pair_in_two_says_otherwise(ratios: list[float]) -> None:
    below = sum(ratio <= engine_cost.LIMIT for ratio in ratios)
    _, code = engine_cost.verdict(ratios)
    assert code == 0 or below < len(ratios) / 2


def _git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "kampyn_perf").mkdir()
    (tmp_path / "kampyn_perf" / "a.py").write_text("a = 1\n")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "one")
    monkeypatch.setattr(checkouts, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["engine_cost"])
    return tmp_path


def test_without_a_commit_before_it_says_so_and_passes(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert engine_cost.main() == 0
    assert "there is no commit to compare with" in capsys.readouterr().out


def test_where_nothing_that_runs_was_changed_nothing_is_measured(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "README.md").write_text("words")
    _git(repository, "add", ".")
    _git(repository, "commit", "-qm", "two")
    assert engine_cost.main() == 0
    assert "nothing that runs differs" in capsys.readouterr().out


def test_a_branch_is_compared_with_where_it_left_main(repository: Path) -> None:
    first = checkouts.git("rev-parse", "HEAD")
    _git(repository, "checkout", "-qb", "mine")
    for number in (2, 3):
        (repository / "kampyn_perf" / "a.py").write_text(f"a = {number}\n")
        _git(repository, "commit", "-qam", str(number))
    assert checkouts.before() == first
    assert engine_cost.changed(first)
