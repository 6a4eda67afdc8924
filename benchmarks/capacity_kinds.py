"""The systems themselves, each with where its capacity is known from."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.capacity_systems import (
    _SPREAD,
    ERRORS_ALLOWED,
    Served,
    System,
    bisected,
    local_rates,
    several_servers,
    single_server,
)
from kampyn_perf.results.capacity import Limiter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MU = 400.0
"""Of single servers, per second."""
_LONG = 1_000_000
"""Arrivals of a simulation that stands for the truth."""


def mm1() -> System:
    """M/M/1: the response time is exponential with rate mu - lambda."""

    def serve(_: System, arrivals: Floats, rng: np.random.Generator) -> Served:
        return Served.well(single_server(arrivals, rng.exponential(1 / MU, arrivals.size)))

    return System("M/M/1", 0.05, lambda s: MU - math.log(20) / s.target_s, serve, lambda *_: MU)


def mmc() -> System:
    """M/M/4: a wait with Erlang's probability, exponential then, and a service."""
    servers, mu = 4, 100.0

    def late(rate: float, t: float) -> float:
        a = rate / mu
        terms = [a**n / math.factorial(n) for n in range(servers)]
        last = a**servers / math.factorial(servers) / (1 - a / servers)
        wait = last / (sum(terms) + last)
        part = servers - 1 - a
        more = mu * t if abs(part) < 1e-9 else (1 - math.exp(-mu * t * part)) / part
        return math.exp(-mu * t) * (1 + wait * more)

    def serve(_: System, arrivals: Floats, rng: np.random.Generator) -> Served:
        ends, _none = several_servers(arrivals, rng.exponential(1 / mu, arrivals.size), servers)
        return Served.well(ends)

    return System(
        "M/M/4",
        0.08,
        lambda s: bisected(lambda rate: late(rate, s.target_s) <= 0.05, 1.0, servers * mu - 0.1),
        serve,
        lambda _, users: min(users, servers) * mu,
    )


def md1() -> System:
    """M/D/1: by a long simulation."""

    def serve(_: System, arrivals: Floats, __: np.random.Generator) -> Served:
        return Served.well(single_server(arrivals, np.full(arrivals.size, 1 / MU)))

    def truth(system: System) -> float:
        return _by_simulation("M/D/1", system.target_s, _always_the_same)

    return System("M/D/1", 0.05, truth, serve, lambda *_: MU)


def noisy() -> System:
    """M/M/1 with a neighbour that makes one second in ten a third slower: by a long simulation."""

    def serve(_: System, arrivals: Floats, rng: np.random.Generator) -> Served:
        return Served.well(single_server(arrivals, _disturbed(arrivals, rng)))

    def truth(system: System) -> float:
        return _by_simulation("noise", system.target_s, None)

    return System("noise", 0.1, truth, serve, lambda *_: MU / 1.03)


def knee() -> System:
    """Flat up to 200 per second, then every tenth more makes all times almost twice as long."""
    base, bend, steep = 0.02, 200.0, 8.0

    def factor(rates: Floats | float) -> Floats:
        return np.asarray(1 + steep * np.maximum(np.asarray(rates) / bend - 1, 0))

    def serve(_: System, arrivals: Floats, rng: np.random.Generator) -> Served:
        times = base * rng.lognormal(0, _SPREAD, arrivals.size) * factor(local_rates(arrivals))
        return Served.well(arrivals + times)

    def closed(_: System, users: int) -> float:
        return bisected(lambda rate: rate * base * 1.05 * float(factor(rate)) <= users, 0, 1e5)

    def truth(system: System) -> float:
        most = system.target_s / (base * math.exp(_SPREAD * 1.6449))
        return bend * (1 + (most - 1) / steep)

    return System("knee", 0.06, truth, serve, closed, even=True)


def cliff() -> System:
    """As fast as ever up to 300 per second, and fifty times slower above."""
    edge, base = 300.0, 0.02

    def serve(_: System, arrivals: Floats, rng: np.random.Generator) -> Served:
        slow = np.where(local_rates(arrivals) > edge * 1.002, 50.0, 1.0)
        return Served.well(arrivals + base * rng.lognormal(0, _SPREAD, arrivals.size) * slow)

    def closed(_: System, users: int) -> float:
        fast = users / (base * 1.05)
        return fast if fast <= edge else max(users / (base * 1.05 * 50), 0.9 * edge)

    return System("cliff", 0.2, lambda _: edge, serve, closed, even=True)


def leak() -> System:
    """M/M/1 whose service takes 20 % longer after 200,000 sessions: the capacity at the end."""
    per_session = 0.2 / 200_000

    def mu(system: System) -> float:
        return MU / (1 + per_session * system.work)

    def serve(system: System, arrivals: Floats, rng: np.random.Generator) -> Served:
        takes = (1 + per_session * (system.work + np.arange(arrivals.size))) / MU
        return Served.well(single_server(arrivals, rng.exponential(1, arrivals.size) * takes))

    return System(
        "leak", 0.05, lambda s: mu(s) - math.log(20) / s.target_s, serve, lambda s, _: mu(s)
    )


def shedding() -> System:
    """M/M/4 with room for twelve: more are answered 503 at once, by Erlang's formula."""
    servers, mu, room = 4, 100.0, 12

    def lost(rate: float) -> float:
        a, terms = rate / mu, [1.0]
        for n in range(1, room + 1):
            terms.append(terms[-1] * a / min(n, servers))
        return terms[-1] / sum(terms)

    def serve(_: System, arrivals: Floats, rng: np.random.Generator) -> Served:
        services = rng.exponential(1 / mu, arrivals.size)
        ends, refused = several_servers(arrivals, services, servers, room)
        return Served(ends, refused, np.zeros_like(refused))

    return System(
        "sheds load",
        0.2,
        lambda _: bisected(lambda rate: lost(rate) <= ERRORS_ALLOWED, 1.0, 1000.0),
        serve,
        lambda _, users: min(users, servers) * mu,
    )


def bucket() -> System:
    """A token bucket of 120 per second in front of a fast system; it says nothing of itself."""
    rate, burst, base = 120.0, 20.0, 0.02

    def serve(_: System, arrivals: Floats, rng: np.random.Generator) -> Served:
        tokens, last, refused = burst, 0.0, np.zeros(arrivals.size, dtype=bool)
        for place, at in enumerate(arrivals.tolist()):
            tokens, last = min(burst, tokens + (at - last) * rate), at
            refused[place] = tokens < 1
            tokens -= 0 if refused[place] else 1
        times = np.where(refused, 0.001, base * rng.lognormal(0, _SPREAD, arrivals.size))
        return Served(arrivals + times, refused, refused)

    return System(
        "rate limiter",
        0.2,
        lambda _: rate / (1 - ERRORS_ALLOWED),
        serve,
        lambda _, users: min(users / (base * 1.05), rate),
        even=True,
    )


def window() -> System:
    """1000 requests per 15 minutes, as its headers say."""
    limit, base = 1000, 0.02

    def serve(system: System, arrivals: Floats, rng: np.random.Generator) -> Served:
        left = max(0, limit - round(system.work))
        refused = np.arange(arrivals.size) >= left
        times = np.where(refused, 0.001, base * rng.lognormal(0, _SPREAD, arrivals.size))
        return Served(arrivals + times, refused, refused)

    return System(
        "1000 per 15 min",
        0.2,
        lambda _: limit / 900,
        serve,
        lambda s, users: min(users / (base * 1.05), 60.0) if s.work < limit else 0.0,
        limiter=Limiter(
            requests=limit, window_us=900_000_000, words="RateLimit-Policy: 1000;w=900"
        ),
    )


KINDS: tuple[Callable[[], System], ...] = (
    mm1, mmc, md1, noisy, knee, cliff, leak, shedding, bucket, window,
)  # fmt: skip


def _always_the_same(count: int, _: np.random.Generator) -> Floats:
    return np.full(count, 1 / MU)


def _disturbed(arrivals: Floats, rng: np.random.Generator) -> Floats:
    seconds = arrivals.astype(int)
    slow = rng.random(int(seconds.max(initial=0)) + 1) < 0.1
    return rng.exponential(1 / MU, arrivals.size) * np.where(slow[seconds], 1.3, 1.0)


@cache
def _by_simulation(
    name: str, target_s: float, services: Callable[[int, np.random.Generator], Floats] | None
) -> float:
    def holds(rate: float) -> bool:
        rng = np.random.default_rng(20_261_128)
        arrivals = np.cumsum(rng.exponential(1 / rate, _LONG))
        takes = _disturbed(arrivals, rng) if services is None else services(_LONG, rng)
        times = single_server(arrivals, takes) - arrivals
        return bool(np.quantile(times, 0.95) <= target_s)

    return bisected(holds, 0.3 * MU, MU, rounds=12)
