"""The index catalogue, the plan that brings a database to it, and how that is done safely."""
