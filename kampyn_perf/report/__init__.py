"""Results to bytes, for others to read: people, CI systems, other tools.

A folder for each kind of result, in it a module for each format. A format is a pure function from a
result to the bytes of a whole document; a folder's `Format` and `export` are its register. Whoever
calls owns the file or the stream.
"""
