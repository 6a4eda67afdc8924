"""A comparison on the terminal, on stdout, or in a file."""

from __future__ import annotations

from kampyn_perf.cli import console
from kampyn_perf.cli.compare.flags import Output
from kampyn_perf.files import write_whole
from kampyn_perf.report.comparison import Format, export
from kampyn_perf.report.comparison.table import lines
from kampyn_perf.results.compared import Change
from kampyn_perf.results.comparison import Comparison, Conclusion

_STYLES = {
    Change.REGRESSED: "bold red",
    Change.IMPROVED: "green",
    Change.INCONCLUSIVE: "yellow",
}
_CONCLUSIONS = {
    Conclusion.REGRESSED: "bold red",
    Conclusion.IMPROVED: "bold green",
    Conclusion.NO_CHANGE: "bold green",
    Conclusion.INCONCLUSIVE: "bold yellow",
    Conclusion.NOT_COMPARABLE: "bold magenta",
}
_BY_MARK = {change.mark: style for change, style in _STYLES.items()}


def show(comparison: Comparison, output: Output) -> None:
    """As asked for: a document, or a table."""
    if output.out is not None:
        write_whole(output.out, export(comparison, output.form))
        console.say(comparison.headline, style=_CONCLUSIONS[comparison.conclusion])
        for reason in comparison.reasons:
            console.say_wrapped(reason, indent="  ")
    elif output.form is not Format.TABLE:
        console.print_bytes(export(comparison, output.form))
    else:
        with console.answering():
            _table(comparison, everything=output.everything)


def _table(comparison: Comparison, *, everything: bool) -> None:
    for number, line in enumerate(lines(comparison, everything=everything)):
        style = _BY_MARK.get(line[:1])
        console.say(line, style=style if number else _CONCLUSIONS[comparison.conclusion])
