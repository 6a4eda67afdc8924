"""Files of /proc: their beginning, and nothing where there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf.proc_files import read_start, waited_ns


@pytest.mark.parametrize(
    ("text", "waited"),
    [("123 456 7\n", 456), ("123 456\n", None), ("123 x 7\n", None), ("", None), ("é 1 2", None)],
)
def test_how_long_a_process_waited_for_a_cpu(tmp_path: Path, text: str, waited: int | None) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "schedstat").write_text(text, encoding="utf-8")
    assert waited_ns(7, str(tmp_path)) == waited
    assert waited_ns(8, str(tmp_path)) is None


def test_of_a_long_file_the_beginning_is_read(tmp_path: Path) -> None:
    path = tmp_path / "stat"
    path.write_text("cpu 1\n" * 10_000)
    assert read_start(str(path)).startswith("cpu 1\ncpu 1\n")
    assert read_start(str(tmp_path / "none")) == read_start(str(tmp_path)) == ""
