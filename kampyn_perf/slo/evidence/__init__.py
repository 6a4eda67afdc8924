"""What a result says about an objective: a value, its interval, its sample. One module a source."""
