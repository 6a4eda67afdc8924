"""Backends with one bug each, for the tests alone: what status codes hide, an audit finds."""
