"""The versioned result models and their JSON."""
