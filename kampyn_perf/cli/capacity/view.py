"""What is seen of a capacity search: a line for each step as it ends, the answer on stdout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kampyn_perf.capacity.asks import Ask
from kampyn_perf.capacity.plan import Plan
from kampyn_perf.cli import console
from kampyn_perf.results.capacity import (
    Answer,
    Beyond,
    CapacityResult,
    CapacityStep,
    Ending,
    RateRange,
    Steadiness,
    StepKind,
    Usl,
    UslParameter,
)
from kampyn_perf.results.judgement import Bounds
from kampyn_perf.units import counted, format_duration, format_percent, format_rate

_HEAD = (
    f"{'step':>4}  {'kind':<8} {'offered':>10} {'requests':>10} {'in flight':>9} {'P50':>8} "
    f"{'P95':>8} {'P99':>8} {'failed':>7}  outcome"
)
_DOUBT = {
    Ending.GENERATOR: "The generator was the limit: more of them (--workers) tell more.",
    Ending.NO_TIME: "More time (--resume with a longer --budget) tells more.",
    Ending.ROUGH: "More time (--resume with a longer --budget) confirms it.",
}


class Steps:
    """Hears of a search."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def begin(self, plan: Plan, *, known: int) -> None:
        if self._quiet:
            return
        more = f", after {counted(known, 'step')} of before" if known else ""
        console.say(
            f"Searching for {format_duration(plan.budget_us)} at most{more}: steps of "
            f"{format_duration(plan.measured_us)} after a warm-up of "
            f"{format_duration(plan.warm_up_us)}; Ctrl-C keeps what was learnt"
        )
        console.say(_HEAD, style="bold")

    def asking(self, number: int, ask: Ask) -> None:
        """What goes on is not shown: the line comes when it is over."""

    def step(self, step: CapacityStep) -> None:
        if not self._quiet:
            console.say(line(step), style=_style(step))

    def remark(self, text: str) -> None:
        if not self._quiet:
            console.say(text)


def line(step: CapacityStep) -> str:
    """A step, as a row of the table."""
    offered = f"{step.users} users" if step.users else format_rate(step.rate)
    times = (
        "-" if us is None else format_duration(us) for us in (step.p50_us, step.p95_us, step.p99_us)
    )
    p50, p95, p99 = times
    failed = format_percent(step.failed_share) if step.failed_share else "0"
    return (
        f"{step.number:>4}  {step.kind.value:<8} {offered:>10} "
        f"{format_rate(round(step.requests_rate, 1)):>10} {step.in_flight:>9.1f} {p50:>8} {p95:>8} "
        f"{p99:>8} {failed:>7}  {outcome(step)}"
    )


def outcome(step: CapacityStep) -> str:
    """What it says, in a few words."""
    if step.lost:
        return f"the target was lost: {step.lost}"
    if step.kind is StepKind.LADDER:
        off = step.little is not None and abs(step.little - 1) > 0.25
        return f"{format_rate(round(step.completed_rate, 1))} sessions" + (
            ", not by Little's law" if off else ""
        )
    parts = []
    if step.invalid:
        parts.append(f"not valid: {step.invalid[0]}")
    if step.steadiness is not Steadiness.STABLE:
        parts.append(f"{step.steadiness.value}, {step.growth:+.3g} in flight each second")
    for name in step.missed:
        margin = next((margin for margin in step.margins if margin.objective == name), None)
        parts.append(f"missed {name}" + (f" ({margin.observed})" if margin else ""))
    if step.note:
        parts.append(step.note)
    if step.holds:
        worst = step.worst
        parts.insert(
            0, "held" + (f"; nearest: {worst.objective} {worst.observed}" if worst else "")
        )
    return "; ".join(parts) or "held"


def answer(result: CapacityResult) -> None:
    """The answer and the curve, on stdout; what they rest on after it."""
    console.print_text("\n".join([*_answer_lines(result), *curve(result.steps)]))
    for text in _remarks(result):
        console.say_wrapped(text)
    if result.folder:
        console.say(f"Report: {result.folder}")


def curve(steps: Sequence[CapacityStep]) -> list[str]:
    """Throughput and latency over the rate: every open step, also those that were rejected."""
    opened = [step for step in steps if step.kind in (StepKind.OPEN, StepKind.CONFIRM)]
    ordered = sorted(opened, key=lambda step: (step.rate, step.number))
    return [_HEAD, *map(line, ordered)] if ordered else []


def law(usl: Usl) -> None:
    """The scalability law, on stdout."""
    lines = [
        f"{counted(point.workers, 'worker')}: {_plain(point.rate, point.interval)}"
        for point in usl.points
    ]
    named = (
        ("gamma", usl.gamma, "sessions/s of one worker"),
        ("alpha", usl.alpha, "the share of the work that only one can do at a time"),
        ("beta", usl.beta, "what they spend on agreeing with each other"),
    )
    lines += [f"{name} = {_parameter(value)}: {words}" for name, value, words in named if value]
    lines += [
        f"{point.workers} workers would: {_plain(point.rate, point.interval)}"
        for point in usl.predictions
    ]
    console.print_text("\n".join([*lines, *usl.trust]))


def _answer_lines(result: CapacityResult) -> Iterator[str]:
    answer = result.answer
    if answer is None:
        yield f"No capacity: {result.reason}"
    else:
        yield f"Capacity: {_rates(answer)}"
        if answer.broke_first:
            goal = result.objectives.get(answer.broke_first, "")
            told = f"{answer.broke_first} ({goal})" if goal else answer.broke_first
            yield f"Breaks first: {told}{_first_limit(answer)}"
        yield _sentence(_with_near(result.reason, answer))
        for limit in answer.limits[1:]:
            yield f"  {limit.objective} would break at {_plain(limit.rate, limit.interval)}"
    if result.beyond:
        yield from _by_requests(result.beyond)


def _by_requests(beyond: Beyond) -> Iterator[str]:
    """The limit by response times and errors alone."""
    alone = f"By response times and errors alone (without {', '.join(beyond.aside)})"
    if beyond.answer is None:
        yield f"{alone}: {beyond.reason or 'it was not searched for'}"
        return
    yield f"{alone}: {_rates(beyond.answer)}"
    if beyond.answer.broke_first:
        yield f"  breaks first: {beyond.answer.broke_first}{_first_limit(beyond.answer)}"
    if why := _with_near(beyond.reason, beyond.answer):
        yield f"  {why}"


def _with_near(reason: str, answer: Answer) -> str:
    """How it ended, and what the steps near the answer say."""
    return "; ".join(words for words in (reason, answer.near_text) if words)


def _rates(answer: Answer) -> str:
    least = "at least " if answer.at_least else ""
    return f"{least}{_range(answer.sessions, 'sessions')}, {_range(answer.requests, 'requests')}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _first_limit(answer: Answer) -> str:
    return ", without a slope before it" if answer.cliff else ""


def _remarks(result: CapacityResult) -> Iterator[str]:
    if result.answer and result.answer.drift:
        yield (
            f"The limit moved by {format_percent(abs(result.answer.drift))} "
            f"{'down' if result.answer.drift < 0 else 'up'} while it was searched for: the answer "
            "is of the end. Something grows or fills with the work done."
        )
    for finding in result.evidence:
        yield f"Exhausted: {finding.words}"
    if result.ending in _DOUBT:
        yield _DOUBT[result.ending]
    if result.unmeasured:
        yield f"Nothing measured {', '.join(result.unmeasured)}: the answer says nothing of them."


def _range(rates: RateRange, noun: str) -> str:
    low, high = rates.interval.low, rates.interval.high
    rate = f"{rates.rate:.4g} {noun}/s"
    if low is None or high is None or low == high:
        return rate
    return f"{rate} ({low:.4g} to {high:.4g})"


def _plain(rate: float, interval: Bounds) -> str:
    ends = (interval.low or 0.0, interval.high or 0.0)
    return f"{rate:.4g}/s ({ends[0]:.4g} to {ends[1]:.4g})"


def _parameter(parameter: UslParameter) -> str:
    low, high = parameter.interval.low or 0.0, parameter.interval.high or 0.0
    return f"{parameter.value:.3g} ({low:.3g} to {high:.3g})"


def _style(step: CapacityStep) -> str | None:
    if step.kind is StepKind.LADDER or step.kind is StepKind.LIGHT:
        return "dim"
    return {True: "green", False: "red", None: "yellow"}[step.holds]
