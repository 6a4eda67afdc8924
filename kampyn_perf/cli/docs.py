"""`kampyn-perf docs`: the pages of docs/, which come with the program, on stdout."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.cli.flags import Json

if TYPE_CHECKING:
    from pathlib import Path


class ConfigName(StrEnum):
    """The files of `schemas.FILES`."""

    LOAD = "load"
    TARGETS = "targets"
    SLO = "slo"
    ALERTS = "alerts"
    BACKEND = "backend"
    INDEXES = "indexes"


def docs(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            autocompletion=completion.pages,
            help="The page: load, targets, slo, ... [default: what there is]",
            show_default=False,
        ),
    ] = None,
    *,
    schema: Annotated[
        ConfigName | None,
        typer.Option(
            "--schema",
            help="Print the JSON Schema of this file of configs/ instead, for an editor.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Print a page of the documentation, as it came with this version; without a name, list them.

    \b
    Examples:
      kampyn-perf docs
      kampyn-perf docs targets
      kampyn-perf docs load | less
      kampyn-perf docs --schema load > load.schema.json
    """
    from kampyn_perf.cli.console import print_json, print_text

    if schema is not None:
        from kampyn_perf.cli.schemas import FILES

        print_json(FILES[schema.value].schema())
        return
    known = completion.page_files()
    if name is None:
        titles = {page: _title(path) for page, path in known.items()}
        if json:
            print_json([{"name": page, "title": title} for page, title in titles.items()])
        else:
            width = max(map(len, titles))
            print_text("\n".join(f"{page:{width}}  {title}" for page, title in titles.items()))
        return
    path = _find(name, known)
    text = path.read_text(encoding="utf-8")
    if json:
        print_json({"name": path.stem, "title": _title(path), "text": text})
    else:
        print_text(text)


def _find(name: str, known: dict[str, Path]) -> Path:
    """A page by its name, or as a link to it has it (`docs/load.md#keys`)."""
    from kampyn_perf.errors import KampynError
    from kampyn_perf.suggest import did_you_mean

    page = name.partition("#")[0].rpartition("/")[2].removesuffix(".md").lower()
    if page not in known:
        raise KampynError(
            f"no such page: {name}",
            hint=did_you_mean(page, known, otherwise="`kampyn-perf docs` lists them."),
        )
    return known[page]


def _title(path: Path) -> str:
    """Its heading."""
    with path.open(encoding="utf-8") as lines:
        return next((line[2:].strip() for line in lines if line.startswith("# ")), path.stem)
