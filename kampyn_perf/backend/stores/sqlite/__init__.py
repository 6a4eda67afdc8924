"""The embedded store: SQLite in WAL mode, shared by all workers through one file."""
