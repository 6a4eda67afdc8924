"""What is said while cases run, where nobody has a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf.cli.bench import progress


@pytest.mark.parametrize("quiet", [False, True])
def test_what_takes_long_is_said_without_a_terminal_once_in_ten_seconds(
    quiet: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    shown = progress.Progress(tmp_path, quiet=quiet)
    for seconds, name in ((1, "one"), (9, "two"), (1, "three"), (9, "four"), (2, "five")):
        now[0] += seconds
        shown.started(name, 1, 5)
    told = capsys.readouterr().err.splitlines()
    assert told == ([] if quiet else ["[1/5] three", "[1/5] five"])
