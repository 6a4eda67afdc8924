"""Names with `*` for any text, as configuration has them. Pure."""

from __future__ import annotations

import re


def as_regex(pattern: str) -> str:
    """The regular expression of a whole name."""
    return ".*".join(re.escape(piece) for piece in pattern.split("*"))


def fits(pattern: str, name: str) -> bool:
    """Whether the whole of `name` is one that the pattern stands for."""
    return re.fullmatch(as_regex(pattern), name, re.DOTALL) is not None
