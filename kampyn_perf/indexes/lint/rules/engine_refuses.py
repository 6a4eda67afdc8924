"""An index that the engine of the catalogue's servers does not have."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="engine-refuses",
    severity=Severity.ERROR,
    title="An index that the engine of the catalogue's servers does not have",
    explanation=(
        "Services and servers that speak MongoDB's protocol leave out some kinds of index. Known "
        "are the rules of Amazon DocumentDB, Azure Cosmos DB (by units and by cores) and "
        "FerretDB, from their documentation; what they leave open, plan --probe asks the server."
    ),
    example="users: {indexes: [{key: {a: hashed}}]}",
    near_miss="users: {indexes: [{key: {a: 2dsphere}}]}",
    top="server: {engine: documentdb, min: 5.0}",
    check=refused("engine-refuses"),
)
