"""The engine, end to end, beside others: `python -m benchmarks.engine MODE`.

    table     every program at the rates asked for, in interleaved rounds
    highest   the highest rate that each carries, likewise; without a schedule: as fast as it goes
    memory    one long run: what its processes hold, at intervals, and the slope of it
    workers   ours with one and with two generators, each at the same rate, on no core of their own:
              what a request costs, and how much more two carry where each has a core

Programs are ours, the last release's (a checkout of its own), stock Locust, and k6, Artillery, wrk
and hey where they are on the PATH, each alone on one core, against a server of constants on
another; named by --programs, `pure` is ours without what is compiled. The mix is the document's,
with cookies and checks of what was answered; Artillery, wrk and hey do a single request. Rates are
counted by the server; CPU and memory are those of a program's processes together, between a second
after its first request and the end of its load. P50 and P99 are what each tells: ours from the
moment a request was due, the others from when they sent it; *most* is the highest P99 of a round.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from benchmarks.checkouts import NoCommitError, checkout, compile_in, last_release
from kampyn_perf.errors import KampynError
from kampyn_perf.load import benchmark
from kampyn_perf.load.benchmark import OURS, Attempt, Carried, Cores, Place, Program, Task, Work
from kampyn_perf.load.benchmark.usage import tree
from kampyn_perf.stats import trend

_RELEASE = "release"
_PURE = "pure"
RATES = (1_200.0, 4_800.0, 8_400.0)
_GENERATORS = (1, 2)
_GIVES_UP = 0.9
"""Of a rate: a program that does not reach it is not asked for a higher one."""
_HEAD = (
    "| program | work | asked/s | reached/s | from | to | valid | P50 ms | P99 ms | most "
    "| of a core | us a request | MB | server |\n|---|---|" + "---:|" * 12
)


@dataclass
class Row:
    """All rounds of one program at one rate."""

    attempts: list[Attempt] = field(default_factory=list)

    def __str__(self) -> str:
        tries = self.attempts
        reached = [one.reached for one in tries]

        def of_all(
            value: Callable[[Attempt], float | None],
            form: str,
            pick: Callable[[list[float]], float] = median,
        ) -> str:
            known = [number for one in tries if (number := value(one)) is not None]
            return format(pick(known), form) if known else "-"

        def p99_ms(one: Attempt) -> float | None:
            return None if one.p99_us is None else one.p99_us / 1e3

        first = tries[0]
        valid = sum(one.valid for one in tries)
        cells = (
            first.program,
            str(first.work),
            f"{first.asked:,.0f}" if first.asked else "most",
            f"{median(reached):,.0f}",
            f"{min(reached):,.0f}",
            f"{max(reached):,.0f}",
            f"{valid} of {len(tries)}",
            of_all(lambda one: None if one.p50_us is None else one.p50_us / 1e3, ".2f"),
            of_all(p99_ms, ".2f"),
            of_all(p99_ms, ".2f", max),
            of_all(lambda one: one.cpu_share, ".2f"),
            of_all(lambda one: one.cpu_us, ".0f"),
            of_all(lambda one: one.rss / 1e6, ".0f"),
            of_all(lambda one: one.server_share, ".2f"),
        )
        return f"| {' | '.join(cells)} |"


def programs(asked: argparse.Namespace) -> list[Program]:
    """Those that are there, and were asked for."""
    known = benchmark.programs()
    wanted = asked.programs.split(",") if asked.programs else []
    if _PURE in wanted:
        known.insert(1, benchmark.ours(_PURE, pure=True))
    if wanted and _RELEASE not in wanted:
        return [one for one in known if one.name in wanted]
    try:
        release = checkout(asked.release or last_release())
        compile_in(release)  # where that state could be: as its users have it
        older = benchmark.ours(
            f"{_RELEASE} {release.commit[:7]}", python=release.python, checkout=release.folder
        )
        known.insert(1, older)
    except NoCommitError as error:
        print(f"the last release is left out: {error}", file=sys.stderr)
    return [one for one in known if not wanted or one.name.split()[0] in wanted]


def work_of(program: Program) -> Work:
    """The mix, where it can."""
    return Work.MIX if Work.MIX in program.works else Work.REQUEST


def table(asked: argparse.Namespace) -> None:
    """Rows in the order of rates."""
    rates = [float(rate) for rate in asked.rates.split(",")] if asked.rates else list(RATES)
    rows: dict[tuple[float, str], Row] = {}
    slow: set[str] = set()
    known = [one for one in programs(asked) if one.paced]
    for number in range(asked.rounds):
        for rate in rates:
            for program in known[number % len(known) :] + known[: number % len(known)]:
                if program.name in slow and (rate, program.name) not in rows:
                    continue
                one = _once(program, rate, asked)
                if one is None:
                    continue
                rows.setdefault((rate, program.name), Row()).attempts.append(one)
                if one.reached < rate * _GIVES_UP:
                    slow.add(program.name)
    _print(rows[key] for key in sorted(rows, key=lambda key: key[0]))


def _once(
    program: Program, rate: float, asked: argparse.Namespace, cores: Cores | None = None
) -> Attempt | None:
    cores = cores or benchmark.choose_cores()
    with benchmark.running_server(cores) as server:
        task = Task(
            work=work_of(program),
            url=server.url,
            rate=rate,
            seconds=asked.seconds,
            folder=Path(),
        )
        try:
            one = benchmark.measure(program, task, server, cores=cores)
        except KampynError as error:
            print(f"{program.name} at {rate:,.0f}/s: {error.message}", file=sys.stderr)
            return None
    words = "; ".join(one.invalid) or "valid"
    print(f"{program.name} at {rate:,.0f}/s: {one.reached:,.0f}/s, {words}", file=sys.stderr)
    return one


def highest(asked: argparse.Namespace) -> None:
    """The attempt of each round that counts."""
    cores = benchmark.choose_cores()
    known = programs(asked)
    carried = {one.name: Carried(one.name, work_of(one), one.scheduled) for one in known}
    for _ in range(asked.rounds):
        for program in known:
            with benchmark.running_server(cores) as server:
                place = Place(server=server, cores=cores, seconds=asked.seconds)
                try:
                    benchmark.next_round(
                        carried[program.name],
                        program,
                        place,
                        lambda text: print(text, file=sys.stderr),
                    )
                except KampynError as error:
                    print(f"{program.name}: {error.message}", file=sys.stderr)
    _print(Row(one.best) for one in carried.values() if one.best)
    for one in carried.values():
        if one.beyond:
            words = "; ".join(one.beyond.invalid)
            print(f"{one.program}: {one.beyond.asked:,.0f}/s was not valid: {words}")
    for words in benchmark.warnings(list(carried.values()), cores=cores, busy=asked.busy):
        print(f"note: {words}")


def _print(rows: Iterable[Row]) -> None:
    print(_HEAD)
    for row in rows:
        print(row)


def memory(asked: argparse.Namespace) -> None:
    """Of the command line and the generator, which is its child."""
    seconds = asked.requests / asked.rate
    every = max(seconds / asked.lines, 1.0)
    held: list[tuple[float, int, list[float]]] = []

    def look(pid: int, seen: benchmark.Look) -> None:
        if held and seen.at_s - held[-1][0] < every:
            return
        megabytes = [_rss(process) for process in tree(pid)][:2]
        if len(megabytes) == 2:
            held.append((seen.at_s, seen.requests, megabytes))
            line, generator = megabytes
            print(
                f"{seen.at_s - held[0][0]:6.0f} s {seen.requests:12,} requests: "
                f"generator {generator:.1f} MB, command line {line:.1f} MB",
                flush=True,
            )

    cores = benchmark.choose_cores()
    with benchmark.running_server(cores) as server:
        task = Task(work=Work.MIX, url=server.url, rate=asked.rate, seconds=seconds, folder=Path())
        one = benchmark.measure(benchmark.ours(), task, server, cores=cores, looked=look)
    print(_HEAD, Row([one]), sep="\n")
    for place, name in enumerate(("command line", "generator")):
        _slope(name, [(requests / 1e6, megabytes[place]) for _, requests, megabytes in held])


def workers(asked: argparse.Namespace) -> None:
    """Two generators cannot be shown at their limit where the server needs a core, too; what a
    request costs can."""
    rows = {number: Row() for number in _GENERATORS}
    for _ in range(asked.rounds):
        for number, row in rows.items():
            name = f"{OURS} --workers {number}"
            program = benchmark.ours(name, more=["--workers", str(number)])
            one = _once(program, asked.rate * number, asked, Cores())
            if one:
                row.attempts.append(one)
    if not all(row.attempts for row in rows.values()):
        raise KampynError("there is nothing to compare: a program never ran")
    _print(rows.values())
    alone, both = (median(one.cpu_us for one in row.attempts) for row in rows.values())
    print(f"two carry {2 * alone / both:.2f} times what one does, each on a core of its own")


def _slope(name: str, points: Sequence[tuple[float, float]]) -> None:
    """Of the later nine tenths: the first one fills caches."""
    later = points[len(points) // 10 :]
    found = trend.slope([at for at, _ in later], [value for _, value in later])
    interval = found.interval
    if math.isnan(found.value):
        print(f"{name}: {len(later)} lines are too few for a slope; --lines asks for more")
        return
    bounds = "" if interval.low is None else f" ({interval.low:+.3f} to {interval.high:+.3f})"
    print(f"{name}: {found.value:+.3f} MB for a million requests{bounds}")


def _rss(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.Error:
        return 0.0


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engine",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=["table", "highest", "memory", "workers"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=7.0, help="of each attempt")
    parser.add_argument("--rates", default="", help="requests/s, by commas: 1200,4800,8400")
    parser.add_argument("--programs", default="", help="kampyn-perf,release,k6,locust,...")
    parser.add_argument("--release", default="", help="the commit that ours is compared with")
    parser.add_argument("--requests", type=float, default=1e6, help="of `memory`")
    parser.add_argument(
        "--rate", type=float, default=2_000.0, help="of `memory`; of a generator of `workers`"
    )
    parser.add_argument("--lines", type=int, default=40, help="of `memory`, at most")
    asked = parser.parse_args()
    asked.busy = psutil.cpu_percent(interval=0.5) / 100
    try:
        modes = {"table": table, "highest": highest, "memory": memory, "workers": workers}
        modes[asked.what](asked)
    except KampynError as error:
        sys.stderr.write(f"error: {error.message}\n")
        return int(error.code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
