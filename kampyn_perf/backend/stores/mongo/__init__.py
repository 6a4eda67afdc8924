"""The MongoDB store: pymongo's asynchronous client with the document's options."""
