"""What is asked here and in a process of its own that has the engine compiled.

A program, `python -m tests.load.compiled.questions`: it reads pickles of (a function's name, its
arguments), and writes for each the text of the answer, as a line of JSON.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from kampyn_perf import compiled
from tests.load.compiled import engine, scenarios
from tests.load.compiled.answers import answered

QUESTIONS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        engine.schedule,
        engine.mix,
        engine.partition,
        engine.rows,
        engine.parsed,
        engine.cookies,
        engine.templates,
        engine.recorded,
        engine.requests,
        scenarios.asked,
    )
}


def main() -> None:
    if why := compiled.use():
        raise SystemExit(why)
    with suppress(EOFError):
        while True:
            name, arguments, options = pickle.load(sys.stdin.buffer)
            text = answered(lambda: QUESTIONS[name](*arguments, **options))  # noqa: B023
            sys.stdout.write(json.dumps(text) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
