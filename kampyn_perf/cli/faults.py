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

    leftovers = [leftover for _, leftover in Records(FOLDER).all()]
    if json:
        console.print_json(
            [
                {
                    "name": leftover.name,
                    "kind": leftover.kind,
                    "run": leftover.run.pid,
                    "left_behind": leftover.orphaned,
                    "stop": list(leftover.stop),
                }
                for leftover in leftovers
            ]
        )
        return 0
    with console.answering():
        for leftover in leftovers:
            gone = "left behind: its run is gone"
            how = gone if leftover.orphaned else f"run {leftover.run.pid} goes on"
            console.say(f"{leftover.name} ({leftover.kind}): {how}")
    if not leftovers:
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
        console.print_json([{"name": leftover.name, "error": error} for leftover, error in undone])
    else:
        with console.answering():
            for leftover, error in undone:
                words = (
                    f"not undone: {leftover.name}: {error}" if error else f"undone: {leftover.name}"
                )
                console.say(words, style="bold red" if error else "green")
        if not undone:
            console.say("Nothing was left behind.")
    return 1 if any(error for _, error in undone) else 0
