"""Seeded data: the same figures give the same data, on every machine and store."""
