"""docs/verdict-formats.md shows what the program says.

Tests `docs/formats.py` and `docs/verdict-formats.md`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.cli import program

SCRIPT = Path(__file__).parents[3] / "docs" / "formats.py"


def test_the_page_is_what_the_program_says() -> None:
    spec = importlib.util.spec_from_file_location("formats", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    formats: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(formats)

    def run(folder: Path, arguments: Sequence[str]) -> tuple[str, str]:
        done = program.run(folder, *arguments)
        assert done.code == 1, done.err
        return done.out, done.err

    wanted = formats.page(run)
    shown = formats.PAGE.read_text(encoding="utf-8")
    assert shown == wanted, "python docs/formats.py writes it anew"
