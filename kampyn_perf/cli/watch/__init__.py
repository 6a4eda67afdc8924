"""`kampyn-perf watch`: alerts of a backend that nobody loads."""
