"""Which indexes are used, and what each one does to queries and writes."""
