"""Index catalogue, plan, lint, apply and verify, for MongoDB and the embedded SQLite store.

Pure: spec, query, live, actions, catalogue, normalise, plan, lint, render. Over ports: execute and
what apply and verify do. Edges: one adapter per database.
"""
