"""The data file: ids and credentials that feed a load. `backend seed` writes it, the load reads it.

Users of another target write one by hand (`configs/targets/`); the schema is in `docs/data.md`.
"""

from __future__ import annotations

from pathlib import Path

import orjson
from pydantic import ConfigDict, Field

from kampyn_perf import config, files, names
from kampyn_perf.errors import ConfigError, KampynError, Problem


class _Entry(config.Section):
    """Entries are open: a target may carry fields of its own into its scenarios."""

    model_config = ConfigDict(extra="allow", frozen=True)


class DataUser(_Entry):
    """One user who logs in and orders."""

    id: str
    email: str
    password: str = Field(repr=False)
    phone: str | None = None


class DataVendor(_Entry):
    """One vendor; credentials only where the target's vendor routes need them."""

    id: str
    email: str | None = None
    password: str | None = Field(default=None, repr=False)


class DataItem(_Entry):
    """One item that can be put into a cart."""

    id: str
    vendorId: str  # noqa: N815 - the target's own name
    kind: str = "Retail"


class DataFile(config.Section):
    """Everything that the scenarios fill into their requests."""

    schema_name: str = Field(default=names.DATA_SCHEMA, alias="schema")
    version: int = names.DATA_VERSION
    uniId: str  # noqa: N815 - the target's own name
    users: tuple[DataUser, ...] = Field(min_length=1)
    vendors: tuple[DataVendor, ...] = Field(min_length=1)
    items: tuple[DataItem, ...] = Field(min_length=1)

    model_config = ConfigDict(populate_by_name=True)


def read(path: Path) -> DataFile:
    """The data file at `path`. Raises KampynError for a missing, foreign, newer or wrong one."""
    try:
        raw = orjson.loads(path.read_bytes())
    except OSError as error:
        raise KampynError(
            f"cannot read the data file {path}: {error.strerror or error}",
            hint="`kampyn-perf backend seed` writes one for the bundled backend.",
        ) from error
    except orjson.JSONDecodeError as error:
        raise ConfigError([Problem("", f"is not JSON: {error}", str(path))]) from error
    if not isinstance(raw, dict) or raw.get("schema") != names.DATA_SCHEMA:
        raise ConfigError([Problem("schema", f"is not {names.DATA_SCHEMA}", str(path))])
    version = raw.get("version")
    if isinstance(version, int) and version > names.DATA_VERSION:
        message = f"is {version}; this program reads up to {names.DATA_VERSION}"
        raise ConfigError([Problem("version", message, str(path))], hint="Update kampyn-perf.")
    return config.parse(DataFile, config.Source(raw, str(path)))


def write(path: Path, data: DataFile) -> None:
    """Put `data` at `path`, whole, for its owner's eyes only."""
    body = data.model_dump(by_alias=True, exclude_none=True)
    files.write_whole(path, orjson.dumps(body, option=orjson.OPT_INDENT_2), mode=0o600)
