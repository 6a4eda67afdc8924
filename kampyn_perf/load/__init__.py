"""Runs the schedule against a target: the only package that imports locust or gevent.

The generator is a process of its own, so that gevent's patching never reaches the command line.
"""
