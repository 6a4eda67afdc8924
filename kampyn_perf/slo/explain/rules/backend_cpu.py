"""The backend's own processes had no CPU left."""

from kampyn_perf import names
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import ENOUGH, Hit, Rule
from kampyn_perf.units import format_duration

_FULL = 0.8
"""Of a core, by a worker; of the machine, by the backend."""
_BUSY = 0.95


def _check(facts: Facts) -> Hit | None:
    workers, backend = facts.workers_cpu, facts.backend_cpu
    if not workers or backend is None or not (facts.slow or facts.breach.kind is Kind.OTHER):
        return None
    mean = sum(workers.values()) / len(workers)
    # One that waits for a CPU would use it: what it had to do is both, unless it mostly waited.
    wanted = mean + (facts.workers_wait if facts.without_cpu <= 0.5 else 0.0)
    used = facts.used_cores or 0.0
    machine_full = used >= _BUSY * facts.cores and backend >= 0.5 * used
    if wanted < _FULL and not machine_full:
        return None
    words = (
        f"{len(workers)} worker{'' if len(workers) == 1 else 's'} used {mean:.2f} of a core each"
        f"; the backend {backend:.1f} of the machine's {facts.cores} cores"
    )
    if facts.workers_wait >= 0.01:
        words += f", and waited {facts.workers_wait:.2f} of the time for one"
    if facts.breach.kind is Kind.OTHER:
        return Hit(words, backend / used) if facts.breach.judgement.metric == names.CPU else None
    lag = facts.events(names.METRIC_LOOP_LAG)
    if lag:
        words += f", its event loop {format_duration(lag.mean_us)} late on the average"
    known = facts.hash_share + facts.query_share + facts.lock_share + facts.gc_share
    share = max(0.0, 1 - known) * (1.0 if machine_full else 1 - facts.without_cpu)
    return Hit(words, share) if share >= ENOUGH else None


RULE = Rule(
    id="backend-cpu",
    needs="the CPU of the backend's processes",
    test="each worker used 0.8 of a core, with the time for which it waited for one unless that "
    "was most of it, or the machine was full and the backend had most of it; and a quarter of the "
    "time waited went neither into hashes, queries, locks nor collections",
    metrics=(names.PROCESS_CPU, names.METRIC_LOOP_LAG),
    check=_check,
)
