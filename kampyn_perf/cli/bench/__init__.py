"""`kampyn-perf bench`: flags (`command`), the request (`flags`), the run's folder (`saver`), what
is seen of it (`progress`, `view`)."""
