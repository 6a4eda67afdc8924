"""The command line: flags into a specification, one call, and what came of it on the terminal."""
