"""One vocabulary of flags over all commands: the same name, the same type and form of help.

Walks the program's whole tree of commands, so that a new flag that deviates is found here.

Tests `kampyn_perf/cli/flags.py`, `kampyn_perf/cli/groups.py` and `kampyn_perf/cli/old_names.py`.
"""

from __future__ import annotations

import re
import types
import typing
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import typer

from kampyn_perf.cli.main import app
from kampyn_perf.cli.old_names import OLD_NAMES
from tests.cli import program
from tests.cli.docs import pages

OWN_MEANING = {
    "--environment": "Artillery's are names in the script, Postman's are files: their words",
    "--warm-up": "a load warms up for a time, a benchmark for a number of calls",
    "--strict": "of objectives and of lint",
    "--probe": "a load's names the health route, `indexes plan` asks the server itself",
}
"""Names that commands may mean differently, with the reason."""


@dataclass(frozen=True)
class Flag:
    command: str
    name: str
    option: Any

    @property
    def kind(self) -> str:
        """`str`, `Path`, `int`, `bool`, `choice`; of one value where several may be given."""
        return _kind(self.option.type_descriptor.annotation, self.option.metavar or "")

    @property
    def words(self) -> str:
        return self.option.help or ""


def _kind(annotation: Any, metavar: str) -> str:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (list, tuple):
        return _kind(inner[0], metavar)
    if origin in (types.UnionType, typing.Union):
        (one,) = [each for each in inner if each is not type(None)]
        return _kind(one, metavar)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "choice"
    if metavar.startswith("["):
        return "choice"
    return {Path: "Path"}.get(annotation, getattr(annotation, "__name__", str(annotation)))


def commands() -> dict[str, Any]:
    every = pages.commands()
    return {" ".join(path): one for path, one in every if not hasattr(one, "commands")}


def test_every_group_has_an_example():
    for path in ((), ("alerts",), ("backend",), ("indexes",)):
        out = program.run(program.ROOT, *path, "--help").out
        assert f"  {' '.join(('kampyn-perf', *path))} " in out


def flags() -> list[Flag]:
    return [
        Flag(name, option.opts[0], option)
        for name, command in commands().items()
        for option in command.params
        if option.param_type_name == "option" and not option.hidden
    ]


FLAGS = flags()
BY_NAME: dict[str, list[Flag]] = defaultdict(list)
for _flag in FLAGS:
    BY_NAME[_flag.name].append(_flag)


def test_the_walk_finds_them():
    assert len(commands()) >= 21
    assert {"--out", "--output", "--db", "--set", "--json"} <= BY_NAME.keys()


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - set(OWN_MEANING)))
def test_a_name_is_of_one_type_in_every_command(name):
    shapes = {
        (one.kind, one.option.multiple, _plain_metavar(one)): one.command for one in BY_NAME[name]
    }
    assert len(shapes) == 1, shapes


def _plain_metavar(flag: Flag) -> str | None:
    return "choice" if flag.kind == "choice" else flag.option.metavar


@pytest.mark.parametrize("flag", FLAGS, ids=lambda flag: f"{flag.command} {flag.name}")
def test_the_help_of_a_flag_has_one_form(flag):
    words = flag.words
    assert re.match(r"[A-Z]|[a-z]+: ", words), words
    assert words.endswith((".", "]")), words
    if flag.kind not in ("bool", "choice"):
        assert flag.option.metavar, "a value without a word for what it is"
    # Those that may be given again say so, in the same words.
    says = "may be given again" in words.lower()
    assert says == bool(flag.option.multiple), words
    assert "repeatable" not in words.lower()


@pytest.mark.parametrize(
    ("name", "kind", "metavar"),
    [
        ("--out", "Path", "FOLDER"),
        ("--output", "Path", "FILE"),
        ("--db", "str", "URL"),
        ("--timeout", "str", "DURATION"),
        ("--for", "str", "DURATION"),
        ("--set", "str", "KEY=VALUE"),
        ("--slo", "str", "NAME|FILE"),
        ("--alerts", "str", "NAME|FILE"),
        ("--json", "bool", None),
    ],
)
def test_the_names_that_everybody_knows(name, kind, metavar):
    assert BY_NAME[name]
    for flag in BY_NAME[name]:
        assert (flag.kind, flag.option.metavar) == (kind, metavar), flag.command


def test_what_is_a_duration_is_a_text_with_a_unit():
    """A number of seconds as a float, or of milliseconds, would be a second way to say it."""
    words = re.compile(r"\bseconds\b(?! (per|of))|milliseconds|how long", re.IGNORECASE)
    for flag in FLAGS:
        if words.search(flag.words) and flag.kind != "bool":
            assert flag.option.metavar == "DURATION", (flag.command, flag.name)


def test_the_usage_line_spells_arguments_once():
    for path, command in commands().items():
        context = command.context_class(command, info_name=path.split()[-1], parent=_parents(path))
        usage = command.get_usage(context)
        assert "[[" not in usage
        assert "None" not in usage
    assert program.run(program.ROOT, "check", "--help").out.splitlines()[0] == (
        "Usage: kampyn-perf check [OPTIONS] [RUN]..."
    )


def test_values_of_set_are_named_by_their_whole_path():
    for flag in BY_NAME["--set"]:
        first = re.search(r"[a-z]+\.[\w.]+=", flag.words)
        assert first, flag.command
        assert first[0].partition(".")[0] in {"config", "backend", "slo", "alerts"}, flag.command


def test_old_names_are_understood_and_not_shown():
    every = commands()
    for path, renamed in OLD_NAMES.items():
        command = every[path]
        for old, now in renamed.items():
            names = {name for option in command.params for name in option.opts}
            assert now in names, (path, now)
            assert old not in names, (path, old)
            context = command.context_class(
                command, info_name=path.split()[-1], parent=_parents(path)
            )
            by_old = command.make_parser(context)._long_opt[old].obj
            by_new = command.make_parser(context)._long_opt[now].obj
            assert by_old is by_new
            assert old not in command.get_help(context).split()
            assert old not in {item.value for item in command.shell_complete(context, "--")}


def _parents(path: str) -> Any:
    root = typer.main.get_command(app)
    context = root.context_class(root, info_name="kampyn-perf")
    for word in path.split()[:-1]:
        group = root.commands[word]
        context = group.context_class(group, info_name=word, parent=context)
    return context
