"""The lint rules: a stable id each, how serious it is, and why it is true."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    """The server refuses it, or data will be refused or lost."""
    WARNING = "warning"
    """It works, and somebody pays for it."""
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Rule:
    id: str
    """Never renamed: suppressions and baselines name it."""
    severity: Severity
    title: str
    explanation: str
    needs_database: bool = False


def _rule(
    severity: Severity, name: str, title: str, explanation: str, *, live: bool = False
) -> Rule:
    return Rule(
        id=name, severity=severity, title=title, explanation=explanation, needs_database=live
    )


_ERRORS = (
    (
        "partial-filter-operator",
        "A partial filter has an operator that MongoDB refuses there",
        "partialFilterExpression takes equality, $exists: true, $gt, $gte, $lt, $lte, $type, $and "
        "(and $or and $in from 6.0). $exists: false, $ne, $nin and $not make createIndexes fail "
        "with error 67. Applications that log such an error and go on never get the index.",
    ),
    (
        "two-text-indexes",
        "A collection would have two text indexes",
        "MongoDB allows one text index per collection (error 67). Put all fields into one, with "
        "weights.",
    ),
    (
        "same-name",
        "Two indexes of a collection have the same name",
        "An index is known by its name; a second one with other keys is refused with error 86.",
    ),
    (
        "same-keys",
        "Two indexes have the same keys and differ in options that do not tell them apart",
        "Keys, collation and partial filter tell two indexes apart. Same keys with another "
        "expireAfterSeconds are refused with error 85; so are unique or sparse ones before 5.0, "
        "and after it the second serves nothing that the first does not.",
    ),
    (
        "ttl-on-compound",
        "A TTL index has more than one key",
        "expireAfterSeconds works on a single field only; elsewhere it is refused (error 67).",
    ),
    (
        "ttl-on-special",
        "A TTL index is not on a plain field",
        "Documents expire by a plain ascending or descending key, and not by _id.",
    ),
    (
        "ttl-out-of-range",
        "expireAfterSeconds is negative or too large",
        "MongoDB takes 0 to 2147483647 seconds.",
    ),
    (
        "sparse-and-partial",
        "An index is both sparse and partial",
        "MongoDB refuses the two together (error 67). A partial filter with $exists: true says "
        "what sparse says, and more.",
    ),
    (
        "hashed-and-unique",
        "A hashed index cannot be unique",
        "Two values may have the same hash, so MongoDB refuses it (error 67).",
    ),
    (
        "special-keys",
        "A combination of keys and options that no server takes",
        "Text, geo, hashed and wildcard keys each exclude some options and each other.",
    ),
    (
        "too-many-indexes",
        "A collection would have more than 64 indexes",
        "64 is MongoDB's limit, with the one on _id among them (error 67).",
    ),
    (
        "too-many-keys",
        "An index has more than 32 keys",
        "32 is MongoDB's limit of one compound index (error 67).",
    ),
    (
        "unique-may-be-missing",
        "A unique index over a field that may be missing",
        "A missing field counts as null, and null is a value like any other: the second document "
        "without it is refused (error 11000). A partial filter {field: {$exists: true}}, or "
        "{$type: ...}, leaves such documents out. If every document has the field, say so under "
        "required:.",
    ),
)
_WARNINGS = (
    (
        "redundant-prefix",
        "An index is the beginning of another one",
        "Queries on {a} are served by {a, b} as well, read forwards or backwards. Each index costs "
        "every write, and memory. The shorter one is still worth its keep where it is unique, "
        "expires documents, is partial, sparse, hidden or of another collation: then this rule is "
        "silent.",
    ),
    (
        "duplicate-index",
        "The same index stands twice",
        "The second entry adds nothing.",
    ),
    (
        "two-arrays",
        "A compound index has two array fields",
        "MongoDB refuses documents in which two fields of one compound index are arrays (error "
        "171, cannot index parallel arrays).",
    ),
    (
        "cannot-serve",
        "An index cannot serve a query that it is said to serve",
        "A query uses an index when its filter or sort has the index's first field; a text index "
        "when it has $text. Otherwise MongoDB scans the collection.",
    ),
    (
        "partial-not-implied",
        "A query does not ask for what a partial index holds",
        "MongoDB uses a partial index only for queries whose filter implies the index's own: "
        "without that, results could be missing.",
    ),
    (
        "collation-mismatch",
        "A query and the index that serves it have different collations",
        "Strings compare by the query's collation; an index of another one cannot be used for "
        "them.",
    ),
    (
        "hidden-serves",
        "A hidden index is said to serve a query",
        "Hidden indexes are kept up to date and used by no query.",
    ),
    (
        "id-index",
        "An index on _id alone",
        "Every collection has one already, and it cannot be changed.",
    ),
    (
        "suppression-without-reason",
        "A suppression gives no reason",
        "The next reader cannot know whether it still holds.",
    ),
    (
        "suppression-unused",
        "A suppression suppresses nothing",
        "What it was for is mended, or it names the wrong rule: take it out before it hides "
        "something new.",
    ),
    (
        "suppression-unknown",
        "A suppression names no rule",
        "Probably a typing error; `kampyn-perf indexes lint --explain all` lists the rules.",
    ),
)
_LIVE = (
    (
        "unknown-field",
        "No sampled document has an indexed field",
        "An index on a field that nothing has is kept up for nothing, and queries on the field's "
        "real name scan the collection. (KAMPYN's users have uniID, not collegeId.)",
    ),
    (
        "unused-index",
        "An index that nothing has used, on any node, for days",
        "$indexStats counts per node since its restart, so only zero operations on every node "
        "over a week say something. Unique and TTL indexes work without being queried, and are "
        "never named here.",
    ),
)

RULES: tuple[Rule, ...] = (
    *(_rule(Severity.ERROR, *texts) for texts in _ERRORS),
    *(_rule(Severity.WARNING, *texts) for texts in _WARNINGS),
    *(_rule(Severity.WARNING, *texts, live=True) for texts in _LIVE),
)
BY_ID = {rule.id: rule for rule in RULES}
