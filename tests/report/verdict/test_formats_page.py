"""docs/verdict-formats.md shows what the program says.

Tests `docs/formats.py`, `docs/verdict-formats.md` and `kampyn_perf/report/verdict/__init__.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kampyn_perf.report.verdict import Format
from tests.cli import program
from tests.docs_scripts import docs_script


def test_every_format_has_a_title_there() -> None:
    assert set(docs_script("formats").FORMATS) == set(Format) - {Format.JSON}


def test_the_page_is_what_the_program_says() -> None:
    formats = docs_script("formats")

    def run(folder: Path, arguments: Sequence[str]) -> tuple[str, str]:
        done = program.run(folder, *arguments)
        assert done.code == 1, done.err
        return done.out, done.err

    wanted = formats.page(run)
    shown = formats.PAGE.read_text(encoding="utf-8")
    assert shown == wanted, "python docs/formats.py writes it anew"
