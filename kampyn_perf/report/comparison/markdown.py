"""A comparison as Markdown, for a pull request or a job's summary. Pure.

Names come from runs that anybody may have made: everything is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf.report.comparison.table import about
from kampyn_perf.report.markup import escape, table
from kampyn_perf.results.compared import Change, Compared
from kampyn_perf.results.comparison import Comparison, Conclusion, Difference, names_of

_MARKS_OF_ALL = {
    Conclusion.REGRESSED: "❌",
    Conclusion.IMPROVED: "✅",
    Conclusion.NO_CHANGE: "✅",
    Conclusion.INCONCLUSIVE: "❔",
    Conclusion.NOT_COMPARABLE: "⚠️",
}
_MARKS = {
    Change.REGRESSED: "❌ regressed",
    Change.IMPROVED: "✅ improved",
    Change.NO_CHANGE: "🟰 no meaningful change",
    Change.INCONCLUSIVE: "❔ inconclusive",
}


def markdown(comparison: Comparison) -> bytes:
    """The document, UTF-8."""
    told = [row for row in comparison.rows if row.worth_showing]
    first = [row for row in told if row.primary or row.outcome is not Change.INCONCLUSIVE]
    rest = [row for row in comparison.rows if row not in first]
    blocks = [
        f"## {_MARKS_OF_ALL[comparison.conclusion]} kampyn-perf compare: "
        f"{escape(comparison.headline)}",
        _bullets(comparison.reasons),
        _differences(comparison.differences),
        _rows(first),
        _bullets(comparison.remarks),
        _folded("Control: the base against itself", comparison.control),
        _folded("Everything else", rest),
        f"_Base {escape(names_of(comparison.base))}, new {escape(names_of(comparison.new))}; "
        f"{escape(about(comparison))}._",
    ]
    return ("\n\n".join(block for block in blocks if block) + "\n").encode()


def _differences(differences: Sequence[Difference]) -> str:
    if not differences:
        return ""
    rows = [
        (escape(difference.what), escape(difference.base), escape(difference.new))
        for difference in differences
    ]
    return table(("Not alike", "Base", "New"), "lll", rows)


def _rows(rows: Sequence[Compared]) -> str:
    if not rows:
        return ""
    return table(
        ("Figure", "Base", "New", "Change", "Interval", "Outcome"),
        "lrrrrl",
        [
            (
                escape(row.title),
                escape(row.value_text(row.base)),
                escape(row.value_text(row.new)),
                escape(row.change_text),
                escape(row.interval_text),
                f"{_MARKS[row.outcome]}{f' ({escape(row.needs)})' if row.needs else ''}",
            )
            for row in rows
        ],
    )


def _folded(title: str, rows: Sequence[Compared]) -> str:
    if not rows:
        return ""
    return f"<details><summary>{title}</summary>\n\n{_rows(rows)}\n\n</details>"


def _bullets(texts: Sequence[str]) -> str:
    return "\n".join(f"- {escape(line)}" for line in texts)
