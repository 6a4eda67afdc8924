"""What can be watched, one kind a module."""
