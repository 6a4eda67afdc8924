"""The Locust users of the comparison, and how they are driven and measured.

Importing this patches the process (Locust does): only the generator's child does it.
"""

from __future__ import annotations

import logging
import time
from typing import Any

import gevent
from gevent.queue import SimpleQueue
from locust import FastHttpUser, User, constant
from locust.env import Environment

from kampyn_perf.load.benchmark.jobs import Client, Figures, Job, percentile
from kampyn_perf.load.client import Client as LeanClient
from kampyn_perf.load.client import ConnectionPool, RequestSample
from kampyn_perf.recorder.buffer import Sample, SampleBuffer
from kampyn_perf.recorder.interval import Gauges


class Recorder:
    """The real recorder behind the lean client's hook, emptied once a second as in a load run."""

    def __init__(self, latencies: list[int]) -> None:
        self.buffer = SampleBuffer()
        self._latencies = latencies

    def request_done(self, sample: RequestSample, /) -> None:
        """One request."""
        _, name, sent_us, end_us, status, error, received, sent, _ = sample
        took = end_us - sent_us
        self.buffer.request(
            Sample(took, took, status, error, received, sent), endpoint=name, flow="items", phase=0
        )

    def request_cut(self, _method: str, _name: str, _sent_us: int, /) -> None:
        """Of no interest here."""

    def empty(self) -> None:
        """Hand over, for ever."""
        while True:
            gevent.sleep(1)
            self.collect()

    def collect(self) -> None:
        """Take what was recorded since the last time."""
        interval = self.buffer.take(0, Gauges())
        for cell in interval.cells.values():
            self._latencies.extend(cell.services_us)


class _Behaviour:
    """What every user does: log in once (a cookie from then on), then fetch items."""

    client: Any
    turns: SimpleQueue | None = None
    """In the open loop each request waits for its turn."""

    def on_start(self) -> None:
        self.client.post("/login", json={"email": "test@example.com", "password": "password"})

    def items(self) -> None:
        turns = self.turns
        if turns is None:
            self.client.get("/items", name="items")
            return
        while True:  # the schedule drives the users, not Locust's loop: as in a load run
            turns.get()
            self.client.get("/items", name="items")


def _items(user: Any) -> None:
    user.items()


def _user_class(client: Client, recorder: Recorder) -> type[User]:
    if client is Client.STOCK:

        class StockUser(_Behaviour, FastHttpUser):  # type: ignore[misc, unused-ignore]
            wait_time = constant(0)
            tasks = [_items]  # noqa: RUF012 - Locust's way

        return StockUser  # type: ignore[no-any-return, unused-ignore]

    class LeanUser(_Behaviour, User):  # type: ignore[misc, unused-ignore]
        wait_time = constant(0)
        tasks = [_items]  # noqa: RUF012
        pool = ConnectionPool()

        def __init__(self, environment: Environment) -> None:
            super().__init__(environment)
            self.client = LeanClient(
                base_url=self.host,
                pool=self.pool,
                observer=recorder,
                request_event=environment.events.request,
                context=self.context,
            )

    return LeanUser  # type: ignore[no-any-return, unused-ignore]


def run(job: Job) -> Figures:
    """Spawn the users, warm up, measure."""
    logging.getLogger("locust").setLevel(logging.ERROR)
    latencies: list[int] = []
    recorder = Recorder(latencies)
    user_class = _user_class(job.client, recorder)
    environment = Environment(user_classes=[user_class], host=job.url)
    if job.rate:
        user_class.turns = SimpleQueue()
        if job.client is Client.STOCK:
            environment.events.request.add_listener(
                lambda response_time, **_: latencies.append(round(response_time * 1000))
            )
    runner = environment.create_local_runner()
    helpers = [gevent.spawn(recorder.empty)]
    runner.start(job.users, spawn_rate=job.users)
    if job.rate:
        helpers.append(gevent.spawn(_give_turns, user_class.turns, job.rate))
    gevent.sleep(job.warmup_s)
    recorder.collect()
    del latencies[:]
    total = environment.stats.total
    before, failed = total.num_requests, total.num_failures
    started, cpu = time.perf_counter(), time.process_time()
    gevent.sleep(job.seconds)
    cpu, seconds = time.process_time() - cpu, time.perf_counter() - started
    requests, failed = total.num_requests - before, total.num_failures - failed
    recorder.collect()
    ordered = sorted(latencies)
    gevent.killall(helpers)
    runner.quit()
    return Figures(
        requests=requests,
        failed=failed,
        seconds=seconds,
        cpu_us_per_request=cpu * 1e6 / requests if requests else 0.0,
        p50_us=percentile(ordered, 0.50),
        p95_us=percentile(ordered, 0.95),
        p99_us=percentile(ordered, 0.99),
    )


def _give_turns(turns: SimpleQueue, rate: float) -> None:
    """Turn n comes at n / rate, by number: never accumulated."""
    start = time.perf_counter()
    number = 0
    while True:
        ahead = start + number / rate - time.perf_counter()
        if ahead > 0:
            gevent.sleep(ahead)
        turns.put(number)
        number += 1
