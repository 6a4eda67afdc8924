"""Artillery's scripts as they are: read, and translated into a target, phases and objectives. Pure,
but for reading the file. What cannot be said here is refused, with its line, before anything is
sent; what is left aside and changes no request is a remark."""
