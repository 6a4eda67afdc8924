"""`kampyn-perf load`: flags (`command`, `roles`), the one call (`run`), what is seen of it (`live`,
`tables`)."""
