"""What one index adds to an insert, measured in a collection that is made for it and dropped.
Nanoseconds."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bson import ObjectId

from kampyn_perf.indexes.engines.mongo import commands
from kampyn_perf.indexes.engines.mongo.connection import MongoConnection
from kampyn_perf.indexes.engines.mongo.sampling import sample_documents
from kampyn_perf.indexes.model.ports import BuildOptions
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.names import SCRATCH_COLLECTION


def time_inserts(
    connection: MongoConnection, collection: str, specs: Sequence[IndexSpec], count: int
) -> Sequence[int]:
    """Of up to `count` documents of a sample, each inserted alone."""
    documents = sample_documents(connection, collection, count)
    scratch = connection.database[SCRATCH_COLLECTION]
    times: list[int] = []
    with connection.answers():
        scratch.drop()  # what a killed run may have left
        try:
            if specs:
                commands.create_indexes(connection, SCRATCH_COLLECTION, specs, BuildOptions())
            for document in documents:
                document["_id"] = ObjectId()
                began = time.perf_counter_ns()
                scratch.insert_one(document)
                times.append(time.perf_counter_ns() - began)
        finally:
            scratch.drop()
    return times
