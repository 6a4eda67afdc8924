"""A browser's recorded session (HTTP Archive 1.2) into a project."""
