"""How commands are found and shown: imported only when they are asked for, options in groups.

Importing every command's flags costs more than all else that `--help` does.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from kampyn_perf.cli.old_names import old_names

_OPTIONS = "Options"


@dataclass(frozen=True)
class Lazy:
    """A command, and where it is: a function, or a Typer application of commands."""

    module: str
    attribute: str
    help: str
    """Its own first sentence; a test compares."""


class LazyCommands(MutableMapping[str, Any]):
    """Commands by name; each is made when it is first asked for."""

    def __init__(self, known: dict[str, Lazy]) -> None:
        self._known = known
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = made(name, self._known[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, name: object) -> bool:
        return name in self._known


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are run, or asked for their own help."""

    lazy: ClassVar[dict[str, Lazy]] = {}
    """In the order of `--help`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.commands = LazyCommands(self.lazy)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (click's signature)
        """As declared."""
        return list(self.lazy)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """The table, without an import."""
        limit = formatter.width - 6 - max(map(len, self.lazy))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, _shortened(command.help, limit)) for name, command in self.lazy.items()]
            )


class GroupedCommand(TyperCommand):
    """A command whose help shows its options in the groups that they name (`rich_help_panel`), and
    which understands the old names of its flags without showing them."""

    def make_parser(self, ctx: Any) -> Any:
        """With the old names, which no help and no completion comes by."""
        old = old_names(ctx)
        shown = {parameter: parameter.opts for parameter in self.get_params(ctx)}
        try:
            for parameter, names in shown.items():
                parameter.opts = [*names, *(was for was, now in old.items() if now in names)]
            return super().make_parser(ctx)
        finally:
            for parameter, names in shown.items():
                parameter.opts = names

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Arguments as their metavar spells them; Typer would put brackets around brackets."""
        words = super().collect_usage_pieces(ctx)[:1]  # [OPTIONS]
        arguments = [param for param in self.get_params(ctx) if param.param_type_name == "argument"]
        return [*words, *(str(argument.metavar) for argument in arguments)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments and options that name no group first."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                is_argument = parameter.param_type_name == "argument"
                # Typer puts the Python type behind an argument's name.
                record = (record[0].partition(" <")[0], record[1]) if is_argument else record
                panel = getattr(parameter, "rich_help_panel", None) or (
                    "Arguments" if is_argument else _OPTIONS
                )
                groups.setdefault(panel, []).append(record)
        for title, rows in groups.items():
            with formatter.section(title):
                formatter.write_dl(rows)


@cache
def made(name: str, lazy: Lazy) -> Any:
    """The command itself, as Typer makes it; once, however often a process calls the program."""
    target = getattr(import_module(lazy.module), lazy.attribute)
    outer = typer.Typer(
        rich_markup_mode=None,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if isinstance(target, typer.Typer):
        for command in target.registered_commands:
            command.cls = GroupedCommand
        outer.add_typer(target, name=name)
        return typer.main.get_group(outer).commands[name]
    outer.command(name, cls=GroupedCommand)(target)
    single = typer.main.get_command(outer)
    single.name = name
    return single


def _shortened(text: str, limit: int) -> str:
    """Whole words, as click does it."""
    text = text.removesuffix(".") if len(text) > limit else text
    if len(text) <= limit:
        return text
    words = text[: limit - 3].rsplit(" ", 1)[0]
    return f"{words}..."
