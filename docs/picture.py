"""Draws docs/load.svg, the picture in the README, from a run: `python docs/picture.py [RUN]`."""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console

from kampyn_perf import names
from kampyn_perf.cli import console, failures_view, verdict_view
from kampyn_perf.cli.load import tables
from kampyn_perf.results import io
from kampyn_perf.results.folder import find_result
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo import judge, objectives

PICTURE = Path(__file__).parent / "load.svg"
_CELL = 12.2
"""A character's width in rich's picture, in its own units."""
_FONTS = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace'
_TEXT = re.compile(
    r'<text class="([^"]+)" x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+"( [^>]*)>([^<]*)</text>'
)


def main() -> None:
    run = Path(sys.argv[1] if len(sys.argv) > 1 else "latest-load")
    result = io.read(find_result(run), {names.LOAD_SCHEMA: LoadResult})
    paper = Console(record=True, width=118, file=StringIO(), force_terminal=True, highlight=False)
    console.stderr = lambda: paper  # type: ignore[assignment]
    paper.print("$ kampyn-perf load --profile quick", style="bold")
    verdict_view.show(judge(result, objectives.load()), result=result)
    failures_view.show(result.failures)
    tables.show(result)
    PICTURE.write_text(portable(paper.export_svg(title="kampyn-perf")), encoding="utf-8")


def portable(svg: str) -> str:
    """The picture with the reader's own fonts, and so that a space at the beginning of a text,
    which librsvg drops, is a place further right."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace;", f"font-family: {_FONTS};")
    return _TEXT.sub(_placed, svg)


def _placed(found: re.Match[str]) -> str:
    style, x, y, clip, words = found.groups()
    spaced = words.replace("&#160;", " ").replace("\n", "")
    bare = spaced.strip(" ")
    if not bare:
        return ""
    left = float(x) + _CELL * (len(spaced) - len(spaced.lstrip(" ")))
    length = len(re.sub(r"&[a-z#0-9]+;", "_", bare))
    shown = bare.replace(" ", "&#160;")
    return (
        f'<text class="{style}" x="{left:.1f}" y="{y}" textLength="{_CELL * length:.1f}"'
        f"{clip}>{shown}</text>"
    )


if __name__ == "__main__":
    main()
