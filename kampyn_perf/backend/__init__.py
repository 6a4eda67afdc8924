"""The reference backend: every system of the document, in processes of its own."""
