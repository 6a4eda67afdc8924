"""What the built-in suites measure, one module for each: the backend's store, cache and tokens, the
target's operations, the catalogue's queries, the load engine's client.

The only place of this package that knows other features. The suites themselves (`suites`) know
them by ports.
"""
