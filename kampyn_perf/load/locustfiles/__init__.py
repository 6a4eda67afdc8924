"""Locustfiles as people have them: users that know nothing of this program."""
