"""`kampyn-perf doctor`: is this machine, and that target, fit for a measurement?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.cli.flags import AllowHost, Json

if TYPE_CHECKING:
    from collections.abc import Callable

    from kampyn_perf.doctor import Finding, IndexFacts, Level, Report

_STYLES = {"problem": "bold red", "warning": "yellow", "note": "dim"}


def doctor(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[URL]",
            autocompletion=completion.targets,
            help="What is to be measured: its answers are looked at, with ten requests.",
            show_default=False,
        ),
    ] = None,
    mongo: Annotated[
        str,
        typer.Option(
            "--mongo",
            metavar="URI",
            help="A MongoDB, or the environment variable that holds its URI: its settings against "
            "the document's tuning, and the indexes of the catalogue.",
        ),
    ] = "",
    redis: Annotated[
        str,
        typer.Option(
            "--redis", metavar="URL", help="A Redis, or the variable that holds its URL: the same."
        ),
    ] = "",
    db: Annotated[
        str,
        typer.Option(
            "--db",
            metavar="URL",
            help="Where indexes are looked at. Default: that of --mongo; also "
            "sqlite:///.kampyn/load/store.db of the bundled backend.",
        ),
    ] = "",
    catalogue: Annotated[
        str,
        typer.Option(
            "--catalogue", "-c", metavar="NAME|FILE", help="The indexes that should be there."
        ),
    ] = "indexes",
    allow_host: AllowHost = None,
    strict: Annotated[bool, typer.Option("--strict", help="A warning is exit code 1 too.")] = False,
    json: Json = False,
) -> int:
    """Say whether this machine, and that target, are fit for a measurement.

    Each finding has its consequence for the numbers, and a remedy. Nothing is changed. Exit codes:
    0 fit (perhaps with warnings), 1 a problem, 2 usage, 3 the target does not answer.

    \b
    This machine alone; with a target; with what stands behind it:
      kampyn-perf doctor
      kampyn-perf doctor http://localhost:5001
      kampyn-perf doctor http://localhost:5001 --mongo MONGO_URI --redis REDIS_URL
    \b
    For CI, where a noisy machine must not be measured on:
      kampyn-perf doctor --strict --json
    """
    from kampyn_perf import doctor as examiner
    from kampyn_perf.cli import console
    from kampyn_perf.errors import ExitCode

    url = _url(target, allow_host or [])
    database = _value(mongo)
    request = examiner.Request(
        url=url,
        redis=_value(redis),
        mongo=database,
        indexes=_index_looker(catalogue, _value(db) or database),
    )
    report = examiner.examine(request)
    if json:
        console.print_json(report.as_dict())
    else:
        _show(report)
    if report.facts.target and report.facts.target.unreachable:
        return ExitCode.UNREACHABLE
    bad = report.problems or (strict and report.count(examiner.Level.WARNING))
    return ExitCode.FAILED if bad else ExitCode.OK


def _url(target: str | None, allowed: list[str]) -> str:
    """The address; a name of configs/targets is one that has a `url`."""
    if not target:
        return ""
    from kampyn_perf.errors import KampynError
    from kampyn_perf.load.addresses import full_url, looks_like_url
    from kampyn_perf.load.hosts import check_target
    from kampyn_perf.load.inputs import read_target

    url = target if looks_like_url(target) else read_target(target)[0].url
    if not url:
        raise KampynError(
            f"the target {target} has no URL",
            hint="Name one: kampyn-perf doctor http://localhost:5001",
        )
    url = full_url(url)
    check_target(url, allowed)
    return url


def _value(text: str) -> str:
    """A URI, or what the environment variable of that name holds."""
    from kampyn_perf.errors import KampynError

    if not text or "://" in text:
        return text
    if text not in os.environ:
        raise KampynError(
            f"{text} is neither a URI nor an environment variable that is set",
            hint="As in --mongo mongodb://localhost:27017/kampyn.",
        )
    return os.environ[text]


def _index_looker(catalogue: str, uri: str) -> Callable[[], IndexFacts] | None:
    if not uri:
        return None

    def look() -> IndexFacts:
        from kampyn_perf.cli.indexes import options
        from kampyn_perf.doctor import IndexFacts
        from kampyn_perf.errors import KampynError
        from kampyn_perf.indexes import service
        from kampyn_perf.indexes.plan.actions import ActionKind
        from kampyn_perf.redact import redact_url

        where = redact_url(uri)
        wanted = options.load_catalogue(catalogue)
        try:
            with options.databases(wanted, uri) as databases:
                made = service.plan(wanted, databases)
        except KampynError as error:
            return IndexFacts(where=where, unseen=error.message)
        named = {
            kind: tuple(
                f"{part.collection}.{action.name}"
                for part in made.collections
                for action in part.actions
                if action.kind is kind
            )
            for kind in (ActionKind.CREATE, ActionKind.CHANGE, ActionKind.CONFLICT)
        }
        return IndexFacts(
            where=where,
            missing=named[ActionKind.CREATE],
            conflicts=named[ActionKind.CHANGE] + named[ActionKind.CONFLICT],
        )

    return look


def _show(report: Report) -> None:
    """What was found, on stdout; what it means, after it."""
    from kampyn_perf.cli import console
    from kampyn_perf.doctor import Level, seen

    lines = [line for finding in report.findings for line in finding_lines(finding)]
    counts = [_counted(report, level) for level in Level if report.count(level)]
    listed = f" ({', '.join(reversed(counts))})" if counts else ""
    looked, unseen = seen(report.facts)
    lines.append(f"Looked at: {'; '.join(looked)}")
    if unseen:
        lines.append(f"Not to be seen here: {', '.join(unseen)}")
    lines.append(f"Fit for a measurement: {'no' if report.problems else 'yes'}{listed}")
    console.print_text("\n".join(lines))


def finding_lines(finding: Finding) -> list[str]:
    """What, its consequence, its remedy."""
    lines = [f"{finding.level.value}: {finding.what}", f"    {finding.consequence}"]
    return [*lines, f"    {finding.remedy}"] if finding.remedy else lines


def _counted(report: Report, level: Level) -> str:
    from kampyn_perf.units import counted

    return counted(report.count(level), level.value)
