"""`indexes adopt`: what is live and not in the catalogue, taken into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.indexes.options import CatalogueName, Only, Uri
from kampyn_perf.errors import ExitCode, KampynError

if TYPE_CHECKING:
    from kampyn_perf.config import Source
    from kampyn_perf.indexes.model.catalogue import Catalogue
    from kampyn_perf.indexes.service.adopting import Adopted


def adopt(
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    only: Only = [],  # noqa: B006 - typer's way to declare a repeatable option
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go into the file, and write nothing.")
    ] = False,
) -> int:
    """Take the indexes that are live and not in the catalogue into it, for a database whose indexes
    nobody wrote down.

    Each gets its use on every node, and since when, as its reason. The file's comments and form
    stay as they are. Collections that it does not have are added.

    \b
    Examples:
      kampyn-perf indexes adopt --db mongodb://localhost:27017/kampyn --dry-run
      kampyn-perf indexes adopt -c configs/indexes.yaml --only orders
    """
    import datetime as dt

    from kampyn_perf.cli.console import print_text, say
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.indexes import service
    from kampyn_perf.indexes.catalogue.insert import inserted
    from kampyn_perf.indexes.catalogue.write import entry_data, yaml_lines

    wanted, source = service.read_catalogue(catalogue)
    path = _own_file(source, dry_run)
    with options.databases(wanted, uri) as databases:
        today = dt.datetime.now(dt.UTC).date()
        adopted = service.adopt(wanted, databases, only=only, today=today)
    for note in adopted.notes:
        say(note, style="yellow")
    if not adopted.parts:
        say("Nothing to adopt: every live index is in the catalogue.")
        return ExitCode.OK
    shown = {part.name: [entry_data(entry) for entry in part.entries] for part in adopted.parts}
    print_text("\n".join(yaml_lines(shown)))
    if not dry_run:
        text = inserted(path.read_text(encoding="utf-8"), adopted.parts)
        _write(path, text, wanted, adopted)
    return ExitCode.OK


def _own_file(source: Source, dry_run: bool) -> Path:
    """The catalogue's file; one that came along is nobody's to change."""
    from kampyn_perf import config

    path = Path(source.name)
    if not dry_run and path.is_absolute() and path.parent == config.shipped("configs"):
        raise KampynError(
            f"{path} came with kampyn-perf and is not changed",
            hint="Begin with one of your own: kampyn-perf indexes import -o configs/indexes.yaml",
        )
    return path


def _write(path: Path, text: str, before: Catalogue, adopted: Adopted) -> None:
    """Written only if it reads back as the old catalogue with the new entries, and nothing else."""
    from kampyn_perf.cli.console import say
    from kampyn_perf.config import parse_yaml
    from kampyn_perf.files import write_whole
    from kampyn_perf.indexes.catalogue.insert import reads_back
    from kampyn_perf.indexes.catalogue.load import load_catalogue
    from kampyn_perf.units import counted

    again = load_catalogue(parse_yaml(text, str(path)))
    wrong = reads_back(before, again, adopted.parts)
    if wrong:
        raise KampynError(
            f"{path}: the new entries of {wrong} would not read back",
            hint="Take them from --dry-run by hand.",
        )
    write_whole(path, text)
    say(f"{path}: {counted(adopted.count, 'entry').replace('entrys', 'entries')} added")
