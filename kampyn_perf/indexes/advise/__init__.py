"""From operations that a server recorded to the index that would serve them, or why none would."""
