"""Every `kampyn-perf` that stands in a block of a page is one that the program takes: commands and
flags that there are, values that they allow. Parsed, and not run: other tests run most of them.

Tests the pages of `docs/` and `kampyn_perf/cli/groups.py`.
"""

from __future__ import annotations

import itertools
import re
import shlex

import pytest
from typer.main import get_command

from kampyn_perf.cli.main import app
from tests.cli import program

PAGES = [program.ROOT / "README.md", *sorted((program.ROOT / "docs").glob("*.md"))]
PROGRAM = get_command(app)
BLOCK = re.compile(r"^```(?:sh)?\n(.*?)^```", re.S | re.M)


def words_of(line: str) -> list[str]:
    """Up to what is the shell's: a comment, a redirection, another command."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return list(itertools.takewhile(lambda word: word[:1] not in set("><|&;"), lexer))


def commands() -> list[str]:
    found: list[str] = []
    for page in PAGES:
        for block in BLOCK.findall(page.read_text()):
            lines = block.replace("\\\n", " ").splitlines()
            found += [line.strip() for line in lines if line.strip().startswith("kampyn-perf ")]
    return sorted(set(found))


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
    assert len(commands()) > 100


@pytest.mark.parametrize("line", commands())
def test_the_program_takes_it(line: str) -> None:
    assert parsed(words_of(line)[1:])


def test_a_flag_that_there_is_not_is_found() -> None:
    with pytest.raises(Exception, match="No such option"):
        parsed(["load", "--no-such-flag"])
