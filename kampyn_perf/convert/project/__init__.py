"""A draft as the files of a project, and these files into a folder."""
