"""`environment.parsed_options`: the arguments that a locustfile adds, from behind `--`, the
environment and Locust's configuration files; and Locust's own with what they are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from locust.argument_parser import (
    DEFAULT_CONFIG_FILES,
    get_empty_argument_parser,
    get_parser,
    setup_parser_arguments,
)

from kampyn_perf.errors import KampynError

_HINT = (
    "Give an argument of the locustfile after --, as in: kampyn-perf load locustfile.py --rate 10 "
    "-- --shop 7; or give it a default, or an env_var."
)


def parsed_options(arguments: Sequence[str]) -> Any:
    """Raises KampynError for an argument that is none, or lacks a value."""
    if foreign := _locusts_own(arguments):
        raise KampynError(
            f"{foreign} is Locust's own, and stands after --",
            hint="Arguments that a locustfile adds stand there. Users, rate and length are "
            "--rate, --ramp and --for here; kampyn-perf load --help has the rest.",
        )
    parser = get_parser(default_config_files=list(DEFAULT_CONFIG_FILES))

    def refuse(status: int = 0, message: str | None = None) -> Any:
        words = (message or "").partition("error: ")[2] or message or f"exit {status}"
        raise KampynError(f"the locustfile's arguments: {words.strip()}", hint=_HINT)

    parser.exit = refuse
    options, unknown = parser.parse_known_args(list(arguments))
    if left := [argument for argument in unknown if argument in arguments]:
        raise KampynError(
            f"the locustfile adds no argument {left[0]}; it adds {_added(parser)}", hint=_HINT
        )
    return options


def _added(parser: Any) -> str:
    own = _own_names()
    names = [
        action.option_strings[-1]
        for action in parser._actions
        if action.option_strings and not own & set(action.option_strings)
    ]
    return ", ".join(names) or "none"


def _own_names() -> set[str]:
    parser = get_empty_argument_parser(add_help=False)
    setup_parser_arguments(parser)
    return {"-h", "--help", *(n for action in parser._actions for n in action.option_strings)}


def _locusts_own(arguments: Sequence[str]) -> str:
    """The first that is one of Locust's own; empty for none."""
    own = _own_names() if arguments else set()
    return next((argument for argument in arguments if argument.partition("=")[0] in own), "")
