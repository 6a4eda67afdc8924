"""Benchmark cases, their runner, and the built-in suites."""
