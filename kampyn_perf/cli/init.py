"""`kampyn-perf init`: a project of one's own, out of what is there already."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kampyn_perf.cli import flags
from kampyn_perf.errors import ExitCode, KampynError

if TYPE_CHECKING:
    from kampyn_perf.cli.init_artillery import Project
    from kampyn_perf.convert.draft import Draft

SOURCE = "What it is made of (one of them; none: a project to go on from)"
_SHOWN = 12


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
    if artillery:
        from kampyn_perf.cli import init_artillery

        made = init_artillery.project_of(artillery, url=url, name=name)
        return _written(made, folder, force=force, as_json=json)
    if k6:
        from kampyn_perf.cli import init_k6

        made = init_k6.project_of(k6, url=url, name=name)
        return _written(made, folder, force=force, as_json=json)
    if kampyn:
        paths = service.write_project(folder, service.shipped_files(), force=force)
        _tell_kampyn(folder, paths, as_json=json)
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
    _tell(draft, folder, paths, as_json=json)
    return ExitCode.OK


def _written(made: Project, folder: Path, *, force: bool, as_json: bool) -> int:
    """The script of another load generator as a project."""
    from kampyn_perf.cli import console
    from kampyn_perf.convert import service

    paths = service.write_project(folder, made.files, force=force)
    command = _in_folder(folder, [made.command])
    if as_json:
        console.print_json(made.to_json(paths, command))
        return ExitCode.OK
    _say_files(paths)
    _say_list("Not taken over:", made.left_out)
    _say_list("Means something else:", made.remarks)
    _say_next(command)
    return ExitCode.OK


def _check_flags(sources: dict[str, Any], needing: dict[str, tuple[Any, Any, str]]) -> None:
    given = [name for name, value in sources.items() if value]
    if len(given) > 1:
        raise KampynError(f"{given[0]} and {given[1]}: a project is made of one of them")
    for name, (value, needed, source) in needing.items():
        if value and not needed:
            raise KampynError(f"{name} belongs to {source}")


def _tell(draft: Draft, folder: Path, paths: list[Path], *, as_json: bool) -> None:
    from kampyn_perf.cli import console
    from kampyn_perf.convert.summary import summarise

    summary = summarise(draft)
    command = _in_folder(folder, summary.command)
    if as_json:
        console.print_json(
            {
                "files": [str(path) for path in paths],
                "target": draft.name,
                "url": draft.url,
                "flows": [flow.name for flow in draft.flows],
                "left_out": [
                    {"what": omission.what, "why": omission.why} for omission in draft.left_out
                ],
                "environment": draft.environment,
                "edit": list(summary.to_edit),
                "next": command,
            }
        )
        return
    _say_files(paths)
    console.say(summary.contents)
    _say_list(
        "Not taken over:", [f"{omission.what}: {omission.why}" for omission in draft.left_out]
    )
    _say_list("To edit:", summary.to_edit)
    _say_list("From the environment:", [f"{k}: {v}" for k, v in draft.environment.items()])
    console.say("Next:", style="bold")
    console.say(f"  {command}")


def _tell_kampyn(folder: Path, paths: list[Path], *, as_json: bool) -> None:
    from kampyn_perf.cli import console

    command = _in_folder(folder, ["kampyn-perf load --profile quick"])
    if as_json:
        console.print_json({"files": [str(path) for path in paths], "next": command})
        return
    _say_files(paths)
    console.say("Next, against the bundled backend; configs/targets/kampyn.yaml is the real one:")
    console.say(f"  {command}")


def _say_next(command: str) -> None:
    from kampyn_perf.cli import console

    console.say("Next:", style="bold")
    console.say(f"  {command}")


def _in_folder(folder: Path, commands: list[str]) -> str:
    if folder.resolve() != Path.cwd():
        commands = [f"cd {shlex.quote(str(folder))}", *commands]
    return " && ".join(commands)


def _say_files(paths: list[Path]) -> None:
    from kampyn_perf.cli import console

    console.say("Written:", style="bold")
    for path in paths:
        console.say(f"  {path}")


def _say_list(title: str, lines: Any) -> None:
    from kampyn_perf.cli import console

    if not lines:
        return
    console.say(title, style="bold")
    for line in list(lines)[:_SHOWN]:
        console.say(f"  {line}")
    if len(lines) > _SHOWN:
        console.say(f"  and {len(lines) - _SHOWN} more, which the target's file lists")
