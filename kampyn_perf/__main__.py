"""`python -m kampyn_perf` is `kampyn-perf`; both begin here."""

from kampyn_perf.cli.importing import importing


def main() -> None:
    """Entry point of the console script."""
    with importing():
        from kampyn_perf.cli.main import main as run
    run()


if __name__ == "__main__":
    main()
