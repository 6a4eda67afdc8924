"""One run of one generator, as commanded over a line.

It reads one specification, tells which flows there are, runs its partition of the schedule and
hands over what was recorded once a second. It decides nothing: judging, drawing and writing happen
elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event

from kampyn_perf import compiled
from kampyn_perf.errors import KampynError
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.generator.garbage import GarbageControl
from kampyn_perf.load.generator.hand_over import HandOver
from kampyn_perf.load.generator.health import Health
from kampyn_perf.load.generator.link import Line, follow
from kampyn_perf.load.generator.locustfile import Asked, Scenario
from kampyn_perf.load.generator.pacer import Pacer
from kampyn_perf.load.generator.session_data import feed_of
from kampyn_perf.load.generator.signing import accounts, identities, run_once, sign_in_all
from kampyn_perf.load.generator.timer import Timer
from kampyn_perf.load.generator.traced_pacer import TracedPacer
from kampyn_perf.load.generator.vuser_pool import Pool
from kampyn_perf.load.locustfiles.install import install
from kampyn_perf.load.locustfiles.remarks import unheard
from kampyn_perf.load.locustfiles.surroundings import Surroundings
from kampyn_perf.load.messages import (
    Abort,
    Command,
    Describe,
    End,
    Flows,
    Reassign,
    Refused,
    Run,
    SigningIn,
    Start,
    Stop,
)
from kampyn_perf.load.scenario.context import LoadContext
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.scenario.pauses import notice_pauses
from kampyn_perf.load.scenario.tracing import Tracer
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.process_limits import raise_open_files_limit
from kampyn_perf.recorder.buffer import SampleBuffer
from kampyn_perf.schedule import Mix


def serve(line: Line, environment: Any) -> None:
    """One run, as commanded over `line`; `environment` is Locust's, and has a runner."""
    notice_pauses()
    try:
        command = line.read()
        if isinstance(command, Describe):
            paths = [Path(path) for path in command.scenarios]
            scenario = Scenario(paths, command.data_flows, Asked.of(command))
            line.send(Flows(weights=scenario.weights, remarks=tuple(scenario.remarks)))
            command = line.read()
        if not isinstance(command, Run):
            return
        spec = RunSpec.model_validate(command.spec)
        generator = Generator(spec, line, command, environment=environment)
        generator.sign_in()
    except KampynError as error:
        line.send(Refused.of(error))
        return
    generator.run()


class Generator:
    """One run in this process."""

    def __init__(self, spec: RunSpec, line: Line, command: Run, *, environment: Any) -> None:
        self._spec = spec
        self._line = line
        data_flows = {flow.name: flow.weight for flow in spec.api.flows}
        self._scenario = Scenario(spec.locustfiles, data_flows, Asked.of(spec))
        self._scenario.take_data_flows(spec.api.flows)
        self._weights = self._scenario.weights
        mix = Mix(self._weights, seed=spec.seed)
        feed = feed_of(spec, mix)
        self._health = Health()
        self._garbage = GarbageControl()
        self._scenario.aim(spec.url, spec.allow_hosts, keep=spec.keep_hosts)
        environment.user_classes = self._scenario.classes
        environment.host = spec.url
        self._tracer = Tracer(spec.traces) if spec.traces else None
        environment.kampyn = self._context(feed)
        if self._scenario.users:
            install(environment.kampyn, with_requests=self._scenario.with_requests)
        self._surroundings = Surroundings(
            environment, stop=self._stop_arrivals, arguments=spec.locust_arguments
        )
        self._surroundings.init()
        self._environment = environment
        self._timer = Timer()
        self._pool = Pool(
            environment,
            self._scenario.make,
            keeps_statistics=self._scenario.keeps_statistics,
            run=self._timer.run,
            defect=self._on_defect,
        )
        self._buffer = SampleBuffer(warm_up=bool(spec.warm_up))
        self._pacer = self._pool.pacer = self._make_pacer(mix, feed, command.index)
        self._hand_over = HandOver(
            line,
            buffer=self._buffer,
            pacer=self._pacer,
            health=self._health,
            acknowledged=environment.kampyn.acknowledged,
            tracer=self._tracer,
        )
        self._mine = range(command.index, spec.schedule().planned, command.members)
        self._aborted = Event()
        self._defect: BaseException | None = None
        """An exception that is no scenario's: the work of this process is not done."""

    def _context(self, feed: Feed) -> LoadContext:
        spec = self._spec
        return LoadContext(
            url=spec.url,
            api=spec.api,
            feed=feed,
            allowed_hosts=spec.allow_hosts,
            timeouts=spec.timeouts,
            connect_failed=self._health.connect_failed,
            audited=spec.audited,
            tracer=self._tracer,
        )

    def _make_pacer(self, mix: Mix, feed: Feed, index: int) -> Pacer:
        options: dict[str, Any] = {
            "schedule": self._spec.schedule(),
            "mix": mix,
            "feed": feed,
            "buffer": self._buffer,
            "spawn": self._pool.spawn,
            "clock": now_us,
            "max_vusers": self._spec.max_vusers,
            "max_waiting": self._spec.max_waiting,
            "index": index,
            "user_of": self._scenario.user_of,
        }
        return TracedPacer(tracer=self._tracer, **options) if self._tracer else Pacer(**options)

    def sign_in(self) -> None:
        """Everybody whom this generator's sessions will be, ahead of them. Raises KampynError where
        nobody could."""
        context: LoadContext = self._environment.kampyn
        if before := context.once[0]:
            context.feed.add(run_once(self._environment, before, "before the run"))
        wanted = identities(self._spec.api, self._scenario.own)
        if not any(wanted.values()):
            return
        mix = Mix(self._weights, seed=self._spec.seed)
        all_accounts = accounts(context, wanted, ((number, mix[number]) for number in self._mine))
        sign_in_all(
            self._environment,
            all_accounts,
            tell=lambda done, all_: self._line.send(SigningIn(done=done, wanted=all_)),
        )

    def run(self) -> None:
        """The whole run, from the first message to the last."""
        self._surroundings.start()  # before the clock runs: what a listener prepares may take long
        raise_open_files_limit()
        if self._scenario.own.keys() - {flow.name for flow in self._spec.api.flows}:
            self._environment.kampyn.prepare_operations()
        self._garbage.settle()
        reason = self._environment.kampyn.stock_reason or ""
        remarks = (*self._scenario.remarks, *unheard(self._environment.events))
        flows = Flows(
            weights=self._weights,
            stock_client_reason=reason,
            remarks=remarks,
            compiled=compiled.in_use(),
        )
        self._line.send(flows)
        command = self._line.read()
        if not isinstance(command, Start):
            return
        start_us = command.at_us
        for assignment in command.assignments:
            self._pacer.reassign(assignment)
        self._buffer.starts_at(max(now_us() - start_us, 0))  # 0 but for one that joins later
        follow(self._line.read, self._on_command, self._on_gone)
        self._health.start()
        handing = gevent.spawn(self._hand_over.run, start_us, self._garbage.look)
        pacing = gevent.spawn(self._pacer.run, start_us, self._timer.sleep_until)
        for work in (handing, pacing):
            work.link_exception(lambda ended: self._on_defect(ended.exception))
        gevent.wait([pacing, self._aborted], count=1)
        pacing.kill()
        self._drain()
        if self._defect is not None:
            raise self._defect
        self._end()

    def _stop_arrivals(self) -> None:
        """The scenario has had enough."""
        self._pacer.stop()

    def _drain(self) -> None:
        """Wait until nobody is at work, for so long as the specification allows."""
        limit_us = self._pacer.elapsed_us + self._spec.drain
        while (self._pacer.in_flight or self._pacer.waiting) and not self._aborted.is_set():
            if self._pacer.elapsed_us > limit_us:
                return
            self._aborted.wait(0.02)

    def _end(self) -> None:
        """Cut who is still at work, and hand over the rest."""
        self._pacer.stop()
        self._surroundings.stopping()
        for session in self._pool.cut():
            if session.begun:
                self._hand_over.note_cut(session)
            else:
                self._pacer.drop(session)
        remarks = (*self._surroundings.end(), *self._done_after())
        self._hand_over.send(over=True)
        end = End(
            scenario_errors=dict(self._pool.errors),
            apart=self._environment.kampyn.apart.to_message(),
            idle_sessions=dict(self._pool.idle_sessions),
            remarks=remarks,
        )
        self._line.send(end)

    def _done_after(self) -> list[str]:
        """What is done once when all is over; what went wrong with it."""
        if not (after := self._environment.kampyn.once[1]) or self._aborted.is_set():
            return []
        try:
            run_once(self._environment, after, "after the run")
        except KampynError as error:
            return [error.message]
        return []

    def _on_command(self, command: Command) -> None:
        match command:
            case Stop():
                self._pacer.stop()
            case Abort():
                self._pacer.stop()
                self._aborted.set()
            case Reassign():
                self._pacer.reassign(command.assignment)

    def _on_defect(self, error: BaseException) -> None:
        self._defect = error
        self._aborted.set()

    def _on_gone(self) -> None:
        """The coordinator is gone: nobody wants this load any more."""
        os._exit(1)
