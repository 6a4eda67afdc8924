"""`indexes lint`: what is wrong with a catalogue, with or without a database."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.flags import Json
from kampyn_perf.cli.indexes.options import CatalogueName, Uri
from kampyn_perf.errors import ExitCode

if TYPE_CHECKING:
    from kampyn_perf.config import Source
    from kampyn_perf.indexes.lint.engine import LintResult


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def lint(
    catalogue: CatalogueName = "indexes",
    form: Annotated[
        Format,
        typer.Option(
            "--format", help="The findings as text on stderr, as json or sarif on stdout."
        ),
    ] = Format.TEXT,
    json: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail, too.")] = False,
    sample: Annotated[
        int,
        typer.Option(
            "--sample",
            metavar="N",
            min=0,
            help="Look at this many documents of each collection, and at the use of indexes.",
        ),
    ] = 0,
    uri: Uri = "",
    explain: Annotated[
        str, typer.Option("--rule", metavar="RULE", help="Why a rule is true; `all` lists them.")
    ] = "",
) -> int:
    """Judge a catalogue: what a server would refuse, and what costs without use.

    Exit code 1 when there is an error (with --strict, a warning).

    \b
    Examples:
      kampyn-perf indexes lint
      kampyn-perf indexes lint --format sarif > lint.sarif
      kampyn-perf indexes lint --sample 1000 --db mongodb://localhost:27017/kampyn
      kampyn-perf indexes lint --rule unique-may-be-missing
    """
    from kampyn_perf.cli.indexes.options import databases
    from kampyn_perf.indexes import service
    from kampyn_perf.indexes.lint.rule import Severity

    if explain:
        return _explain(explain)
    wanted, source = service.read_catalogue(catalogue)
    evidence = None
    if sample:
        with databases(wanted, uri) as opened:
            evidence = service.lint_evidence(wanted, opened, size=sample)
    result = service.lint(wanted, evidence)
    _print(result, source, Format.JSON if json else form)
    fails = result.count(Severity.ERROR) or (strict and result.count(Severity.WARNING))
    return ExitCode.FAILED if fails else ExitCode.OK


def _print(result: LintResult, source: Source, form: Format) -> None:
    from kampyn_perf import __version__
    from kampyn_perf.cli.console import print_json
    from kampyn_perf.cli.indexes.options import print_lines
    from kampyn_perf.indexes.text.lint import lint_json, lint_lines, lint_sarif

    if form is Format.JSON:
        print_json(lint_json(result, source))
    elif form is Format.SARIF:
        print_json(lint_sarif(result, source, version=__version__))
    else:
        print_lines(lint_lines(result, source))


def _explain(rule: str) -> int:
    from kampyn_perf.cli.indexes.options import print_lines
    from kampyn_perf.errors import KampynError
    from kampyn_perf.indexes.lint.rules import BY_ID, RULES
    from kampyn_perf.indexes.text.lint import explain_lines

    if rule != "all" and rule not in BY_ID:
        raise KampynError(f"no such rule: {rule}", hint="Known: " + ", ".join(BY_ID))
    for known in RULES if rule == "all" else (BY_ID[rule],):
        print_lines(explain_lines(known))
    return ExitCode.OK
