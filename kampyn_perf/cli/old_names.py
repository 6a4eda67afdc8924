"""Flags that had another name once: still understood, shown nowhere. One table for all."""

from __future__ import annotations

from typing import Any

_DB = {"--uri": "--db"}
_STORE = {"--store": "--db"}
_RULES = {"--rules": "--alerts"}

OLD_NAMES: dict[str, dict[str, str]] = {
    "check": {"--out": "--output"},
    "init": {"--dir": "--out", "--host": "--keep-host"},
    "bench": {"--warmup": "--warm-up"},
    "watch": _RULES,
    "alerts list": _RULES,
    "alerts test": _RULES,
    "alerts export": {**_RULES, "--out": "--output"},
    "backend serve": _STORE,
    "backend seed": _STORE,
    "backend audit": _STORE,
    "backend profile": {"--out": "--output", "--rate": "--frequency"},
    "indexes plan": _DB,
    "indexes apply": _DB,
    "indexes lint": {**_DB, "--explain": "--rule"},
    "indexes verify": _DB,
    "indexes stats": _DB,
    "indexes effect": _DB,
    "indexes unhide": _DB,
    "indexes journal": _DB,
    "indexes import": _DB,
}
"""By command: the old name, and what it is called now."""


def old_names(context: Any) -> dict[str, str]:
    """Those of the command that a context is about."""
    words: list[str] = []
    while context is not None and context.parent is not None:
        words.insert(0, str(context.info_name))
        context = context.parent
    return OLD_NAMES.get(" ".join(words), {})
