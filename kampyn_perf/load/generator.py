"""The generator's process: `python -m kampyn_perf.load.generator`, started by the supervisor.

It reads one specification, tells which flows there are, runs the schedule and hands over what was
recorded about once a second. It decides nothing: judging, drawing and writing happen elsewhere.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from locust.env import Environment
from locust.event import EventHook
from locust.util.load_locustfile import load_locustfile

from kampyn_perf import datafile
from kampyn_perf.errors import ConfigError, KampynError
from kampyn_perf.load.context import LoadContext
from kampyn_perf.load.feed import Feed
from kampyn_perf.load.flow import FlowUser
from kampyn_perf.load.health import Health
from kampyn_perf.load.link import ABORT, STOP, Link
from kampyn_perf.load.pacer import Pacer, sleep_until
from kampyn_perf.load.pool import Pool
from kampyn_perf.load.requests import check_operations
from kampyn_perf.load.spec import RunSpec, choose_flows
from kampyn_perf.recorder.buffer import SampleBuffer
from kampyn_perf.recorder.interval import Gauges
from kampyn_perf.schedule import Mix

_HAND_OVER_SECONDS = 1.0


def main() -> None:
    """Entry point of the process."""
    link = Link()
    if sys.argv[1:2] == ["--describe"]:
        _describe(Path(sys.argv[2]), link)
        return
    line = link.read_line()
    if not line:
        return
    try:
        spec = RunSpec.model_validate_json(line)
        generator = Generator(spec, link)
    except KampynError as error:
        _send_error(link, error)
        return
    generator.run()


def _describe(scenarios: Path, link: Link) -> None:
    try:
        link.send("flows", weights=_declared(load_flows(scenarios)))
    except KampynError as error:
        _send_error(link, error)


def _declared(classes: dict[str, type[FlowUser]]) -> dict[str, int]:
    return {name: int(each.weight) for name, each in classes.items()}


def _send_error(link: Link, error: KampynError) -> None:
    link.send("error", message=error.message, code=int(error.code), hint=error.hint)


class Generator:
    """One run in this process."""

    def __init__(self, spec: RunSpec, link: Link) -> None:
        self._spec = spec
        self._link = link
        classes = load_flows(spec.scenarios)
        self._weights = choose_flows(_declared(classes), spec.flows, spec.weights)
        data = datafile.read(spec.data)
        feed = Feed(data)
        if problems := check_operations(spec.operations, feed[0], source=f"target {spec.target}"):
            raise ConfigError(problems, hint=f"The data file is {spec.data}.")
        environment = Environment(user_classes=list(classes.values()), host=spec.url)
        environment.create_local_runner()
        environment.kampyn = LoadContext(
            url=spec.url,
            operations=spec.operations,
            token_key=spec.token,
            feed=feed,
            allowed_hosts=spec.allow_hosts,
            timeouts=spec.timeouts,
        )
        _silence_statistics(environment)
        self._environment = environment
        self._pool = Pool(environment, classes)
        self._buffer = SampleBuffer()
        self._pacer = self._pool.pacer = Pacer(
            schedule=spec.schedule(),
            mix=Mix(self._weights, seed=spec.seed),
            feed=feed,
            buffer=self._buffer,
            spawn=self._pool.spawn,
            max_vusers=spec.max_vusers,
            max_waiting=spec.max_waiting,
        )
        self._health = Health()
        self._aborted = Event()
        self._stopped = False

    def run(self) -> None:
        """The whole run, from the first message to the last."""
        self._link.send("flows", weights=self._weights, note=self._environment.kampyn.stock_reason)
        if self._link.read_line() != b"start":
            return
        self._link.listen(self._on_line, self._on_gone)
        self._environment.events.test_start.fire(environment=self._environment)
        gevent.spawn(self._hand_over_forever)
        dealing = gevent.spawn(self._pacer.run, sleep_until)
        gevent.wait([dealing, self._aborted], count=1)
        dealing.kill()
        self._drain()
        for session in self._pool.cut():
            self._buffer.session_cut(flow=session.flow, phase=session.phase)
        self._pacer.stop()
        self._pacer.in_flight = 0
        self._environment.events.test_stop.fire(environment=self._environment)
        self._hand_over()
        self._link.send("end", stopped=self._stopped, scenario_errors=dict(self._pool.errors))

    def _drain(self) -> None:
        """Wait until nobody is at work, for so long as the specification allows."""
        limit_us = self._pacer.elapsed_us + self._spec.drain
        while self._pacer.in_flight and not self._aborted.is_set():
            if self._pacer.elapsed_us > limit_us:
                return
            self._aborted.wait(0.02)

    def _hand_over_forever(self) -> None:
        while True:
            gevent.sleep(_HAND_OVER_SECONDS)
            self._hand_over()

    def _hand_over(self) -> None:
        pacer = self._pacer
        cpu_us, lag_us = self._health.take()
        gauges = Gauges(
            in_flight=pacer.in_flight,
            waiting=pacer.waiting,
            vusers=pacer.vusers,
            cpu_us=cpu_us,
            loop_lag_us=lag_us,
        )
        interval = self._buffer.take(pacer.elapsed_us, gauges)
        self._link.send("interval", interval=interval.to_message())

    def _on_line(self, line: bytes) -> None:
        if line in (STOP, ABORT):
            self._stopped = True
            self._pacer.stop()
        if line == ABORT:
            self._aborted.set()

    def _on_gone(self) -> None:
        """The supervisor is gone: nobody wants this load any more."""
        self._environment.runner.user_greenlets.kill(block=False)
        sys.exit(1)


def load_flows(path: Path) -> dict[str, type[FlowUser]]:
    """The flows of a locustfile by name, in the order they stand. Raises KampynError."""
    try:
        classes, _shapes = load_locustfile(str(path.absolute()))
    except Exception as error:
        raise KampynError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    flows: dict[str, type[FlowUser]] = {}
    for each in classes.values():
        if not issubclass(each, FlowUser):
            raise KampynError(
                f"{path}: {each.__name__} is a Locust user, but no FlowUser",
                hint="Derive it from kampyn_perf.load.flow.FlowUser, so that it can be scheduled.",
            )
        name = each.flow_name()
        if name in flows:
            raise KampynError(f"{path}: two classes have the flow name {name!r}")
        if not each.tasks:
            raise KampynError(f"{path}: {each.__name__} has no @task")
        flows[name] = each
    if not flows:
        raise KampynError(f"{path} declares no flow: no class that derives from FlowUser")
    return flows


def _silence_statistics(environment: Any) -> None:
    """Take Locust's own statistics off the request event: rounded, and paid for by every sample."""
    environment.events.request = EventHook()


if __name__ == "__main__":
    main()
