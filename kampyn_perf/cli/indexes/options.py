"""Flags that several index commands share, each declared once, and what they lead to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kampyn_perf.indexes.actions import Prune, PruneStage
    from kampyn_perf.indexes.catalogue import Catalogue
    from kampyn_perf.indexes.connect import Databases
    from kampyn_perf.indexes.render import Line

CatalogueName = Annotated[
    str,
    typer.Option(
        "--catalogue",
        "-c",
        help="The catalogue: a file, or a name in ./configs or among those shipped.",
    ),
]
Uri = Annotated[
    str,
    typer.Option(
        "--uri",
        help="The database, for every collection: mongodb://host/name or sqlite:///file.db. "
        "Without it, the catalogue's environment variables say where (MONGO_URI for all).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the machine form on stdout.")]
PruneNames = Annotated[
    list[str],
    typer.Option(
        "--prune",
        metavar="COLLECTION.INDEX",
        help="An index that may go: hidden first, dropped once it has soaked. Repeatable.",
    ),
]

_STYLES = {
    "title": "bold",
    "plain": None,
    "faint": "dim",
    "add": "green",
    "change": "yellow",
    "remove": "red",
    "conflict": "bold red",
    "warning": "magenta",
}


def load_catalogue(name: str) -> Catalogue:
    """The catalogue that `--catalogue` names."""
    from kampyn_perf.indexes.catalogue_load import read_catalogue

    return read_catalogue(name)[0]


def databases(catalogue: Catalogue, uri: str) -> Databases:
    """The databases behind a catalogue, by `--uri` or the environment; a context manager."""
    from kampyn_perf.indexes.connect import Databases

    return Databases(catalogue=catalogue, environ=os.environ, uri=uri)


def parse_prunes(names: Iterable[str], catalogue: Catalogue, stage: PruneStage) -> list[Prune]:
    """`orders.vendorId_1` as a request; the collection must be the catalogue's."""
    from kampyn_perf.errors import KampynError
    from kampyn_perf.indexes.actions import Prune

    prunes = []
    for text in names:
        # A collection's name may have dots, an index's as well: the catalogue knows the former.
        known = [c.name for c in catalogue.collections if text.startswith(c.name + ".")]
        if not known:
            raise KampynError(
                f"--prune {text}: expected COLLECTION.INDEX, with a collection of the catalogue",
                hint="Known: " + ", ".join(c.name for c in catalogue.collections),
            )
        collection = max(known, key=len)
        index = text.removeprefix(collection + ".")
        prunes.append(Prune(collection=collection, name=index, stage=stage))
    return prunes


def say_lines(lines: Iterable[Line]) -> None:
    """Lines of a plan, in their colours, on stderr."""
    from kampyn_perf.cli.console import say

    for line in lines:
        say(line.text, style=_STYLES[line.kind.value])
