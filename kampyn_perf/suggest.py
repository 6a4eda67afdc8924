"""The known name that a mistyped one was probably meant to be, in the words of every message."""

from __future__ import annotations

from collections.abc import Iterable

_CUTOFF = 0.6
"""How alike two words must be, from 0 to 1 (`difflib.SequenceMatcher.ratio`)."""


def nearest(
    word: str, known: Iterable[str], *, count: int = 1, cutoff: float = _CUTOFF
) -> list[str]:
    """Up to `count` of the known names, the nearest first."""
    import difflib  # only where a word is wrong

    return difflib.get_close_matches(word, list(known), n=count, cutoff=cutoff)


def did_you_mean(
    word: str, known: Iterable[str], *, otherwise: str = "", cutoff: float = _CUTOFF
) -> str:
    """`Did you mean x?`; or `otherwise`, where nothing is near."""
    names = nearest(word, known, cutoff=cutoff)
    return f"Did you mean {names[0]}?" if names else otherwise


def near_or_known(word: str, known: Iterable[str]) -> str:
    """`did you mean x?`; or `known here: a, b`, where nothing is near."""
    names = list(known)
    near = nearest(word, names)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(names))}"
