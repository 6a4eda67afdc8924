"""`indexes exporter`: the program that prints what a Mongoose project declares."""

from __future__ import annotations

from kampyn_perf.errors import ExitCode


def exporter() -> int:
    """Print a program for node that lists the indexes of a Mongoose project.

    Run in the project's folder, it loads its models, opens no connection, and prints JSON for
    `indexes import`: every connection with the variable of its cluster, every model's indexes.

    \b
    Example:
      kampyn-perf indexes exporter > export-indexes.js
      node export-indexes.js > declared.json
      kampyn-perf indexes import --mongoose declared.json -o configs/indexes.yaml
    """
    from kampyn_perf.cli.console import print_text
    from kampyn_perf.indexes.catalogue.from_exporter import exporter_text

    print_text(exporter_text())
    return ExitCode.OK
