"""A plan carried out: looked into first, locked, in order, journalled."""
