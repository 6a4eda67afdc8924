"""A Python script in a process forked by `tests.warm_generators`; for `tests.forked_generator`."""

from __future__ import annotations

import sys


def main() -> None:
    """The first argument is the script; it sees the others."""
    text = sys.argv.pop(1)
    exec(compile(text, "<script>", "exec"), {"__name__": "__main__"})
