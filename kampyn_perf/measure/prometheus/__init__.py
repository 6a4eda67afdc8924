"""Prometheus's text: what it says (`text`), what that is between two looks (`intervals`), and which
of it the goals are about (`goals`)."""
