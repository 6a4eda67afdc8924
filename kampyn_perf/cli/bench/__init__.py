"""`kampyn-perf bench`: flags (`command`), the run (`run`), what is seen of it (`progress`, `view`),
and what the built-in suites measure (`suites` and one module for each)."""
