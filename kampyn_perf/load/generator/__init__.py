"""The process that makes the load: `python -m kampyn_perf.load.generator`."""
