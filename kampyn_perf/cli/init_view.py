"""What `kampyn-perf init` says of the project that it has written."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kampyn_perf.cli import console
from kampyn_perf.convert.summary import summarise

if TYPE_CHECKING:
    from kampyn_perf.cli.init_artillery import Project
    from kampyn_perf.convert.draft import Draft

_SHOWN = 12


def of_script(made: Project, folder: Path, paths: Sequence[Path], *, as_json: bool) -> None:
    """A project of another load generator's script."""
    command = _in_folder(folder, [made.command])
    if as_json:
        console.print_json(made.to_json(paths, command))
        return
    _say_files(paths)
    _say_list("Not taken over:", made.left_out)
    _say_list("Means something else:", made.remarks)
    _say_next(command)


def of_draft(draft: Draft, folder: Path, paths: Sequence[Path], *, as_json: bool) -> None:
    """A project of a description, a recording or a collection."""
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
    _say_next(command)


def of_kampyn(folder: Path, paths: Sequence[Path], *, as_json: bool) -> None:
    """The shipped files."""
    command = _in_folder(folder, ["kampyn-perf load --profile quick"])
    if as_json:
        console.print_json({"files": [str(path) for path in paths], "next": command})
        return
    _say_files(paths)
    console.say("Next, against the bundled backend; configs/targets/kampyn.yaml is the real one:")
    console.say(f"  {command}")


def _say_next(command: str) -> None:
    console.say("Next:", style="bold")
    console.say(f"  {command}")


def _in_folder(folder: Path, commands: list[str]) -> str:
    if folder.resolve() != Path.cwd():
        commands = [f"cd {shlex.quote(str(folder))}", *commands]
    return " && ".join(commands)


def _say_files(paths: Sequence[Path]) -> None:
    console.say("Written:", style="bold")
    for path in paths:
        console.say(f"  {path}")


def _say_list(title: str, lines: Any) -> None:
    if not lines:
        return
    console.say(title, style="bold")
    for line in list(lines)[:_SHOWN]:
        console.say(f"  {line}")
    if len(lines) > _SHOWN:
        console.say(f"  and {len(lines) - _SHOWN} more, which the target's file lists")
