"""Flags that several of these commands have, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kampyn_perf.backend.settings import BackendSettings

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="A backend.yaml of your own. Default: configs/backend.yaml.",
        show_default=False,
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="One value, as backend.passwords.memory=8MB; may be given again.",
    ),
]
State = Annotated[
    Path,
    typer.Option(
        "--state", metavar="FOLDER", help="The folder for the database, data file and logs."
    ),
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="The store: sqlite:///file.db or mongodb://host/name. Default: a file in --state.",
    ),
]
STATE = Path(".kampyn")
_FLAGS = {"store.url": "--db", "cache.url": "--cache"}
"""Those that are not called as the setting is."""


def settings_of(
    config: Path | None, sets: list[str] | None, flags: Mapping[str, object]
) -> BackendSettings:
    """File, environment, `--set`, then the flags of their own."""
    from kampyn_perf.backend import settings
    from kampyn_perf.config import SetText, own_sets

    given = [
        SetText(f"{key}={value}", flag=_FLAGS.get(key) or f"--{key.rpartition('.')[2]}")
        for key, value in flags.items()
        if value is not None
    ]
    return settings.load(config, sets=[*own_sets(sets or (), "backend"), *given])


def microseconds(flag: str, text: str) -> int:
    """A duration. Raises KampynError."""
    from kampyn_perf.errors import KampynError
    from kampyn_perf.units import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise KampynError(f"{flag}: {error}") from error
