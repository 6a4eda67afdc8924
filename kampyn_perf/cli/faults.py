"""`kampyn-perf faults`: what faults a killed run has left behind, and the end of them."""

from __future__ import annotations

import typer

from kampyn_perf.cli.flags import Json

app = typer.Typer(
    name="faults",
    no_args_is_help=True,
    help="""Faults that are done to a system while it is under load: list them, and undo what is
    left.

    \b
    What goes on, or was left behind by a run that was killed in this folder; and its end:
      kampyn-perf faults list
      kampyn-perf faults undo
    """,
)


@app.command("list")
def list_faults(json: Json = False) -> int:
    """Show the faults that have begun and are not undone, of runs in this folder.

    \b
    Example:
      kampyn-perf faults list --json
    """
    from kampyn_perf.cli import console
    from kampyn_perf.faults.records import FOLDER, Records

    found = [leftover for _, leftover in Records(FOLDER).all()]
    if json:
        console.print_json(
            [
                {
                    "name": one.name,
                    "kind": one.kind,
                    "run": one.run.pid,
                    "left_behind": one.orphaned,
                    "stop": list(one.stop),
                }
                for one in found
            ]
        )
        return 0
    for one in found:
        how = "left behind: its run is gone" if one.orphaned else f"run {one.run.pid} goes on"
        console.say(f"{one.name} ({one.kind}): {how}")
    if not found:
        console.say("No fault goes on, and none was left behind.")
    return 0


@app.command("undo")
def undo(json: Json = False) -> int:
    """Undo what runs that were killed have left behind. Exit code 1: something could not be undone.

    The next load in this folder does the same at its start. Faults of a run that goes on are for
    that run to undo.

    \b
    Example:
      kampyn-perf faults undo
    """
    from kampyn_perf.cli import console
    from kampyn_perf.faults.records import FOLDER, Records

    undone = Records(FOLDER).undo_orphans()
    if json:
        console.print_json([{"name": one.name, "error": error} for one, error in undone])
    else:
        for one, error in undone:
            words = f"not undone: {one.name}: {error}" if error else f"undone: {one.name}"
            console.say(words, style="bold red" if error else "green")
        if not undone:
            console.say("Nothing was left behind.")
    return 1 if any(error for _, error in undone) else 0
