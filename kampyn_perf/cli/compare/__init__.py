"""`kampyn-perf compare`."""
