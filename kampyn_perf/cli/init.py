"""`kampyn-perf init`: a project of one's own, out of what is there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kampyn_perf.cli import flags
from kampyn_perf.errors import ExitCode, KampynError

if TYPE_CHECKING:
    from kampyn_perf.cli.init_artillery import Project

SOURCE = "What it is made of (one of them; none: a project to go on from)"


def init(  # noqa: PLR0913 (one parameter for each flag)
    *,
    folder: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where it is written; made if need be.")
    ] = Path(),
    openapi: Annotated[
        str,
        typer.Option(
            metavar="FILE|URL",
            help="An API's description: OpenAPI 3.0, 3.1 or Swagger 2.0, JSON or YAML.",
            rich_help_panel=SOURCE,
        ),
    ] = "",
    har: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A browser's recording: third parties and static files left out.",
            rich_help_panel=SOURCE,
        ),
    ] = None,
    postman: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A collection of Postman, format 2.1; its folders become flows.",
            rich_help_panel=SOURCE,
        ),
    ] = None,
    artillery: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A script of Artillery; what cannot be said as data is listed with its line.",
            rich_help_panel=SOURCE,
        ),
    ] = None,
    k6: Annotated[
        Path | None,
        typer.Option(
            "--k6",
            metavar="FILE",
            help="A script of k6; what is more than plain calls is listed with its line.",
            rich_help_panel=SOURCE,
        ),
    ] = None,
    kampyn: Annotated[
        bool,
        typer.Option(
            "--kampyn",
            help="The shipped configuration and scenarios, as files of your own.",
            rich_help_panel=SOURCE,
        ),
    ] = False,
    url: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Where the API is, instead of what the source says; without a source, what is "
            "asked for.",
        ),
    ] = "",
    name: Annotated[
        str, typer.Option(metavar="NAME", help="The target's; default: as the source has it.")
    ] = "",
    environment: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --postman: an exported environment."),
    ] = None,
    keep_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="With --har: a host that is part of the system; may be given again. Default: that "
            "of the page.",
        ),
    ] = None,
    keep_secrets: Annotated[
        bool,
        typer.Option(
            "--keep-secrets",
            help="With --har: put recorded passwords into the list of users (readable by you "
            "alone) instead of a placeholder.",
        ),
    ] = False,
    fetch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="With --openapi: references to this host are fetched; may be given again.",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="With --openapi: DELETE and deprecated operations too.")
    ] = False,
    force: flags.Force = False,
    json: flags.Json = False,
) -> int:
    """Write a project that runs at once: a target with flows, data, objectives, profiles.

    \b
    Of an API's description, a recorded session, a Postman collection:
      kampyn-perf init --openapi http://localhost:8000/openapi.json
      kampyn-perf init --har session.har --out shop
      kampyn-perf init --postman shop.postman_collection.json
      kampyn-perf init --artillery script.yml --out shop
      kampyn-perf init --k6 script.js --out shop
    \b
    To go on from; KAMPYN's own files, to edit:
      kampyn-perf init --url http://localhost:8000/health
      kampyn-perf init --kampyn

    Nothing that is there is replaced without --force, and nothing is written by half. No secret of
    a recording or collection is written: it becomes data, a capture or a variable of the
    environment.
    """
    from kampyn_perf.cli import init_view
    from kampyn_perf.convert import service

    _check_flags(
        {
            "--openapi": openapi,
            "--har": har,
            "--postman": postman,
            "--artillery": artillery,
            "--k6": k6,
            "--kampyn": kampyn,
        },
        {
            "--environment": (environment, postman, "--postman"),
            "--keep-host": (keep_host, har, "--har"),
            "--keep-secrets": (keep_secrets, har, "--har"),
            "--fetch": (fetch, openapi, "--openapi"),
            "--all": (everything, openapi, "--openapi"),
        },
    )
    script = _project_of_script(artillery, k6, url=url, name=name)
    if script:
        paths = service.write_project(folder, script.files, force=force)
        init_view.of_script(script, folder, paths, as_json=json)
        return ExitCode.OK
    if kampyn:
        paths = service.write_project(folder, service.shipped_files(), force=force)
        init_view.of_kampyn(folder, paths, as_json=json)
        return ExitCode.OK
    draft = service.draft_of(
        service.InitOptions(
            url=url,
            openapi=openapi,
            har=har,
            postman=postman,
            environment=environment,
            name=name,
            hosts=tuple(keep_host or ()),
            fetch=tuple(fetch or ()),
            everything=everything,
            keep_secrets=keep_secrets,
        )
    )
    paths = service.write_project(folder, service.files_of(draft), force=force)
    init_view.of_draft(draft, folder, paths, as_json=json)
    return ExitCode.OK


def _project_of_script(
    artillery: Path | None, k6: Path | None, *, url: str, name: str
) -> Project | None:
    """Of another load generator's script; None where none was given."""
    if artillery:
        from kampyn_perf.cli import init_artillery

        return init_artillery.project_of(artillery, url=url, name=name)
    if k6:
        from kampyn_perf.cli import init_k6

        return init_k6.project_of(k6, url=url, name=name)
    return None


def _check_flags(sources: dict[str, Any], needing: dict[str, tuple[Any, Any, str]]) -> None:
    given = [name for name, value in sources.items() if value]
    if len(given) > 1:
        raise KampynError(f"{given[0]} and {given[1]}: a project is made of one of them")
    for name, (value, needed, source) in needing.items():
        if value and not needed:
            raise KampynError(f"{name} belongs to {source}")
