"""The HTTP client alone on one core: `python -m benchmarks.http_client [--json]`.

What a whole run carries is found by `python -m benchmarks.engine`.
"""

from __future__ import annotations

import argparse
import sys

import orjson

from kampyn_perf.errors import KampynError
from kampyn_perf.load.benchmark import Comparison, Plan, compare


def table(result: Comparison) -> str:
    """The medians and goals as text."""
    lines = [f"{'':16}{'requests/s':>12}{'CPU us/req':>12}{'p50 us':>9}{'p95 us':>9}{'p99 us':>9}"]
    data = result.to_json()
    for load, by_name in data["medians"].items():
        for name, row in by_name.items():
            figures = "".join(
                f"{value:>{width}.{digits}f}"
                for value, width, digits in zip(
                    row.values(), (12, 12, 9, 9, 9), (0, 1, 0, 0, 0), strict=True
                )
            )
            lines.append(f"{load:6}{name:10}{figures}")
    for goal in result.goals():
        sign, met = (">=" if goal.at_least else "<="), {True: "met", False: "MISSED", None: "-"}
        value = "not measured" if goal.value is None else f"{goal.value:.2f}"
        lines.append(f"{goal.name}: {value} (goal {sign} {goal.limit:g}): {met[goal.met]}")
    lines += [f"warning: {warning}" for warning in result.warnings()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run with the flags given; the exit code of `kampyn_perf.errors`."""
    plan = Plan()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.http_client")
    parser.add_argument("--rounds", type=int, default=plan.rounds)
    parser.add_argument("--seconds", type=float, default=plan.seconds)
    parser.add_argument("--warmup", type=float, default=plan.warmup_s)
    parser.add_argument("--users", type=int, default=plan.users)
    parser.add_argument("--rate", type=float, default=plan.rate)
    parser.add_argument("--no-tools", action="store_true", help="leave wrk, hey and artillery out")
    parser.add_argument("--no-pin", action="store_true", help="do not pin processes to cores")
    parser.add_argument("--json", action="store_true", help="the machine form on stdout")
    args = parser.parse_args()
    plan = Plan(
        rounds=args.rounds,
        seconds=args.seconds,
        warmup_s=args.warmup,
        users=args.users,
        rate=args.rate,
        tools=not args.no_tools,
        pin=not args.no_pin,
    )
    try:
        result = compare(plan, progress=lambda text: print(text, file=sys.stderr))
    except KampynError as error:
        sys.stderr.write(f"error: {error.message}\n")
        return int(error.code)
    if args.json:
        data = orjson.dumps(result.to_json(), option=orjson.OPT_INDENT_2).decode() + "\n"
    else:
        data = table(result)
    sys.stdout.write(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
