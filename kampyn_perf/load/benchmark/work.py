"""What a program is asked to do: the documented mix, or one request again and again."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import orjson

from kampyn_perf import names
from kampyn_perf.files import write_whole

_USERS, _VENDORS, _ITEMS = 200, 20, 50
DATA_FILE = "data.json"


class Work(StrEnum):
    """Which."""

    MIX = "mix"
    """The document's three flows with their weights and checks of what was answered."""
    REQUEST = "request"
    """`GET /items`, a session each."""

    @property
    def requests(self) -> float:
        """Of a session, on average."""
        return 2.4 if self is Work.MIX else 1.0

    @property
    def words(self) -> str:
        """As a sentence has it."""
        return "the documented mix" if self is Work.MIX else "a single request"


def write_data(folder: Path) -> Path:
    """Ids and credentials for the mix."""
    path = folder / DATA_FILE
    document = {
        "schema": names.DATA_SCHEMA,
        "version": names.DATA_VERSION,
        "uniId": "123",
        "users": [
            {"id": f"user{n}", "email": f"user{n}@example.com", "password": f"password-{n}"}
            for n in range(_USERS)
        ],
        "vendors": [{"id": f"vendor{n}"} for n in range(_VENDORS)],
        "items": [{"id": f"item{n}", "vendorId": f"vendor{n % _VENDORS}"} for n in range(_ITEMS)],
    }
    write_whole(path, orjson.dumps(document), durable=False)
    return path
