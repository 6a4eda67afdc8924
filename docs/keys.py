"""Writes the tables of keys in docs/load.md, targets.md and scenarios.md, from the models:

python docs/keys.py          # writes them
python docs/keys.py --check  # exit code 1 where a page is not what it would write
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from enum import Enum
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from kampyn_perf.load import settings
from kampyn_perf.load.target import audit, checks, flow, request
from kampyn_perf.load.target import settings as target
from kampyn_perf.units import format_rate, spell_duration

DOCS = Path(__file__).parent
TABLES: dict[str, type[BaseModel]] = {
    "config": settings.RunSettings,
    "phase": settings.PhaseSettings,
    "profile": settings.ProfileSettings,
    "timeouts": settings.TimeoutSettings,
    "validity": settings.ValidityLimits,
    "data": target.FeedSettings,
    "target": target.TargetSettings,
    "operation": target.Operation,
    "request": request.RequestSettings,
    "sign_in": target.SignIn,
    "flow": flow.FlowSettings,
    "step": flow.Step,
    "capture": checks.Capture,
    "expect": checks.Expect,
    "match": checks.Match,
    "once": target.Once,
    "audit": audit.AuditSettings,
}
_MARK = re.compile(r"(<!-- keys: (\w+) -->\n).*?(<!-- /keys -->)", re.S)


def table(model: type[BaseModel]) -> str:
    """A row for each key: its default, and what its docstring says."""
    words = _docstrings(model)
    own = [name for name in model.model_fields if name in _own(model)]
    rows = ["| key | default | meaning |", "|---|---|---|"]
    for name in own:
        field = model.model_fields[name]
        key = field.alias or name.rstrip("_")
        default = (
            "needed"
            if field.is_required()
            else _spelled(name, field.get_default(call_default_factory=True))
        )
        rows.append(f"| `{key}` | {default} | {words.get(name, '')} |")
    return "\n".join(rows) + "\n"


def page(text: str) -> str:
    """`text` with every table written anew."""
    return _MARK.sub(lambda mark: mark[1] + table(TABLES[mark[2]]) + mark[3], text)


def _own(model: type[BaseModel]) -> set[str]:
    """Keys that the model declares itself; what an operation has in common stands once."""
    return set(model.__annotations__)


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    body = [node for one in ast.parse(inspect.getsource(model)).body for node in one.body]
    found: dict[str, str] = {}
    for before, after in pairwise(body):
        named = isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)
        if named and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[before.target.id] = " ".join(str(after.value.value).split()).replace("|", "\\|")
    return found


def _spelled(name: str, value: Any) -> str:  # noqa: PLR0911 (one form each)
    """A default as the file would have it."""
    if isinstance(value, BaseModel):
        return "below"
    if value in (None, "", (), {}, []):
        return ""
    if isinstance(value, Enum):
        return f"`{value.value}`"
    if isinstance(value, Fraction):
        return f"`{format_rate(float(value))}`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int) and value >= 5_000 and name not in ("maxVusers", "maxWaiting"):
        return f"`{spell_duration(value)}`"
    return f"`{value}`"


def main() -> int:
    """Entry point."""
    wrong = 0
    for path in (DOCS / "load.md", DOCS / "targets.md", DOCS / "scenarios.md"):
        text = path.read_text()
        if page(text) == text:
            continue
        if "--check" in sys.argv:
            sys.stderr.write(f"{path} is not what docs/keys.py would write\n")
            wrong = 1
        else:
            path.write_text(page(text))
    return wrong


if __name__ == "__main__":
    sys.exit(main())
