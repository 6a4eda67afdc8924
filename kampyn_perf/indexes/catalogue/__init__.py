"""Catalogues from a file, from a database or an application's declarations, and to a file."""
