"""A plan as Markdown for a pull request. Pure.

Names come from a database that strangers may write to: whatever stands in a cell is code, and can
neither close it nor mention anybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.indexes.plan.actions import Action, ActionKind, IndexPlan
from kampyn_perf.indexes.text.definitions import describe_spec, step_words
from kampyn_perf.indexes.text.plan import live_spec, summary_words

_SIGNS = {
    ActionKind.CREATE: "create",
    ActionKind.CHANGE: "change",
    ActionKind.CONFLICT: "**conflict**",
    ActionKind.REDUNDANT: "redundant",
    ActionKind.EXTRA: "extra",
    ActionKind.HIDDEN: "hidden",
}


def plan_markdown(plan: IndexPlan) -> str:
    """A heading, a table of what is not as wanted, and the summary."""
    lines = ["### Plan of the indexes", ""]
    rows = list(_rows(plan))
    if rows:
        lines += ["| collection | | index | what |", "|---|---|---|---|", *rows, ""]
    lines += [f"{_plain(words)}  " for words in summary_words(plan)]
    return "\n".join(lines) + "\n"


def _rows(plan: IndexPlan) -> Iterator[str]:
    for part in plan.collections:
        for action in part.actions:
            if action.kind is not ActionKind.KEEP:
                cells = (
                    _code(part.collection),
                    _SIGNS[action.kind],
                    _index(action),
                    _description(action),
                )
                yield f"| {' | '.join(cells)} |"


def _index(action: Action) -> str:
    spec = action.wanted or live_spec(action)
    return _code(describe_spec(spec) if spec else action.name)


def _description(action: Action) -> str:
    words = [] if action.kind is ActionKind.CREATE and not action.live else [action.reason]
    words += action.differences
    if action.kind is not ActionKind.CREATE:
        words += [step_words(step) for step in action.steps]
    words += [action.blocked, f"gap: {action.gap}" if action.gap else "", *action.warnings]
    return "; ".join(_plain(word) for word in words if word)


def _code(text: str) -> str:
    """As code; a backtick or a bar in it would end it."""
    return f"`{text.replace('`', chr(39)).replace('|', '/').replace(chr(10), ' ')}`"


def _plain(text: str) -> str:
    """Words in which nothing is markup."""
    escaped = text.replace("\\", "\\\\").replace("\n", " ")
    for mark in "`*_[]<>|#":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped.replace("@", "@\u200b")
