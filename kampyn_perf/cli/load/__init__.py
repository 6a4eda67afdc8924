"""`kampyn-perf load`: flags (`command`), resolution (`resolve`), the run (`run`), what is seen of
it (`live`, `tables`)."""
