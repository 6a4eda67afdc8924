"""The built-in suites. What they measure (a store, a cache, an API) is passed in."""
