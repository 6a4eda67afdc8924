"""`doctor.examine`: a request to what is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from kampyn_perf.doctor import machine
from kampyn_perf.doctor.facts import Facts, IndexFacts
from kampyn_perf.doctor.findings import Finding, Level
from kampyn_perf.doctor.rules import findings


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is looked at, beside this machine; empty: not that."""

    url: str = ""
    redis: str = ""
    mongo: str = ""
    indexes: Callable[[], IndexFacts] | None = None
    """Compares the catalogue with what is there."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was seen, and what is to be said of it."""

    facts: Facts
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> int:
        return self.count(Level.PROBLEM)

    def count(self, level: Level) -> int:
        """Of findings of a level."""
        return sum(finding.level is level for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "facts": {key: value for key, value in asdict(self.facts).items() if value is not None},
            "findings": [asdict(finding) for finding in self.findings],
        }


def examine(request: Request) -> Report:
    """Look at all of it; takes about a second. Never raises for what it finds."""
    from kampyn_perf.doctor import stores, target

    facts = Facts(
        machine=machine.thorough(),
        generator=machine.generator(),
        target=target.look(request.url) if request.url else None,
        redis=stores.redis_facts(request.redis) if request.redis else None,
        mongo=stores.mongo_facts(request.mongo) if request.mongo else None,
        indexes=request.indexes() if request.indexes else None,
    )
    return Report(facts=facts, findings=tuple(findings(facts)))


def glance() -> tuple[Finding, ...]:
    """What a few small files say of this machine: costs a millisecond."""
    return tuple(findings(Facts(machine=machine.quick())))
