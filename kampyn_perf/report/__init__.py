"""A result to bytes, one module per format; whoever calls owns the file."""
