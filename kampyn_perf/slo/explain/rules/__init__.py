"""The rules, one module each: what a missed goal may coincide with."""

from kampyn_perf.slo.explain.rule import Rule
from kampyn_perf.slo.explain.rules import (
    backend_cpu,
    backend_stalled,
    cache,
    database,
    fault,
    garbage_collection,
    generator,
    growing_backlog,
    lock_waits,
    one_endpoint,
    one_phase,
    other_programs,
    password_hashing,
    rate_limiter,
    too_little_data,
)

RULES: tuple[Rule, ...] = (
    too_little_data.RULE,
    fault.RULE,
    generator.RULE,
    backend_stalled.RULE,
    rate_limiter.RULE,
    password_hashing.RULE,
    lock_waits.RULE,
    database.RULE,
    cache.RULE,
    garbage_collection.RULE,
    other_programs.RULE,
    backend_cpu.RULE,
    growing_backlog.RULE,
    one_endpoint.RULE,
    one_phase.RULE,
)
BY_ID = {rule.id: rule for rule in RULES}
