from __future__ import annotations

from kampyn_perf.report.bench import Format, export
from kampyn_perf.results.bench import BenchResult


def test_markdown_is_a_table_that_holds_together(result: BenchResult) -> None:
    lines = export(result, Format.MARKDOWN).decode().splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 4
    assert "| known | 1000 | 0.500 [0.483, 0.518] |" in table[2]
    assert "| 0.501 [0.469, 0.532] | 0.951 [0.936, 0.964] | 0.991 [0.983, 0.997] |" in table[2]
    assert "**failed**: a \\| b" in table[3]
    assert len({line.replace("\\|", "").count("|") for line in table}) == 1
    assert any("A processor, 2 cores" in line for line in lines)
