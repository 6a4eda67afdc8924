"""What a query's plan does, against what the catalogue expects of it."""
