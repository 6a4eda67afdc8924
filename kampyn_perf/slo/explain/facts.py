"""What the rules look at: a missed goal, and all that was measured while it was missed. Pure.

The measure of a cause of slowness is *time waited*: what the requests that ended well during the
breach took together. Of what the backend says that it did in that time (hash, query, wait), the sum
of it is a share of the time waited: what would be gone without it, if nothing took its place. What
the backend gave up it does not count, and so requests that failed are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from kampyn_perf import names
from kampyn_perf.results.load import Failure, LoadResult
from kampyn_perf.slo.explain.breach import Breach, Kind
from kampyn_perf.slo.explain.watched import Events, Span, Watched
from kampyn_perf.units import format_duration

_SLOW_US = 1_000_000
"""A mean from which on requests that fail fail for the time they took."""


_STARVING = 0.25
"""Of the time, that a worker waits for a CPU: below, it hardly matters to an answer."""
_GENERATIONS = ("0", "1", "2")


class Collections(NamedTuple):
    """Collections of garbage of one generation."""

    of_time: float
    """The share of its time that a worker stood still for them."""
    pause_us: float
    """Of one, on the average."""


@dataclass(frozen=True)
class Facts:
    """One run with one breach."""

    result: LoadResult
    breach: Breach

    @cached_property
    def watched(self) -> Watched:
        return Watched(self.result.measurements)

    @property
    def spans(self) -> Sequence[Span]:
        return self.breach.spans

    @property
    def reach(self) -> Span:
        """From the first moment of the breach to its last."""
        return self.spans[0][0], self.spans[-1][1]

    @property
    def lasted_us(self) -> int:
        """Of the breach."""
        return sum(end - start for start, end in self.spans)

    @property
    def slow(self) -> bool:
        """Whether time was missed: requests were slow, or failed for having taken long."""
        breach = self.breach
        if breach.kind is Kind.ERRORS:
            return self.waited_us >= _SLOW_US * max(breach.total, 1)
        return breach.kind is Kind.TIMES

    @cached_property
    def calm(self) -> list[Span]:
        """The rest of the run, if it is worth a comparison."""
        at, spans = self.result.elapsed_us - self.result.measured_us, []
        for start, end in self.spans:
            if start - at >= 2_000_000:
                spans.append((at, start))
            at = max(at, end)
        if self.result.planned_us - at >= 2_000_000:
            spans.append((at, self.result.planned_us))
        return spans

    @cached_property
    def waited_us(self) -> float:
        """By all requests that ended during the breach."""
        return float(
            sum(
                second.response.sum_us
                for second in self.result.seconds
                if second.response
                and any(start <= second.at_us < end for start, end in self.breach.ended)
            )
        )

    @property
    def answered_us(self) -> float:
        """Waited by those of them that succeeded; by all, where none did."""
        return self.breach.response_us or self.waited_us

    def share_of_waiting(self, took_us: float) -> float:
        """Of the time waited; at most all of it."""
        return min(1.0, took_us / self.answered_us) if self.answered_us else 0.0

    def events(self, metric: str, **labels: str) -> Events | None:
        """During the breach."""
        return self.watched.events(metric, self.spans, **labels)

    def level(self, metric: str, **labels: str) -> float | None:
        """During the breach, on the average."""
        return self.watched.level(metric, self.spans, **labels)

    def number(self, metric: str, **labels: str) -> float | None:
        """During the breach."""
        return self.watched.number(metric, self.spans, **labels)

    @cached_property
    def failures(self) -> list[Failure]:
        """Those with a part in the breach."""
        return [
            failure
            for failure in self.result.failures
            if any(failure.first_us < end and failure.last_us > start for start, end in self.spans)
        ]

    @property
    def failed(self) -> int:
        """Requests that failed during the breach."""
        return sum(self.failed_within(failure) for failure in self.failures)

    def failed_within(self, failure: Failure) -> int:
        """Those of one cause, during the breach."""
        return sum(
            count
            for at, count in zip(failure.at, failure.counts, strict=True)
            if any(
                start < (at + 1) * failure.width_us and at * failure.width_us < end
                for start, end in self.spans
            )
        )

    @cached_property
    def when(self) -> str:
        """`from 12.0 s to 20.0 s`."""
        start, end = self.breach.from_us, self.breach.to_us
        return f"from {format_duration(start)} to {format_duration(end)}"

    @cached_property
    def cores(self) -> int:
        return max(1, self.result.machine.cores)

    @cached_property
    def workers_cpu(self) -> dict[str, float]:
        """Of each worker of the backend, in cores."""
        by_process = self.watched.each(names.PROCESS_CPU, self.spans)
        return {
            subject: level for subject, level in by_process.items() if subject.startswith("worker")
        }

    @cached_property
    def workers_wait(self) -> float:
        """The share of the time for which a worker was ready and others had the CPU, on average."""
        by_process = self.watched.each(names.PROCESS_CPU_WAIT, self.spans)
        held = [level for subject, level in by_process.items() if subject.startswith("worker")]
        return sum(held) / len(held) if held else 0.0

    @cached_property
    def without_cpu(self) -> float:
        """Of the time that a worker had something to do, for how much it had no CPU; 0 where it had
        little to do."""
        if not self.workers_cpu or self.workers_wait < _STARVING:
            return 0.0
        worked = sum(self.workers_cpu.values()) / len(self.workers_cpu)
        return self.workers_wait / (worked + self.workers_wait)

    @cached_property
    def backend_cpu(self) -> float | None:
        """Of all its processes together, in cores; None where they were not seen."""
        by_process = self.watched.each(names.PROCESS_CPU, self.spans)
        return sum(by_process.values()) if by_process else None

    @cached_property
    def used_cores(self) -> float | None:
        """Of the machine, by all programs; None where it was not seen."""
        by_process = self.watched.each(names.CPU, self.spans)
        return max(by_process.values()) * self.cores if by_process else None

    @cached_property
    def other_cores(self) -> float | None:
        """By programs that are neither the backend nor the generator."""
        if self.used_cores is None or self.backend_cpu is None:
            return None
        own = self.backend_cpu + (self.result.validity.cpu_share or 0.0)
        return max(0.0, self.used_cores - own)

    @cached_property
    def hashing(self) -> Events | None:
        return self.events(names.METRIC_HASH)

    @cached_property
    def hash_share(self) -> float:
        """Of the time waited, by logins for their hash: its turn and itself."""
        hashing, waiting = self.hashing, self.events(names.METRIC_HASH_WAIT)
        took_us = (hashing.total_us if hashing else 0) + (waiting.total_us if waiting else 0)
        # By Little's law the logins in the queue, over time; those that gave up are only there.
        queued_us = (self.level(names.METRIC_HASH_QUEUE) or 0.0) * self.lasted_us
        of_all = min(1.0, queued_us / self.waited_us) if self.waited_us else 0.0
        return max(of_all, self.share_of_waiting(took_us))

    @cached_property
    def starved(self) -> float:
        """Of the time that hashes took, for how much at least they had no CPU: all that the
        workers used was less. None of it matters where the rest alone misses the goal."""
        if self.hashing is None or not self.workers_cpu or not self.hashing.total_us:
            return 0.0
        used_us = sum(self.workers_cpu.values()) * self.lasted_us
        without_cpu = max(0.0, 1 - used_us / self.hashing.total_us)
        target = self.breach.judgement.target if self.breach.kind is Kind.TIMES else _SLOW_US
        return 0.0 if self.hashing.mean_us * (1 - without_cpu) >= target else without_cpu

    @cached_property
    def query_share(self) -> float:
        """Of the time waited, by queries at work: without their waiting for a turn."""
        queries, waits = self.events(names.DB_QUERY_TIME), self.events(names.METRIC_DB_WAIT)
        if queries is None:
            return 0.0
        return self.share_of_waiting(max(0.0, queries.total_us - (waits.total_us if waits else 0)))

    @cached_property
    def lock_share(self) -> float:
        """Of the time waited, by queries for a connection or their turn to write."""
        waits = self.events(names.METRIC_DB_WAIT)
        return self.share_of_waiting(waits.total_us) if waits else 0.0

    @cached_property
    def collections(self) -> dict[str, Collections]:
        """Of garbage, by generation: those that took time."""
        by_generation = {}
        for generation in _GENERATIONS:
            paused = self.level(names.METRIC_GC_PAUSE, generation=generation)
            rate = self.level(names.METRIC_GC_COLLECTIONS, generation=generation)
            if paused and rate and self.workers_cpu:
                of_time = min(1.0, paused / len(self.workers_cpu))
                by_generation[generation] = Collections(
                    of_time=of_time, pause_us=1e6 * paused / rate
                )
        return by_generation

    @cached_property
    def gc_share(self) -> float:
        """Of the time waited, by requests for a garbage collection to end: of those that come
        while a worker collects, each waits half a pause on the average."""
        collections = self.collections.values()
        return self.share_of_waiting(
            sum(
                self.breach.total * collection.of_time * collection.pause_us / 2
                for collection in collections
            )
        )
