"""What is watched beside the client: processes, system, database, Prometheus, availability."""
