"""Other tools' files into a project of this program: an API's description, a browser's recording,
a collection of requests. Readers make a `Draft`, the writer makes files of it."""
