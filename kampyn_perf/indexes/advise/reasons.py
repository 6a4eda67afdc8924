"""Why no index helps a shape, in words. Pure."""

from __future__ import annotations

from kampyn_perf.indexes.advise.predicates import Role
from kampyn_perf.indexes.advise.shape import Shape

_WORDS = {
    "$ne": "$ne matches nearly everything",
    "$nin": "$nin matches nearly everything",
    "$not": "$not matches nearly everything",
    "$exists": "$exists: true matches nearly everything",
    "$where": "$where runs JavaScript on each document",
    "a regular expression without anchor": "a regular expression without anchor (^) is held "
    "against every key; for words, a text index",
    "a regular expression that ignores case": "a regular expression that ignores case is held "
    "against every key; with a collation of strength 2 and equality, an index serves",
}


def why_none(shape: Shape) -> str:
    if any(p.field == "_id" for p in shape.points):
        return "it finds its documents by _id already"
    if shape.having(Role.GEO):
        return "it asks for places: declare a 2dsphere index on the field by hand"
    if shape.having(Role.TEXT):
        return "it searches words: the text index decides, and the record does not show its fields"
    if shape.branches:
        return "one branch of its $or has nothing that an index narrows down, so everything is read"
    words = [
        f"{p.field}: {_WORDS.get(p.words, f'no index narrows {p.words} down')}"
        for p in shape.having(Role.NONE)
    ]
    if words:
        return "; ".join(words)
    return "it has no condition: everything is asked for"
