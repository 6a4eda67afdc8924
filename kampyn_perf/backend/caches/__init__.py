"""Response caches: Redis, and none."""
