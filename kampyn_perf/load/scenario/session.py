"""One session: one arrival of one virtual user that runs one flow once. Microseconds.

The session knows when its next request was due: at first its own due time, then the end of the
step before (and the think time after it). A sample's response time counts from there, so that a
generator or a target that stands still cannot hide it.
"""

from __future__ import annotations

from typing import Any

from mypy_extensions import mypyc_attr

from kampyn_perf.load.client import RequestSample
from kampyn_perf.recorder.buffer import SampleBuffer


@mypyc_attr(allow_interpreted_subclasses=True)
class Session:
    """A session at work."""

    __slots__ = (
        "begun",
        "buffer",
        "cut",
        "data",
        "due_us",
        "failures",
        "flow",
        "number",
        "over_us",
        "pauses",
        "phase",
        "prepared_us",
        "ready_us",
        "requests",
        "together",
        "waited",
    )

    def __init__(
        self,
        *,
        number: int,
        flow: str,
        phase: int,
        due_us: int,
        data: dict[str, Any],
        buffer: SampleBuffer | None,
    ) -> None:
        self.number = number
        self.flow = flow
        self.phase = phase
        self.due_us = due_us
        """By the clock of the generator (`clock.now_us`)."""
        self.ready_us = due_us
        """When the next request is due."""
        self.together: int | None = None
        """When requests that are sent at the same time were all due; None while one follows the
        other."""
        self.data = data
        self.failures = 0
        self.requests = 0
        """That were answered, or failed."""
        self.over_us: int | None = None
        """When its flow ended, where steps after it follow that count for nothing."""
        self.pauses: list[tuple[int, int]] = []
        """Since the last request was counted: when they began, and how long they were meant."""
        self.prepared_us = 0
        """What its virtual user, new, did before it could begin: `on_start`."""
        self.waited = False
        """Whether it had to wait for a free virtual user."""
        self.begun = False
        self.cut: tuple[str, int] | None = None
        """The endpoint of the request that the end of the run cut, and when that was due."""
        self.buffer = buffer
        """None under stock Locust, which keeps its own statistics."""

    def request_done(self, sample: RequestSample, /) -> None:
        """Count one request. Never raises: a sample that cannot be kept is a recorder fault."""
        method, name, sent_us, end_us, status, error, received, sent, explain = sample
        # A request sent before its time (by a scenario with greenlets of its own) is due when sent.
        due_us = self.ready_us if self.together is None else self.together
        if due_us > sent_us:  # noqa: PLR1730 (a call of min costs ten times as much)
            due_us = sent_us
        self.ready_us = end_us
        if self.pauses:
            # One that began after the answer (while a response was judged) is still to be counted.
            self.ready_us += sum(for_us for began_us, for_us in self.pauses if began_us >= end_us)
            self.pauses.clear()
        self.requests += 1
        if error is not None:
            self.failures += 1
        if self.buffer is None:
            return
        try:
            self.buffer.ended(
                (
                    name if name.startswith(method) else endpoint_name(method, name),
                    self.flow,
                    self.phase,
                ),
                end_us - due_us,
                end_us - sent_us,
                status,
                error,
                received,
                sent,
                explain,
            )
        except Exception:  # noqa: BLE001 (whatever it was, the sample is lost and must be counted)
            self.buffer.fault()

    def paused(self, began_us: int, for_us: int) -> None:
        """The scenario slept; the next request is due so much later."""
        self.ready_us += for_us
        self.pauses.append((began_us, for_us))

    def prepared(self, took_us: int) -> None:
        """Its virtual user was new, and needed so long to get ready: neither the generator's delay
        nor the target's."""
        self.prepared_us += took_us
        self.ready_us += took_us

    def request_cut(self, method: str, name: str, sent_us: int, /) -> None:
        """Note the request whose answer is still out at the end of the run."""
        self.cut = (endpoint_name(method, name), min(self.ready_us, sent_us))


def endpoint_name(method: str, name: str) -> str:
    """What reports call a request; many names begin with the method already."""
    return name if name.startswith(method) else f"{method} {name}"
