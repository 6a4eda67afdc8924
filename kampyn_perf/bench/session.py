"""A run of many cases: suites opened and closed, results saved before each case, all ends handled.

Whatever ends the run, what was measured until then is in the result, and was saved.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from kampyn_perf.bench.case_result import case_result
from kampyn_perf.bench.declare import Variant
from kampyn_perf.bench.failures import Failures, Stage
from kampyn_perf.bench.iterations import Stop
from kampyn_perf.bench.loops import Clock
from kampyn_perf.bench.measure import measure
from kampyn_perf.bench.measured import Measured
from kampyn_perf.bench.observer import Observer, Unobserved
from kampyn_perf.bench.rounds import is_over, merge, round_options
from kampyn_perf.bench.suite import Rounds, Selected, Suite
from kampyn_perf.errors import KampynError
from kampyn_perf.machine import Machine
from kampyn_perf.results.bench import (
    BenchOptions,
    BenchResult,
    CaseResult,
)
from kampyn_perf.results.load import RunStatus


@dataclass(kw_only=True)
class Session:
    """Runs the selected cases, one after the other."""

    options: BenchOptions
    clock: Clock
    machine: Machine
    observer: Observer = field(default_factory=Unobserved)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    signal_name: Callable[[], str] = lambda: signal.SIGINT.name
    """Of the signal that came as a KeyboardInterrupt."""
    _cases: list[CaseResult] = field(default_factory=list)
    _context: dict[str, dict[str, Any]] = field(default_factory=dict)

    def run(self, selected: Sequence[Selected]) -> BenchResult:
        """The result of all cases; of those that there were, where Ctrl-C ended the run."""
        self._started = self.now()
        self._total = sum(len(part.variants) for part in selected)
        try:
            with asyncio.Runner() as runner:
                for part in selected:
                    self._run_suite(part, runner)
        except Exception:
            raise
        except KeyboardInterrupt:
            result = self._result(
                RunStatus.PARTIAL, reason="interrupted", interrupted=self.signal_name()
            )
        except BaseException as cause:
            reason = str(cause) or repr(cause)
            self.observer.save(self._result(RunStatus.PARTIAL, reason=reason))
            raise
        else:
            result = self._result(RunStatus.COMPLETE)
        self.observer.save(result)
        return result

    def _run_suite(self, part: Selected, runner: asyncio.Runner) -> None:
        suite = part.suite
        try:
            try:
                facts = runner.run(_timed(suite.open(), suite.open_seconds))
            except Exception as error:  # noqa: BLE001 - told as the failure of all its cases
                self._give_up(part, error)
                return
            self._context[suite.name] = dict(facts)
            if suite.rounds is not None:
                self._run_rounds(part, suite.rounds)
                return
            self._run_turns(part, runner)
        finally:
            runner.run(_closed(suite))

    def _run_turns(self, part: Selected, runner: asyncio.Runner) -> None:
        """Every variant in every round, until there is nothing new to learn from it."""
        rounds = round_options(self.options)
        before = len(self._cases)
        known: dict[str, Measured] = {}
        try:
            for number, options in enumerate(rounds, start=1):
                self.observer.round_begun(part.suite.name, number, len(rounds))
                for place, variant in enumerate(part.variants):
                    self._take_turn(part, variant, known, options, runner, before + place)
        finally:
            if any(one.ending for one in known.values()):
                _cut_short(known.values(), len(rounds))
                self._put(part, known, before)

    def _take_turn(
        self,
        part: Selected,
        variant: Variant,
        known: dict[str, Measured],
        options: BenchOptions,
        runner: asyncio.Runner,
        place: int,
    ) -> None:
        earlier = known.get(variant.name)
        if earlier is not None and is_over(earlier, self.options):
            return
        self.observer.save(self._result(RunStatus.RUNNING, running=variant.name))
        self.observer.started(variant.name, place + 1, self._total)
        turn = measure(variant, options, clock=self.clock, runner=runner, tick=self._tick)
        together = turn if earlier is None else merge(earlier, turn)
        known[variant.name] = together
        result = case_result(part.suite.name, variant, together, self.options)
        self._cases[place : place + 1] = [result]
        self.observer.measured(result)
        if turn.ending is not None:
            raise turn.ending

    def _put(self, part: Selected, known: Mapping[str, Measured], before: int) -> None:
        """The results of a suite as they are known now."""
        self._cases[before:] = [
            case_result(part.suite.name, variant, known[variant.name], self.options)
            for variant in part.variants
            if variant.name in known
        ]

    def _run_rounds(self, part: Selected, rounds: Rounds) -> None:
        """The cases of a suite that measures by itself; ended early they keep what they have."""
        self.observer.save(self._result(RunStatus.RUNNING, running=part.suite.name))
        known: Mapping[str, Measured] = {}
        try:
            told = _Told(self.observer, part, before=len(self._cases), total=self._total)
            for known in rounds(part.variants, self.options, told):  # noqa: B007
                pass
        except KampynError as error:
            self._give_up(part, error)
            return
        except BaseException:
            for measured in known.values():
                measured.stop = Stop.INTERRUPTED
            raise
        finally:
            self._context[part.suite.name] |= rounds.facts
            for variant in part.variants:
                if variant.name in known:
                    self._keep(
                        case_result(part.suite.name, variant, known[variant.name], self.options)
                    )

    def _give_up(self, part: Selected, error: Exception) -> None:
        failures = Failures()
        failures.add(Stage.SETUP, error)
        for variant in part.variants:
            measured = Measured(
                failures=list(failures.listed()),
                failed=1,
                unavailable=isinstance(error, KampynError | TimeoutError | OSError),
            )
            self._keep(case_result(part.suite.name, variant, measured, self.options))

    def _keep(self, result: CaseResult) -> None:
        self._cases.append(result)
        self.observer.measured(result)

    def _tick(self, done: int) -> None:
        self.observer.progressed(done, self.options.iterations)

    def _result(
        self, status: RunStatus, *, reason: str = "", interrupted: str = "", running: str = ""
    ) -> BenchResult:
        elapsed = self.now() - self._started
        return BenchResult(
            status=status,
            reason=reason,
            interrupted=interrupted,
            running=running,
            started_at=self._started.isoformat(timespec="seconds"),
            elapsed_us=max(0, round(elapsed.total_seconds() * 1e6)),
            machine=self.machine,
            options=self.options,
            context=dict(self._context),
            planned_cases=self._total,
            cases=list(self._cases),
        )


class _Told:
    """See `suite.Told`: tells it to the observer of the run."""

    def __init__(self, observer: Observer, part: Selected, *, before: int, total: int) -> None:
        self._observer = observer
        self._suite = part.suite.name
        self._numbers = {one.name: n for n, one in enumerate(part.variants, start=before + 1)}
        self._total = total

    def round_begun(self, number: int, total: int) -> None:
        self._observer.round_begun(self._suite, number, total)

    def doing(self, name: str, text: str) -> None:
        self._observer.started(text, self._numbers[name], self._total)


def _cut_short(known: Iterable[Measured], rounds: int) -> None:
    """Those that would have had more rounds are interrupted too, wherever the run was ended."""
    for measured in known:
        if measured.stop is not Stop.HUNG and len(measured.round_sizes) < rounds:
            measured.stop = Stop.INTERRUPTED


async def _timed(work: Any, seconds: float) -> Any:
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError as error:
        raise TimeoutError(str(error) or f"not ready after {seconds:g} s") from error


async def _closed(suite: Suite) -> None:
    """Close `suite`; a failure to do so takes nothing from what was measured."""
    try:
        await _timed(suite.close(), suite.open_seconds)
    except Exception:  # noqa: BLE001
        return
