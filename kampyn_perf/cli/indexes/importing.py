"""`indexes import`: a catalogue from what is there, or from what an application declares."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.flags import Force
from kampyn_perf.cli.indexes.options import Uri
from kampyn_perf.errors import ExitCode, KampynError

if TYPE_CHECKING:
    from kampyn_perf.indexes.model.catalogue import Catalogue


def import_catalogue(
    uri: Uri = "",
    mongoose: Annotated[
        Path | None,
        typer.Option(
            "--mongoose",
            metavar="FILE",
            help="Declarations of a Mongoose project instead of a database: what `indexes "
            "exporter` printed there, schema.indexes() by collection, or schemas.",
        ),
    ] = None,
    cluster: Annotated[
        list[str],
        typer.Option(
            "--cluster",
            metavar="NAME=VARIABLE",
            help="Read the database whose URI is in this environment variable, too; may be given "
            "again.",
        ),
    ] = [],  # noqa: B006 - typer's way to declare a repeatable option
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write into this file. Default: stdout."
        ),
    ] = None,
    force: Force = False,
) -> int:
    """Write a catalogue of the indexes that a database has, or an application declares.

    The plan of an imported catalogue against its own database is empty.

    \b
    Examples:
      kampyn-perf indexes import --db mongodb://localhost:27017/kampyn -o configs/indexes.yaml
      kampyn-perf indexes import --cluster account=MONGO_URI_ACCOUNT --cluster order=MONGO_URI_ORDER
      kampyn-perf indexes import --mongoose declared.json
    """
    from kampyn_perf.cli.console import print_text, say
    from kampyn_perf.config import parse_yaml
    from kampyn_perf.files import write_whole
    from kampyn_perf.indexes.catalogue.load import load_catalogue
    from kampyn_perf.indexes.catalogue.write import catalogue_yaml

    if output and output.exists() and not force:
        raise KampynError(f"{output} is there already", hint="Give another name, or --force.")
    if mongoose:
        catalogue, comment = _from_mongoose(mongoose)
    else:
        catalogue, comment = _from_databases(uri, cluster)
    text = catalogue_yaml(catalogue, comment=comment)
    load_catalogue(parse_yaml(text, str(output or "the imported catalogue")))
    if output:
        write_whole(output, text)
        say(f"wrote {output}")
    else:
        print_text(text)
    count = sum(len(part.entries) for part in catalogue.collections)
    say(f"indexes: {count}, collections: {len(catalogue.collections)}", style="dim")
    return ExitCode.OK


def _from_mongoose(path: Path) -> tuple[Catalogue, str]:
    import json

    from kampyn_perf.cli.console import say
    from kampyn_perf.indexes.catalogue.from_exporter import catalogue_of_export, is_export
    from kampyn_perf.indexes.catalogue.from_mongoose import catalogue_of_mongoose

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KampynError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise KampynError(f"{path} is not JSON: {error}") from error
    read = catalogue_of_export if is_export(data) else catalogue_of_mongoose
    catalogue, notes = read(data, source=str(path))
    for note in notes:
        say(note, style="yellow")
    return catalogue, f"Imported from the Mongoose declarations in {path.name}."


def _from_databases(uri: str, clusters: list[str]) -> tuple[Catalogue, str]:
    from kampyn_perf.indexes import service

    variables = dict(_cluster(text) for text in clusters)
    catalogue, labels = service.catalogue_of_databases(variables, os.environ, uri=uri)
    return catalogue, f"Imported from {', '.join(labels)}."


def _cluster(text: str) -> tuple[str, str]:
    name, equals, variable = text.partition("=")
    if not (name and equals and variable):
        raise KampynError(f"--cluster {text}: expected NAME=VARIABLE, as account=MONGO_URI_ACCOUNT")
    return name, variable
