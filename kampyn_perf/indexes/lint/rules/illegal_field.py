"""A field that cannot be indexed."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="illegal-field",
    severity=Severity.ERROR,
    title="A field that cannot be indexed",
    explanation=(
        "_fts is what a server itself calls the text part of a key. A part of a path that "
        "begins with $ is one of a reference ($id, $ref, $db) or a wildcard."
    ),
    example="users: {indexes: [{key: {_fts: 1}}]}",
    near_miss="users: {indexes: [{key: {owner.$id: 1}}]}",
    check=refused("illegal-field"),
)
