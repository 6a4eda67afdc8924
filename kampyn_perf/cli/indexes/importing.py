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
    prisma: Annotated[
        Path | None,
        typer.Option(
            "--prisma", metavar="PATH", help="A Prisma schema, or a folder of them, instead."
        ),
    ] = None,
    beanie: Annotated[
        Path | None,
        typer.Option(
            "--beanie",
            metavar="PATH",
            help="Python files with Beanie's documents instead; read, not run.",
        ),
    ] = None,
    spring: Annotated[
        Path | None,
        typer.Option(
            "--spring", metavar="PATH", help="Java files with Spring Data's annotations instead."
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
      kampyn-perf indexes import --prisma prisma/schema.prisma -o configs/indexes.yaml
      kampyn-perf indexes import --spring src/main/java
    """
    from kampyn_perf.cli.console import print_text, say
    from kampyn_perf.config import parse_yaml
    from kampyn_perf.files import write_whole
    from kampyn_perf.indexes.catalogue.load import load_catalogue
    from kampyn_perf.indexes.catalogue.write import catalogue_yaml

    if output and output.exists() and not force:
        raise KampynError(f"{output} is there already", hint="Give another name, or --force.")
    sources = {"--mongoose": mongoose, "--prisma": prisma, "--beanie": beanie, "--spring": spring}
    given = {flag: path for flag, path in sources.items() if path is not None}
    if len(given) + bool(uri and given) + bool(cluster and given) > 1:
        flags = [*given, *(["--db"] if uri else []), *(["--cluster"] if cluster else [])]
        raise KampynError(f"{' and '.join(flags)} are each a source of their own: give one")
    if given:
        ((flag, path),) = given.items()
        catalogue, comment = _from_code(flag, path)
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


def _from_code(flag: str, path: Path) -> tuple[Catalogue, str]:
    from kampyn_perf.cli.console import say
    from kampyn_perf.indexes.catalogue.code.beanie import catalogue_of_beanie
    from kampyn_perf.indexes.catalogue.code.prisma import catalogue_of_prisma
    from kampyn_perf.indexes.catalogue.code.spring import catalogue_of_spring
    from kampyn_perf.indexes.catalogue.from_exporter import catalogue_of_mongoose_file

    words, read = {
        "--mongoose": ("Mongoose declarations", catalogue_of_mongoose_file),
        "--prisma": ("Prisma schema", catalogue_of_prisma),
        "--beanie": ("Beanie documents", catalogue_of_beanie),
        "--spring": ("Spring Data annotations", catalogue_of_spring),
    }[flag]
    if not path.exists():
        raise KampynError(f"cannot read {path}: there is no such file or folder")
    catalogue, notes = read(path)
    for note in notes:
        say(note, style="yellow")
    return catalogue, f"Imported from the {words} in {path.name or path.resolve().name}."


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
