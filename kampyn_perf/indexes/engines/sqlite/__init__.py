"""The SQLite adapter: the same commands on the embedded store. `database.open_sqlite` opens it."""
