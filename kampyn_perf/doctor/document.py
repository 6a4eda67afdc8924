"""The document's tuning of Redis and MongoDB: plain values."""

from __future__ import annotations

MEMORY = 256 * 1024 * 1024
POLICY = "allkeys-lru"
OPTIONS = {
    "maxpoolsize": ("50", "requests wait for a connection sooner, or the server has more of them"),
    "minpoolsize": ("10", "the first requests after a pause open connections while they wait"),
    "readpreference": ("secondaryPreferred", "all reads go to the primary"),
    "w": ("majority", "writes are confirmed at another cost than the document's"),
    "journal": ("true", "writes are confirmed before they are on the disk: faster than promised"),
    "compressors": ("zlib", "another share of CPU and network than the document's"),
}
"""Of the URI, with the document's value and what another one does."""
