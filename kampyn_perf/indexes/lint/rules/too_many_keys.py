"""An index has more than 32 keys."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused
from kampyn_perf.indexes.model.spec import MAX_KEYS

_KEYS = [f"f{number}: 1" for number in range(MAX_KEYS + 1)]
RULE = Rule(
    id="too-many-keys",
    severity=Severity.ERROR,
    title="An index has more than 32 keys",
    explanation="32 is MongoDB's limit of one compound index (error 67).",
    example=f"users: {{indexes: [{{key: {{{', '.join(_KEYS)}}}}}]}}",
    near_miss=f"users: {{indexes: [{{key: {{{', '.join(_KEYS[1:])}}}}}]}}",
    check=refused("too-many-keys"),
)
