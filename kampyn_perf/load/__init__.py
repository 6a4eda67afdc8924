"""Runs the schedule against a target: the only package that imports locust or gevent.

What a run is (`spec`, `settings`, `share`, `feed`, `hosts`) is pure, and read by everybody. Three
packages run it:

- `generator`: makes the load. gevent and Locust, and so never in the process of the command line.
- `lead`: leads the generators and collects, within the command line. No gevent.
- `network`: what lies between the two when they are on different machines.

Scenario authors derive from `flow`; `http` is the client that they have; `throughput` measures it.
"""
