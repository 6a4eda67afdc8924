"""What is done to a system, and how it is undone: one module a thing that it is done to."""
