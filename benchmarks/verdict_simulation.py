"""How often a verdict is wrong: `python -m benchmarks.verdict_simulation [--only TABLE]`.

Every process (`simulated_runs.py`) has a true share of events (requests beyond a threshold,
failures) that is known exactly, and the limit stands exactly there: whoever passes is wrong, and so
is whoever fails. A run is simulated as the counts of its seconds; the bounds are those that a
verdict takes (`stats.share_bounds`, `stats.half_width`), for thousands of runs at once. Prints
Markdown.
"""

from __future__ import annotations

import argparse

from benchmarks import simulated_baselines, simulated_shares, simulated_slopes, simulated_windows


def main() -> None:
    """All tables, or one of them."""
    tables = {
        "shares": simulated_shares.table,
        "windows": simulated_windows.table,
        "baselines": simulated_baselines.table,
        "slopes": simulated_slopes.table,
    }
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=20261128)
    parser.add_argument("--only", choices=tables, help="one table alone")
    args = parser.parse_args()
    for name, table in tables.items():
        if args.only in {None, name}:
            for line in table(args.runs, args.seed):
                print(line, flush=True)
            print()


if __name__ == "__main__":
    main()
