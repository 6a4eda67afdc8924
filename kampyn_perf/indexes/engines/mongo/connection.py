"""One cluster's database: commands out, answers or the port's two kinds of error back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pymongo import ReadPreference
from pymongo.errors import PyMongoError

from kampyn_perf import mongo
from kampyn_perf.indexes.engines.mongo.values import to_plain
from kampyn_perf.indexes.model.ports import ServerRefusal

Document = dict[str, Any]

COMMAND_NOT_FOUND = 59
UNAUTHORISED = 13


class MongoConnection:
    """A client and the database it speaks of. Not opened before the first command."""

    def __init__(self, *, client: mongo.Client, uri: str, database: str) -> None:
        self.client = client
        self.uri = uri
        self.name = database
        # Of the primary, whatever the URI prefers: a secondary's list of indexes may be an old one.
        self.database = client.get_database(database, read_preference=ReadPreference.PRIMARY)
        self.admin = client.get_database("admin", read_preference=ReadPreference.PRIMARY)

    @property
    def label(self) -> str:
        """Where this is, without secrets."""
        return mongo.label(self.uri)

    def command(self, command: Mapping[str, Any], *, admin: bool = False) -> Document:
        """The server's answer to one command. Raises as the port promises."""
        target = self.admin if admin else self.database
        with self.answers():
            answer: Document = target.command(dict(command))
            return answer

    def aggregate(
        self, collection: str, pipeline: Sequence[Mapping[str, Any]], **options: Any
    ) -> list[Document]:
        """All documents of a pipeline. For results that are known to be few."""
        with self.answers(), self.database[collection].aggregate(list(pipeline), **options) as rows:
            return list(rows)

    def optional(self, command: Mapping[str, Any], *, admin: bool = False) -> Document | None:
        """`command`, or None where this server or this user does not have it."""
        try:
            return self.command(command, admin=admin)
        except ServerRefusal:
            return None

    @contextmanager
    def answers(self) -> Iterator[None]:
        """Translate the driver's errors inside the block."""
        try:
            yield
        except PyMongoError as error:
            failure = mongo.failure_of(error, self.uri)
            if failure.kind is mongo.FailureKind.REFUSED:
                details = failure.details if isinstance(failure.details, Mapping) else {}
                raise ServerRefusal(
                    failure.code, failure.message, details=to_plain(dict(details))
                ) from None
            raise mongo.as_error(failure, self.uri) from None
