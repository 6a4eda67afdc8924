"""All verdicts of a recording, and the indexes that come of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kampyn_perf.indexes.advise.candidate import Candidate
from kampyn_perf.indexes.advise.judge import Judged, Verdict, judge
from kampyn_perf.indexes.advise.known import Known, with_seen
from kampyn_perf.indexes.advise.merge import Merged, after_existing, merge
from kampyn_perf.indexes.advise.shape import Shape
from kampyn_perf.indexes.advise.tally import Tallies, Tally
from kampyn_perf.indexes.model.coverage import redundant_to
from kampyn_perf.indexes.model.normalise import normal_of
from kampyn_perf.indexes.model.spec import IndexSpec


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What an index costs, as far as anybody knows."""

    others: int | None = None
    """Indexes that the collection has already, `_id_` among them; None: nobody was asked."""
    inserts: int = 0
    """Recorded ones."""
    updates: int = 0
    """Recorded ones that set one of its fields."""
    bytes: int | None = None
    """Estimated from a sample of documents; None: nobody was asked."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One index that is missing."""

    namespace: str
    spec: IndexSpec
    shapes: tuple[Judged, ...]
    """What it rests on, the costliest first."""
    supersedes: tuple[str, ...] = ()
    """Indexes that are there and that it makes superfluous."""
    cost: Cost = Cost()

    @property
    def collection(self) -> str:
        return self.namespace.partition(".")[2]

    @property
    def database(self) -> str:
        return self.namespace.partition(".")[0]

    @property
    def wasted_us(self) -> float:
        return sum(judged.wasted_us for judged in self.shapes)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a recording comes to."""

    advice: tuple[Advice, ...]
    """By the time that their shapes spend on what is not returned."""
    judged: tuple[Judged, ...]
    """Every shape, the costliest first."""
    operations: int
    left_out: int = 0
    first: str = ""
    last: str = ""

    def of(self, verdict: Verdict) -> tuple[Judged, ...]:
        return tuple(judged for judged in self.judged if judged.verdict is verdict)


KnownOf = Callable[[str], Known]


def advise(tallies: Tallies, known_of: KnownOf, *, least: int = 1) -> Report:
    """Every shape judged, and what is missing merged. Shapes of fewer than `least` operations are
    judged too, but nothing is advised for them alone."""
    enough = _remembering(tallies, known_of)
    for shape, tally in tallies.by_shape.items():
        tally.suppose(enough(shape.namespace).documents)
    judged = [judge(tally, enough) for tally in tallies.by_shape.values()]
    judged.sort(key=lambda shape: shape.tally.total_us, reverse=True)
    times = [tally for tally in tallies.by_shape.values() if tally.first]
    return Report(
        advice=tuple(_advice(judged, tallies, enough, least)),
        judged=tuple(judged),
        operations=sum(tally.count for tally in tallies.by_shape.values()),
        left_out=tallies.left_out,
        first=min((tally.first for tally in times), default=""),
        last=max((tally.last for tally in times), default=""),
    )


def _remembering(tallies: Tallies, known_of: KnownOf) -> KnownOf:
    """With what recorded plans used; each namespace asked about once."""
    by_namespace: dict[str, list[Tally]] = {}
    for shape, tally in tallies.by_shape.items():
        by_namespace.setdefault(shape.namespace, []).append(tally)
    answers: dict[str, Known] = {}

    def ask(namespace: str) -> Known:
        if namespace not in answers:
            seen = by_namespace.get(namespace, [])
            answers[namespace] = with_seen(known_of(namespace), seen)
        return answers[namespace]

    return ask


def _advice(
    judged: Sequence[Judged], tallies: Tallies, known_of: KnownOf, least: int
) -> list[Advice]:
    asked: list[tuple[Candidate, Judged]] = [
        (candidate, shape)
        for shape in judged
        if shape.verdict is Verdict.WANTED
        for candidate in shape.candidates
    ]
    made = []
    for merged in merge([candidate for candidate, _ in asked]):
        shapes = _distinct(asked[place][1] for place in merged.members)
        if sum(shape.tally.count for shape in shapes) >= least:
            made.append(_advice_on(merged, shapes, tallies, known_of))
    return sorted(made, key=lambda advice: advice.wasted_us, reverse=True)


def _advice_on(
    merged: Merged, shapes: tuple[Judged, ...], tallies: Tallies, known_of: KnownOf
) -> Advice:
    namespace = merged.candidate.namespace
    known = known_of(namespace)
    layout = after_existing(merged.layout, [index.normal.keys for index in known.there])
    collation = _collation(shapes, merged.candidate)
    spec = IndexSpec(keys=layout.keys(), options={"collation": collation} if collation else {})
    normal = normal_of(spec)
    superseded = tuple(
        index.name
        for index in known.there
        if index.name != "_id_" and redundant_to(index.normal, [(spec.effective_name, normal)])
    )
    return Advice(
        namespace=namespace,
        spec=spec,
        shapes=shapes,
        supersedes=superseded,
        cost=Cost(
            others=len(known.there) if known.live else None,
            inserts=tallies.inserts[namespace],
            updates=_setting(tallies.sets.get(namespace) or {}, spec),
        ),
    )


def _collation(shapes: Iterable[Judged], candidate: Candidate) -> Mapping[str, object] | None:
    if not candidate.collation:
        return None
    return next((s.tally.sample.collation for s in shapes if s.tally.sample.collation), None)


def _setting(sets: Mapping[str, int], spec: IndexSpec) -> int:
    """Recorded updates that change one of the index's fields, at least so many."""
    return max((sets.get(path, 0) for path in spec.fields), default=0)


def _distinct(shapes: Iterable[Judged]) -> tuple[Judged, ...]:
    by_shape: dict[Shape, Judged] = {shape.tally.shape: shape for shape in shapes}
    return tuple(sorted(by_shape.values(), key=lambda shape: shape.wasted_us, reverse=True))
