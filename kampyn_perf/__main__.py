"""`python -m kampyn_perf` is `kampyn-perf`."""

from kampyn_perf.cli.main import main

main()
