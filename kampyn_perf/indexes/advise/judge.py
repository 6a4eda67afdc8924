"""One shape's verdict: an index is missing, none would help, or nothing is wrong. Pure.

Nothing is claimed that the record does not show: a verdict goes by what was examined against what
was returned, by whole-collection plans and by sorts in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from kampyn_perf.indexes.advise.candidate import Candidate, candidates_of, join_candidate
from kampyn_perf.indexes.advise.known import Known, Source, plan_keys, used_in
from kampyn_perf.indexes.advise.predicates import Role
from kampyn_perf.indexes.advise.reasons import why_none
from kampyn_perf.indexes.advise.shape import Shape
from kampyn_perf.indexes.advise.tally import Tally
from kampyn_perf.units import format_percent

LEAST_WASTE = 500
"""Documents or keys read for nothing, per operation, below which an index is not worth its writes.
Atlas's Performance Advisor publishes the same bound."""
USEFUL = 0.3
"""From this share of what is read being returned on, an index reads little less, and in a worse
order."""
DEEP_SKIP = 1_000


class Verdict(StrEnum):
    WANTED = "wanted"
    THERE = "there"
    """An index has all that the shape asks for; it was built since, or not chosen."""
    DECLARED = "declared"
    """The catalogue has it; whether it is built was not asked, or it is not."""
    NO_HELP = "no-help"
    HEALTHY = "healthy"
    UNKNOWN = "unknown"
    """The record does not say enough."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One shape and what was found of it."""

    tally: Tally
    verdict: Verdict
    reason: str
    candidates: tuple[Candidate, ...] = ()
    """Those that are missing."""
    remarks: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    """Names of those that are there, or declared, and have all it asks for."""

    @property
    def wasted_us(self) -> float:
        """Time spent on what was not returned, where the record says how much that is; else all of
        it."""
        return self.tally.total_us * (1 - (_useful(self.tally) or 0.0))


KnownOf = Callable[[str], Known]


def judge(tally: Tally, known_of: KnownOf) -> Judged:
    """The verdict on one shape. `known_of` answers by namespace."""
    shape = tally.shape
    if shape.cut:
        return _judged(tally, Verdict.UNKNOWN, "the server cut its record: the filter is not whole")
    if tally.examined is None and not tally.plans:
        return _judged(tally, Verdict.UNKNOWN, "the record does not say what it examined")
    if (tally.examined or LEAST_WASTE + 1) <= LEAST_WASTE:
        few = f"reads {tally.examined:,.0f} documents or keys"
        return _judged(tally, Verdict.HEALTHY, f"{few}: too few for an index to matter")
    trouble = _trouble(tally)
    joined = _joined(tally, known_of)
    if joined is not None and joined.verdict is Verdict.WANTED:
        return joined
    if not trouble:
        return _untroubled(tally) if joined is None else joined
    return _troubled(tally, trouble, known_of(shape.namespace))


def _judged(tally: Tally, verdict: Verdict, reason: str) -> Judged:
    return Judged(tally=tally, verdict=verdict, reason=reason)


def _useful(tally: Tally) -> float | None:
    """The share of what is read that comes out or is skipped over; None where that is not told."""
    if tally.shape.grouped or tally.given is None or not tally.examined:
        return None
    return min((tally.given + tally.walked) / tally.examined, 1.0)


def _wastes(tally: Tally) -> bool:
    useful = _useful(tally)
    if useful is None or tally.examined is None:
        return False
    return useful < USEFUL and tally.examined * (1 - useful) > LEAST_WASTE


def _sorts(tally: Tally) -> bool:
    """A sort in memory that an index would spare: of few results, or of a part."""
    shape = tally.shape
    narrowed = any(p.role is not Role.NONE for p in shape.predicates) or bool(shape.branches)
    return bool(shape.sort) and tally.sorted * 2 > tally.count and (shape.limited or narrowed)


def _trouble(tally: Tally) -> str:
    """What is wrong with it, in words; empty: nothing."""
    words = []
    if tally.scanned > 0 and (_wastes(tally) or _useful(tally) is None):
        words.append("reads the whole collection")
    elif _wastes(tally):
        words.append("reads far more than it returns")
    if _sorts(tally):
        words.append("sorts in memory")
    return " and ".join(words)


def _untroubled(tally: Tally) -> Judged:
    useful, shape = _useful(tally), tally.shape
    if tally.walked >= DEEP_SKIP and tally.walked * 2 >= (tally.examined or 0):
        return _judged(tally, Verdict.NO_HELP, _deep_skip(tally))
    if useful is not None and tally.scanned > 0 and useful >= USEFUL:
        share = format_percent(useful)
        return _judged(
            tally,
            Verdict.NO_HELP,
            f"it returns {share} of what it reads: the condition is not selective, and reading the "
            "collection in its own order is cheaper than by an index",
        )
    if useful is None and not _bounds_all(tally) and shape.points:
        return _judged(
            tally,
            Verdict.UNKNOWN,
            "an index is used, and how many of the documents it gave were kept is not recorded: "
            "ask `indexes verify` with this query",
        )
    return _judged(tally, Verdict.HEALTHY, "an index is used, and most of what it gives is kept")


def _bounds_all(tally: Tally) -> bool:
    """Whether each index that was used begins with all that the shape has as equalities."""
    points = {p.field for p in tally.shape.points}
    used = list(plan_keys(tally.plans))
    return bool(used) and all(
        points <= {field for field, _ in keys[: len(points)]} for keys in used
    )


def _deep_skip(tally: Tally) -> str:
    return (
        f"it skips {tally.walked:,.0f} documents, which are all walked past, with any index: page "
        "by the last key seen (a range on the sort's fields) instead of skip"
    )


def _joined(tally: Tally, known_of: KnownOf) -> Judged | None:
    """The verdict on a shape's joins; None where it has none."""
    shape = tally.shape
    if not shape.joins or not (_wastes(tally) or _useful(tally) is None):
        return None
    missing, remarks = [], []
    for join in shape.joins:
        wanted = join_candidate(shape, join)
        known = known_of(f"{shape.database}.{join.collection}")
        if wanted is None or known.serving(wanted) is not None:
            continue
        missing.append(wanted)
        if not known.live:
            remarks.append(
                f"whether {join.collection} has such an index is not recorded; --db asks it"
            )
    if not missing:
        return _judged(tally, Verdict.HEALTHY, "what it reads includes the documents it joins")
    names = ", ".join(join.collection for join in shape.joins)
    return Judged(
        tally=tally,
        verdict=Verdict.WANTED,
        reason=f"joins {names}, reading far more than it returns",
        candidates=tuple(missing),
        remarks=tuple(remarks),
    )


def _troubled(tally: Tally, trouble: str, known: Known) -> Judged:
    shape = tally.shape
    candidates = candidates_of(shape, known.arrays)
    if not candidates:
        return _judged(tally, Verdict.NO_HELP, why_none(shape))
    remarks = [note for candidate in candidates for note in candidate.notes]
    if tally.walked >= DEEP_SKIP:
        remarks.append(f"the skip stays: {_deep_skip(tally)}")
    if shape.grouped or tally.given is None:
        remarks.append("how many documents match is not recorded: measure it with `effect`")
    elif tally.examined is None:
        remarks.append("how much it reads is not recorded; --db asks how large the collection is")
    remarks += _residue(shape)
    remarks += ["sent with a hint: another index is not used before that goes"] * shape.hinted
    serving = [known.serving(candidate) for candidate in candidates]
    missing = tuple(c for c, index in zip(candidates, serving, strict=True) if index is None)
    if missing:
        return Judged(
            tally=tally,
            verdict=Verdict.WANTED,
            reason=trouble,
            candidates=missing,
            remarks=tuple(dict.fromkeys(remarks)),
        )
    present = [index for index in serving if index is not None]
    indexes = tuple(index.name for index in present)
    names = ", ".join(indexes)
    declared = [index for index in present if index.source is Source.CATALOGUE]
    if declared:
        ask = "and it is not built" if known.live else "see `indexes plan` whether it is built"
        reason = f"{trouble}; the catalogue declares {names} for that, {ask}"
        return replace(_judged(tally, Verdict.DECLARED, reason), indexes=indexes)
    if all(used_in(index, tally) for index in present):
        return _judged(
            tally, Verdict.NO_HELP, f"{names} is used to its end; {_other_trouble(tally)}"
        )
    reason = f"{trouble}, though {names} has all it asks for: built since, or not chosen"
    return replace(_judged(tally, Verdict.THERE, reason), indexes=indexes)


def _residue(shape: Shape) -> list[str]:
    """What the index leaves to be looked at in each document."""
    words = [f"{p.words} on {p.field}" for p in shape.having(Role.NONE) if p.field[:1] != "$"]
    return [f"not narrowed down by it: {', '.join(words)}"] if words else []


def _other_trouble(tally: Tally) -> str:
    if tally.walked >= DEEP_SKIP:
        return _deep_skip(tally)
    residue = _residue(tally.shape)
    return residue[0] if residue else "what is left is the work of the query itself"
