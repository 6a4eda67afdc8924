"""What one generator carries on this machine, and what it runs on: worth knowing, never a fault."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.doctor.facts import GeneratorFacts
from kampyn_perf.doctor.findings import Finding, Level

_MEASURE = "kampyn-perf bench generator"
_COMPILE = "make compiled (python -m kampyn_perf.compiling where there is no clone)"
_OLD_DAYS = 60


def of_generator(known: GeneratorFacts) -> Iterator[Finding]:
    """The figure and its age, or how to get one; and whether it is compiled."""
    yield from _rate(known)
    if known.pure:
        yield Finding(
            rule="generator-compiled",
            level=Level.NOTE,
            what=f"load generators run without their compiled part: {known.pure}",
            consequence="a request takes about a third more CPU; near the end of a core response "
            "times have more of the generator in them",
            remedy="Without that variable it is used, where it was made."
            if known.switched_off
            else f"{_COMPILE} makes it, in half a minute, where there is a C compiler.",
        )


def _rate(known: GeneratorFacts) -> Iterator[Finding]:
    if known.mix is None:
        yield Finding(
            rule="generator-rate",
            level=Level.NOTE,
            what="what one generator carries on this machine was never measured here",
            consequence="whether a rate takes one process or several shows only when a run of it "
            "is not valid",
            remedy=f"{_MEASURE} measures it, in a few minutes of a quiet machine.",
        )
        return
    old = known.days is not None and known.days > _OLD_DAYS
    yield Finding(
        rule="generator-rate",
        level=Level.NOTE,
        what=f"one generator carries about {known.mix:,.0f} requests/s of the documented mix on "
        f"this machine ({known.when})",
        consequence="a run that asks for more is not valid with one; flows that do more for a "
        "request carry less" + ("; it may have changed since" if old else ""),
        remedy=f"{_MEASURE} measures it again." if old else "For more: load --workers N.",
    )
