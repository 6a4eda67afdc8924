"""Text and tables within Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_PLAIN = str.maketrans(
    {sign: f"\\{sign}" for sign in "\\`*_{}[]|#~@"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
)


def escape(text: str) -> str:
    """`text` so that Markdown, and the HTML within it, show it as it is, on one line."""
    flat = " ".join(f".{text}.".split())[1:-1]  # one blank at an end stays one
    return flat.translate(_PLAIN)


def table(head: Sequence[str], align: str, rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; `align` has an `l` or `r` for each column."""
    rules = ["---:" if side == "r" else "---" for side in align]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rules, *rows))
