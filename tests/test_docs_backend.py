"""docs/backend.md names files that exist.

Tests `docs/backend.md`.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_row_names_code_and_a_test_that_are_there() -> None:
    text = (ROOT / "docs" / "backend.md").read_text()
    table = text.split("## From the document to the code")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "heading" not in line]
    assert len(rows) > 20
    for row in rows:
        _, heading, code, test, _ = row.split("|")
        for column, base in ((code, "kampyn_perf/backend"), (test, "tests/backend")):
            paths = re.findall(r"`([\w/]+\.py)`", column)
            assert paths, heading
            for path in paths:
                assert (ROOT / base / path).is_file(), (heading, path)
