"""Every `kampyn-perf` of a page or of `--help` is one that the program takes: commands and flags
that there are, values that they allow. Parsed alone; `tests/cli/docs` types them.

Tests the pages of `docs/` and `kampyn_perf/cli/groups.py`.
"""

from __future__ import annotations

import pytest
from typer.main import get_command

from kampyn_perf.cli.main import app
from tests.cli.docs import pages

PROGRAM = get_command(app)
COMMANDS = sorted(line for line in pages.every() if "kampyn-perf" in line.split())


def parsed(words: list[str]) -> str:
    """The command that it comes to; raises what the program would say."""
    command = PROGRAM
    name = "kampyn-perf"
    parent = None
    while True:
        context = command.make_context(name, list(words), parent=parent)
        rest = [*context._protected_args, *context.args]
        if not hasattr(command, "resolve_command") or not rest:
            return name
        name, command, words = command.resolve_command(context, rest)
        parent = context


def test_there_are_some() -> None:
    assert len(COMMANDS) > 200


@pytest.mark.parametrize("line", COMMANDS)
def test_the_program_takes_it(line: str) -> None:
    assert parsed(list(pages.read(line, {}).words[1:]))


def test_a_flag_that_there_is_not_is_found() -> None:
    with pytest.raises(Exception, match="No such option"):
        parsed(["load", "--no-such-flag"])
