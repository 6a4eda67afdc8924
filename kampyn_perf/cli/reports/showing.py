"""`reports show`: one run, in short."""

from __future__ import annotations

from kampyn_perf.cli.flags import Json
from kampyn_perf.cli.reports.options import RunName


def show(run: RunName, *, json: Json = False) -> int:
    """Show one run: what it was, what it is called, its figures, its files.

    \b
    Examples:
      kampyn-perf reports show latest-load
      kampyn-perf reports show main --json
    """
    from kampyn_perf.cli import console
    from kampyn_perf.cli.reports import view
    from kampyn_perf.results import store
    from kampyn_perf.units import format_duration

    stored = store.run_of(run)
    if json:
        console.print_json(view.plain(stored))
        return 0
    with console.answering():
        summary = stored.summary
        console.say(f"{stored.name}: {summary.kind} of {summary.started_at}", style="bold")
        about = {
            "what": summary.label,
            "state": view.state(stored),
            "lasted": format_duration(summary.elapsed_us),
            "commit": summary.commit,
            "tags": ", ".join(stored.tags.tags),
            "note": stored.tags.note,
            "files": ", ".join(sorted(path.name for path in stored.folder.iterdir())),
        }
        for name, value in about.items():
            if value:
                console.say(f"  {name}: {value}")
        width = max(map(len, summary.metrics), default=0)
        for metric, figure in summary.metrics.items():
            console.say(f"  {metric:<{width}}  {view.value_text(metric, figure)}")
    return 0
