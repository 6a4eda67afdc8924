"""Rules about what answers: pure."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.doctor.facts import TargetFacts
from kampyn_perf.doctor.findings import Finding, Level
from kampyn_perf.units import format_duration


def of_target(target: TargetFacts) -> Iterator[Finding]:
    """Whether what it answers can be measured."""
    if target.unreachable:
        yield Finding(
            rule="target",
            level=Level.PROBLEM,
            what=f"{target.url} does not answer: {target.unreachable}",
            consequence="there is nothing to measure",
            remedy="Start it; is the port right?",
        )
        return
    rules = (_limiter, _debug, _connections, _compression, _same_machine)
    yield from filter(None, (rule(target) for rule in rules))


def _limiter(target: TargetFacts) -> Finding | None:
    limit = target.rate_limit
    if limit is None:
        return None
    window = f" in {format_duration(limit.window_us)}" if limit.window_us else ""
    rate = f", {limit.per_second:.3g} requests/s in the long run" if limit.per_second else ""
    return Finding(
        rule="rate-limiter",
        level=Level.PROBLEM,
        what=f"it lets {limit.requests:,} requests{window} through ({limit.words}){rate}",
        consequence="from one address no more than that is measured; the rest is answered 429, "
        "fast, and makes percentiles look good",
        remedy="Take the load's address out of the limit, or the limit out of the target.",
    )


def _debug(target: TargetFacts) -> Finding | None:
    if not target.debug_signs:
        return None
    return Finding(
        rule="debug-mode",
        level=Level.PROBLEM,
        what=f"it seems to run in a debug mode: {'; '.join(target.debug_signs)}",
        consequence="times are of another program than the one in production",
        remedy="NODE_ENV=production, DEBUG=False, no --reload.",
    )


def _connections(target: TargetFacts) -> Finding | None:
    if target.keeps_alive is not False:
        return None
    return Finding(
        rule="keep-alive",
        level=Level.WARNING,
        what="it closes the connection after each answer",
        consequence="every request pays for a new connection (and TLS), and ports run out at a few "
        "hundred a second",
        remedy="Keep-alive of the server, or of the proxy in front of it.",
    )


def _compression(target: TargetFacts) -> Finding | None:
    if not target.compresses:
        return None
    return Finding(
        rule="compression",
        level=Level.NOTE,
        what="it compresses answers",
        consequence="that costs the backend CPU; a load asks for it only where the scenario's "
        "headers do, as browsers always do",
        remedy="Send Accept-Encoding in the scenario if real clients do.",
    )


def _same_machine(target: TargetFacts) -> Finding | None:
    if not target.here:
        return None
    return Finding(
        rule="same-machine",
        level=Level.NOTE,
        what="it is on this machine",
        consequence="the load takes CPU from what it measures; figures compare with others of this "
        "machine, and say nothing of production",
        remedy="A machine of its own for the load (--role master, --role worker).",
    )
