"""`reports tag`: names and a reason for a run."""

from __future__ import annotations

from typing import Annotated

import typer

from kampyn_perf.cli.reports.options import RunName


def tag(
    run: RunName,
    tags: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TAG]...", help="What it is called from now on, too."),
    ] = None,
    *,
    note: Annotated[
        str | None, typer.Option("--note", metavar="TEXT", help="What the run is for.")
    ] = None,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take these tags away; all, where none are named.")
    ] = False,
) -> int:
    """Give a run tags, each a name of it wherever a run is expected, or take them away.

    A tag may be on several runs: alone it means the newest of them, and TAG@5 the five newest.

    \b
    Examples:
      kampyn-perf reports tag latest-load main --note "after index X"
      kampyn-perf reports tag 2026-11-28T05-14-20-load-quick main --remove
    """
    from kampyn_perf.cli import console
    from kampyn_perf.errors import KampynError
    from kampyn_perf.results import store
    from kampyn_perf.results import tags as kept

    stored = store.run_of(run)
    asked = kept.checked(tags or ())
    if not asked and note is None and not remove:
        raise KampynError(
            "there is nothing to do: no tag, and no --note",
            hint=f"kampyn-perf reports tag {run} main",
        )
    before = stored.tags
    if remove:
        unknown = [tag for tag in asked if tag not in before.tags]
        if unknown:
            raise KampynError(f"{stored.name} has no tag {', '.join(unknown)}")
        left = tuple(tag for tag in before.tags if asked and tag not in asked)
    else:
        left = kept.checked((*before.tags, *asked))
    after = kept.Tags(left, before.note if note is None else note)
    kept.write(stored.folder, after)
    words = ", ".join(after.tags) or "no tag"
    console.say(f"{stored.name}: {words}{f' ({after.note})' if after.note else ''}")
    return 0
