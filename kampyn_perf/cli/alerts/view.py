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
        what = _what(rule.metric, rule.statistic, rule.scope.as_dict())
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


def show_records(
    records: Sequence[AlertRecord], *, unmeasured: Mapping[str, Unmeasured] | None = None
) -> None:
    """Every firing; who stayed quiet in one line; who had no data, and why.

    `unmeasured`: what is known of why a metric was not measured.
    """
    for record in records:
        for firing in record.firings:
            console.say(firing_line(record, firing), style=STYLES[record.severity])
        if record.unrecorded:
            console.say(f"  {record.name}: {record.unrecorded:,} more")
        for words in record.undelivered:
            console.say(f"  {record.name}: {words}", style="yellow")
    quiet = [each.name for each in records if not each.firings and each.judged]
    if quiet:
        console.say(f"Never fired: {', '.join(quiet)}", style="green")
    for record in records:
        if not record.judged:
            gap = (unmeasured or {}).get(record.metric)
            reason = f"{record.reason}: {gap.text}" if gap else record.reason
            console.say(f"No data: {record.name}: {reason}", style="dim")


def firing_line(record: AlertRecord, firing: Firing) -> str:
    """`2 min 10 s to 3 min 40 s  high_error_rate (critical): ...`."""
    end = "the end" if firing.resolved_us is None else format_duration(firing.resolved_us)
    what = _what(record.metric, record.statistic, record.scope)
    subject = f" ({firing.subject})" if firing.subject not in ("", *record.scope.values()) else ""
    value, worst = record.unit.text(firing.value), record.unit.text(firing.worst)
    peak = f", at worst {worst}" if worst != value else ""
    window = format_duration(record.window_us)
    return (
        f"{format_duration(firing.fired_us)} to {end}  {record.name} ({record.severity.value}): "
        f"{what}{subject} over {window} was {value}{peak} (fires {record.fires})"
    )


def _what(metric: str, statistic: str, scope: Mapping[str, str]) -> str:
    words = [metric, *([] if statistic == "share" else [statistic]), *scope.values()]
    return " ".join(words)
