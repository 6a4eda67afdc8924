"""Faults beside a load: what is done to a system on purpose, when, and that it is undone.

`settings` is the grammar, `plan` the pure timeline of a run; `actions` do it and undo it, `records`
remember on disk what has to be undone, `runner` keeps to the timeline, `proxy` is a process of its
own between two ends of TCP connections.
"""
