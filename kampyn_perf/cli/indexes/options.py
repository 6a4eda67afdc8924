"""Flags that several index commands share, each declared once, and what they lead to."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kampyn_perf.indexes.databases import Databases
    from kampyn_perf.indexes.model.catalogue import Catalogue
    from kampyn_perf.indexes.model.query import Query
    from kampyn_perf.indexes.plan.actions import Prune, PruneStage
    from kampyn_perf.indexes.text.plan import Line

CatalogueName = Annotated[
    str,
    typer.Option(
        "--catalogue",
        "-c",
        metavar="NAME|FILE",
        help="The catalogue: a file, or a name in ./configs or among those shipped.",
    ),
]
Uri = Annotated[
    str,
    typer.Option(
        "--db",
        metavar="URL",
        help="The database, for every collection: mongodb://host/name or sqlite:///file.db. "
        "Without it, the catalogue's environment variables say where (MONGO_URI for all).",
    ),
]
Only = Annotated[
    list[str],
    typer.Option("--only", metavar="COLLECTION", help="Only this collection; may be given again."),
]
PruneNames = Annotated[
    list[str],
    typer.Option(
        "--prune",
        metavar="COLLECTION.INDEX",
        help="An index that may go: hidden first, dropped once it has soaked; may be given again.",
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


def load_catalogue(name: str, only: Sequence[str] = ()) -> Catalogue:
    """The catalogue that `--catalogue` names, or what it says of the collections in `only`."""
    from kampyn_perf.errors import KampynError
    from kampyn_perf.indexes.catalogue.load import read_catalogue

    catalogue = read_catalogue(name)[0]
    unknown = [asked for asked in only if catalogue.collection(asked) is None]
    if unknown:
        known = ", ".join(part.name for part in catalogue.collections)
        raise KampynError(f"no such collection: {', '.join(unknown)}", hint=f"Known: {known}.")
    return catalogue.only(only)


def databases(catalogue: Catalogue, uri: str) -> Databases:
    """The databases behind a catalogue, by `--db` or the environment; a context manager."""
    from kampyn_perf.indexes.databases import Databases

    return Databases(catalogue=catalogue, environ=os.environ, uri=uri)


def duration(text: str, flag: str) -> int:
    """Microseconds of a flag's `10m` or `7d`."""
    from kampyn_perf.errors import KampynError
    from kampyn_perf.units import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise KampynError(f"{flag}: {error}") from error


def declared_queries(
    catalogue: Catalogue, names: Sequence[str], parameters: Iterable[str]
) -> tuple[Query, ...]:
    """The catalogue's queries with their placeholders filled, or those of them that `names` has.
    `parameters` are `name=value`, the value as YAML."""
    import datetime as dt

    from kampyn_perf.config import parse_yaml
    from kampyn_perf.errors import KampynError
    from kampyn_perf.indexes.catalogue.load import resolved_queries

    values = {}
    for text in parameters:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise KampynError(f"--param {text}: expected name=value, as in --param uniId=123")
        values[name] = parse_yaml(value, f"--param {name}").data if value else ""
    queries = resolved_queries(catalogue, now=dt.datetime.now(dt.UTC), parameters=values)
    known = {query.name for query in queries}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise KampynError(
            f"no such query: {', '.join(unknown)}", hint=f"Known: {', '.join(sorted(known))}"
        )
    return tuple(query for query in queries if not names or query.name in names)


def parse_names(names: Iterable[str], catalogue: Catalogue, flag: str) -> list[tuple[str, str]]:
    """`orders.vendorId_1` as (collection, index); the collection must be the catalogue's."""
    from kampyn_perf.errors import KampynError

    pairs = []
    for text in names:
        # A collection's name may have dots, an index's as well: the catalogue knows the former.
        known = [c.name for c in catalogue.collections if text.startswith(c.name + ".")]
        if not known:
            raise KampynError(
                f"{flag} {text}: expected COLLECTION.INDEX, with a collection of the catalogue",
                hint="Known: " + ", ".join(c.name for c in catalogue.collections),
            )
        collection = max(known, key=len)
        pairs.append((collection, text.removeprefix(collection + ".")))
    return pairs


def parse_prunes(names: Iterable[str], catalogue: Catalogue, stage: PruneStage) -> list[Prune]:
    """What --prune names, as requests."""
    from kampyn_perf.indexes.plan.actions import Prune

    return [
        Prune(collection=collection, name=index, stage=stage)
        for collection, index in parse_names(names, catalogue, "--prune")
    ]


def print_lines(lines: Iterable[Line]) -> None:
    """Lines of a plan, in their colours, on stdout: what a command is asked for is data."""
    from kampyn_perf.cli.console import answering

    with answering():
        say_lines(lines)


def say_lines(lines: Iterable[Line]) -> None:
    """Lines of a plan, in their colours, on stderr or where an answer goes."""
    from kampyn_perf.cli.console import say

    for line in lines:
        say(line.text, style=_STYLES[line.kind.value])
