"""One `kampyn-perf watch`, from flags to exit code."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from kampyn_perf import config
from kampyn_perf.alerts import settings
from kampyn_perf.alerts.actions.dispatch import Dispatcher, receivers
from kampyn_perf.alerts.actions.notice import Origin
from kampyn_perf.alerts.rules import STOP
from kampyn_perf.alerts.settings import Alerts
from kampyn_perf.alerts.watching import LAG_US, BackendWatch, check_page
from kampyn_perf.cli import console
from kampyn_perf.cli.alerts import view
from kampyn_perf.cli.alerts.hosts import webhook_check
from kampyn_perf.cli.watch.live_page import WatchPage
from kampyn_perf.cli.watch.output import Output, Progress
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load.hosts import check_host, is_loopback
from kampyn_perf.measure import Measured, WatchPlan, WatchRequest, WatchSettings, watchers_for
from kampyn_perf.measure.finding import forwarder_at
from kampyn_perf.results.alerts import AlertRecord
from kampyn_perf.units import MICROSECONDS, parse_duration

_TICK_SECONDS = 0.2
_PROBE_EVERY = "1s"
"""A tenth of the pace beside a load: who watches for days asks for less."""


@dataclass(frozen=True, kw_only=True)
class WatchFlags:
    """The flags, as given."""

    urls: tuple[str, ...]
    rules: str
    sets: tuple[str, ...]
    duration: str | None
    scrape: tuple[str, ...]
    probe: str
    allow_hosts: tuple[str, ...]
    fail_on_alert: bool
    as_json: bool
    live_report: int | None = None
    """The port of the page; None: there is none."""


def run(flags: WatchFlags) -> ExitCode:
    """Watch, tell, sum up."""
    rules = settings.load(flags.rules, sets=flags.sets)
    until_us = _duration(flags.duration)
    if len(set(flags.urls)) < len(flags.urls):
        raise KampynError("a backend is named twice")
    clock = _Clock()
    watched = [_Watched.of(url, flags, rules, clock) for url in flags.urls]
    for url in flags.urls:
        check_page(url)
    page = WatchPage(flags.live_report, [backend.watch for backend in watched], zero=clock.zero)
    _announce(watched, rules, page.url)
    interrupted = False
    try:
        with _at_work(watched):
            _loop(watched, clock, until_us, page)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        page.close(clock.now_us())
    fired = _sum_up(watched)
    if interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.FAILED if fired and flags.fail_on_alert else ExitCode.OK


class _Clock:
    """The axis of the watch."""

    def __init__(self) -> None:
        self.zero = datetime.now(UTC)
        self._start_ns = time.perf_counter_ns()

    def now_us(self) -> int:
        return (time.perf_counter_ns() - self._start_ns) // 1000


def _duration(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise KampynError(f"--for: {error}") from error


class _Watched:
    """One backend: what is seen of it, and what is done about that."""

    def __init__(self, watch: BackendWatch, output: Output, dispatcher: Dispatcher) -> None:
        self.watch = watch
        self.output = output
        self.dispatcher = dispatcher
        self.measured: Measured | None = None
        """What the watchers had to say at the end."""
        self.undelivered: Mapping[str, list[str]] = {}

    @classmethod
    def of(cls, url: str, flags: WatchFlags, rules: Alerts, clock: _Clock) -> _Watched:
        """Made, and not started. Raises KampynError for what cannot be watched, or told."""
        check_host(url, [_host(url)])  # that it is a URL: a look every second is no load
        watch = BackendWatch(url, plan=_plan(url, flags), rules=rules.alerts, now_us=clock.now_us)
        made = receivers(
            rules,
            environ=os.environ,
            check_host=webhook_check({*rules.allowHosts, *flags.allow_hosts}),
        )
        origin = Origin(kind="watch", target=watch.url, zero=clock.zero)
        output = Output(origin, as_json=flags.as_json, several=len(flags.urls) > 1)
        # Every firing is told on stdout: to log it once more would be too much.
        dispatcher = Dispatcher(made, origin=origin, log=lambda _event: None)
        return cls(watch, output, dispatcher)

    def step(self) -> None:
        """Judge what can be judged by now."""
        for event in self.watch.step():
            self.output.tell(event)
            self.dispatcher.handle(event)

    def records(self) -> list[AlertRecord]:
        """What each rule came to."""
        return [
            record.model_copy(update={"undelivered": self.undelivered.get(record.name, [])})
            for record in self.watch.engine.records()
        ]


def _plan(url: str, flags: WatchFlags) -> WatchPlan:
    host = _host(url)
    local = is_loopback(host)
    request = WatchRequest(
        url=url,
        local=local,
        settings=config.parse(
            WatchSettings,
            config.Source(
                {
                    "probe": {"path": flags.probe, "every": _PROBE_EVERY},
                    "scrape": [{"url": page} for page in flags.scrape],
                },
                "the flags --probe and --scrape",
            ),
        ),
        environ=os.environ,
        with_requests=True,
    )
    if local:
        request = replace(request, forwarder=forwarder_at(request.port))
    return watchers_for(request)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _announce(watched: Sequence[_Watched], rules: Alerts, page: str) -> None:
    urls = " and ".join(backend.watch.url for backend in watched)
    console.say(f"Watching {urls} by {len(rules.alerts)} rules; Ctrl-C ends it")
    if page:
        console.say(f"Live report: {page}")
    stopping = [name for name, rule in rules.alerts.items() if STOP in rule.actions]
    if stopping:
        names = ", ".join(stopping)
        console.say(f"There is no load to stop: the action stop of {names} does nothing here")


@contextmanager
def _at_work(watched: Sequence[_Watched]) -> Iterator[None]:
    for backend in watched:
        backend.watch.start()
    try:
        yield
    finally:
        for backend in watched:
            backend.measured = backend.watch.stop()
            backend.undelivered = backend.dispatcher.close()


def _loop(
    watched: Sequence[_Watched], clock: _Clock, until_us: int | None, page: WatchPage
) -> None:
    with Progress([backend.watch for backend in watched]) as progress:
        while until_us is None or clock.now_us() < until_us:
            for backend in watched:
                backend.step()
            progress.update(clock.now_us())
            page.update(clock.now_us())
            time.sleep(_TICK_SECONDS)
        time.sleep(LAG_US / MICROSECONDS)
        for backend in watched:
            backend.step()


def _sum_up(watched: Sequence[_Watched]) -> bool:
    """Tell what came of it; whether anything fired."""
    fired = False
    for backend in watched:
        records = backend.records()
        fired = fired or any(record.firings for record in records)
        if len(watched) > 1:
            console.say(backend.watch.url, style="bold")
        view.show_records(
            records, unmeasured=backend.measured.unmeasured if backend.measured else {}
        )
        for remark in backend.measured.watching.remarks if backend.measured else ():
            console.say(f"note: {remark}", style="yellow")
    return fired
