"""Rules and what they came to, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kampyn_perf.alerts.rules import Rule
from kampyn_perf.cli import console
from kampyn_perf.results.alerts import AlertRecord, Firing, Severity
from kampyn_perf.results.series import Unmeasured
from kampyn_perf.units import format_duration

STYLES = {Severity.INFO: "cyan", Severity.WARNING: "yellow", Severity.CRITICAL: "bold red"}


def show_rules(rules: Mapping[str, Rule]) -> None:
    """A table of all rules."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("alert", "severity", "fires", "over", "resolved", "actions"):
        table.add_column(head, overflow="fold")
    for name, rule in rules.items():
        what = _metric_text(rule)
        keep = format_duration(rule.keepFiringFor)
        table.add_row(
            Text(name),
            Text(rule.severity.value, style=STYLES[rule.severity]),
            Text(f"{what} {rule.fires}"),
            Text(format_duration(rule.window)),
            Text(f"{rule.cleared_by} for {keep}" if rule.keepFiringFor else str(rule.cleared_by)),
            Text(", ".join(rule.actions) or "-"),
        )
    console.show(table)


def show_beside(records: Sequence[AlertRecord]) -> None:
    """After a load: what fired, and in one line how the rest stands."""
    _show_firings(records)
    quiet = [record.name for record in records if not record.firings and record.judged]
    blind = [record.name for record in records if not record.judged]
    parts = [
        f"{words}: {', '.join(names)}"
        for words, names in (("never fired", quiet), ("no data", blind))
        if names
    ]
    if parts:
        console.say_wrapped(f"Alerts: {'; '.join(parts)}", style="dim")


def show_records(
    records: Sequence[AlertRecord], *, unmeasured: Mapping[str, Unmeasured] | None = None
) -> None:
    """Every firing; who stayed quiet in one line; who had no data, and why.

    `unmeasured`: what is known of why a metric was not measured.
    """
    _show_firings(records)
    quiet = [record.name for record in records if not record.firings and record.judged]
    if quiet:
        console.say(f"Never fired: {', '.join(quiet)}", style="green")
    for record in records:
        if not record.judged:
            gap = (unmeasured or {}).get(record.metric)
            reason = f"{record.reason}: {gap.text}" if gap else record.reason
            console.say_wrapped(f"No data: {record.name}: {reason}", style="dim")


def _show_firings(records: Sequence[AlertRecord]) -> None:
    for record in records:
        for firing in record.firings:
            console.say_wrapped(firing_line(record, firing), style=STYLES[record.severity])
        if record.unrecorded:
            console.say(f"  {record.name}: {record.unrecorded:,} more")
        for words in record.undelivered:
            console.say(f"  {record.name}: {words}", style="yellow")


def firing_line(record: AlertRecord, firing: Firing) -> str:
    """`Alert: high_error_rate (critical), 2 min 10 s to 3 min 40 s: ...`."""
    return (
        f"Alert: {record.name} ({record.severity.value}), {record.span_text(firing)}: "
        f"{record.firing_text(firing)}"
    )


def _metric_text(rule: Rule) -> str:
    statistic = [] if rule.statistic == "share" else [rule.statistic]
    return " ".join([rule.metric, *statistic, *rule.scope.as_dict().values()])
