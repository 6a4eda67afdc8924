"""The MongoDB adapter: everything the index commands ask of one cluster's database."""

from kampyn_perf.indexes.engines.mongo.database import MongoDatabase, open_mongo

__all__ = ["MongoDatabase", "open_mongo"]
