"""From evidence to outcomes: one objective, all of them, and the words for it. Pure."""
