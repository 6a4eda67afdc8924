"""From facts to findings: pure. A rule says nothing where all is well; a file has those of one
subject."""

from __future__ import annotations

from kampyn_perf.doctor.facts import Facts
from kampyn_perf.doctor.findings import Finding, Level
from kampyn_perf.doctor.rules.generator import of_generator
from kampyn_perf.doctor.rules.indexes import of_indexes
from kampyn_perf.doctor.rules.machine import of_machine
from kampyn_perf.doctor.rules.mongo import of_mongo
from kampyn_perf.doctor.rules.redis import of_redis
from kampyn_perf.doctor.rules.target import of_target


def findings(facts: Facts) -> list[Finding]:
    """What is found, the gravest first."""
    all_findings: list[Finding] = []
    if facts.machine:
        all_findings += of_machine(facts.machine)
    if facts.generator:
        all_findings += of_generator(facts.generator)
    if facts.target:
        all_findings += of_target(facts.target)
    if facts.redis:
        all_findings += of_redis(facts.redis)
    if facts.mongo:
        all_findings += of_mongo(facts.mongo)
    if facts.indexes:
        all_findings += of_indexes(facts.indexes)
    order = list(Level)[::-1]
    return sorted(all_findings, key=lambda finding: order.index(finding.level))
