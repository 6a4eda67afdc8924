"""`kampyn-perf capacity`: flags (`command`), the calls (`run`), what is seen of it (`view`)."""
