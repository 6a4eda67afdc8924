"""Scripts of k6: what of them can be said as data, and what cannot, line by line."""
