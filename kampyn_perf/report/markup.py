"""Text and tables within Markdown. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def escape(text: str) -> str:
    """`text` so that Markdown, and the HTML within it, show it as it is, on one line."""
    flat = re.sub(r"\s+", " ", text)
    plain = flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|#~@])", r"\\\1", plain)


def table(head: Sequence[str], align: str, rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; `align` has an `l` or `r` for each column."""
    rules = ["---:" if side == "r" else "---" for side in align]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rules, *rows))
