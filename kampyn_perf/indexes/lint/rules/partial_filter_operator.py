"""A partial filter has an operator that MongoDB refuses there."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="partial-filter-operator",
    severity=Severity.ERROR,
    title="A partial filter has an operator that MongoDB refuses there",
    explanation=(
        "partialFilterExpression takes equality, $exists: true, $gt, $gte, $lt, $lte, "
        "$type, $and (from 6.0 also $or, $in, $geoWithin and nested $and). $exists: false, "
        "$ne, $nin, $not and regular expressions make createIndexes fail with error 67. "
        "Applications that log such an error and go on never get the index."
    ),
    example=("users: {indexes: [{key: {a: 1}, partialFilterExpression: {a: {$exists: false}}}]}"),
    near_miss=("users: {indexes: [{key: {a: 1}, partialFilterExpression: {a: {$exists: true}}}]}"),
    check=refused("partial-filter-operator"),
)
