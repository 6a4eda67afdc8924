"""What `configs/targets/*.yaml` may say: a concrete API, how one signs in there, and its flows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from kampyn_perf.config import Duration, Rate, Section
from kampyn_perf.load.target.audit import AuditSettings
from kampyn_perf.load.target.flow import Flows, Uses
from kampyn_perf.load.target.jsonpath import JsonPath
from kampyn_perf.load.target.request import METHODS, RequestSettings
from kampyn_perf.load.target.step import Step

_SIGN_INS = {"user": "login", "vendor": "vendor_login"}
"""Identities that a target has without saying so, where it has the operation."""


class Operation(RequestSettings):
    """One request of the API, by a name that flows call it by."""

    method: str = "GET"
    """GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS."""
    path: str
    """Below the target's URL, as `/cart/add/{user.id}`."""
    before: tuple[str, ...] = ()
    """Operations that `bench http` does ahead of each call of this one, unmeasured."""
    after: tuple[str, ...] = ()
    """Operations that it does after each, so that the next finds things as the first did."""

    @field_validator("method")
    @classmethod
    def _is_a_method(cls, method: str) -> str:
        if method.upper() not in METHODS:
            raise ValueError(f"not an HTTP method: {method!r}")
        return method.upper()

    @field_validator("path")
    @classmethod
    def _rooted(cls, path: str) -> str:
        if not path.startswith("/"):
            raise ValueError(f"a path begins with /: {path!r}")
        return path

    @property
    def endpoint(self) -> str:
        """The name in reports: `POST /cart/add/{userId}`."""
        return self.name or f"{self.method} {self.path}"


class TokenPlace(Section):
    """Where an answer has the token."""

    json_path: str | None = Field(default=None, alias="json")
    """A JSONPath into the answer's body."""
    header: str | None = None
    """A header of the answer."""
    cookie: str | None = None
    """A cookie that it sets."""

    model_config = ConfigDict(populate_by_name=True)

    @field_validator("json_path")
    @classmethod
    def _path(cls, path: str | None) -> str | None:
        if path is not None:
            JsonPath(path)
        return path

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len([place for place in (self.json_path, self.header, self.cookie) if place]) != 1:
            raise ValueError("needs one of json, header, cookie")
        return self


def _token(value: object) -> object:
    return {"json": value} if isinstance(value, str) else value


class SignIn(Section):
    """How one kind of visitor signs in, and shows afterwards who it is."""

    operation: str
    """Its row of the session's data is what the operation is filled in with."""
    token: Annotated[
        TokenPlace, BeforeValidator(_token, json_schema_input_type=str | TokenPlace)
    ] = TokenPlace(json_path="token")
    """A JSONPath into the answer, or {header: ...}, or {cookie: ...}."""
    header: str = "Authorization"
    """Where the token goes along."""
    prefix: str | None = None
    """Before the token in the header; None: `Bearer ` in Authorization, nothing elsewhere."""
    cookie: str = ""
    """The token goes along as this cookie, and not in a header."""
    key: str = "id"
    """The field of the row that tells visitors apart."""
    ahead: bool = True
    """Whether visitors sign in before the measured stretch: all that the run will need."""
    rate: Rate = Field(default=20, validate_default=True)
    """Sign-ins per second, of each generator, ahead of the run."""
    validFor: Annotated[Duration, Field(gt=0)] | None = None  # noqa: N815 (as the other keys)
    """How long a token serves; renewed when four fifths of it are over. None: for the whole run."""

    def headers(self, token: str) -> dict[str, str]:
        """What shows who one is."""
        if self.cookie:
            return {"Cookie": f"{self.cookie}={token}"}
        prefix = self.prefix
        if prefix is None:
            prefix = "Bearer " if self.header.lower() == "authorization" else ""
        return {self.header: prefix + token}


class Around(Section):
    """Steps around a flow that is written in Python."""

    before: tuple[Step, ...] = ()
    """Done ahead of the flow, and counted apart."""
    after: tuple[Step, ...] = ()
    """Done after it, and counted apart."""
    uses: Uses | None = None
    """How often a row serves it in one run, as a flow's."""


class Once(Section):
    """Steps around a whole run."""

    before: tuple[Step, ...] = ()
    """Done once by each generator ahead of its sessions; what they capture, every flow may use."""
    after: tuple[Step, ...] = ()
    """Done once by each generator when its sessions are over."""
    artillery: bool = False
    """Read as Artillery reads it, as a flow's."""


class FeedOrder(StrEnum):
    """Which row a session gets."""

    SEQUENTIAL = "sequential"
    """Row after row, and from the beginning again."""
    RANDOM = "random"
    """Any row, by chance; the same seed, the same rows."""
    UNIQUE = "unique"
    """Row after row, each only once: there must be as many as sessions."""
    SPREAD = "spread"
    """As `sequential`, with a stride of its own for each list of the data file, so that users,
    items and vendors meet in every combination."""


class FeedSettings(Section):
    """Rows that sessions work with, as `{name.field}` in an operation."""

    file: str = ""
    """CSV with a header, JSON Lines (.jsonl, .ndjson) or a JSON list (.json); empty: the data
    file's list."""
    order: FeedOrder = FeedOrder.SEQUENTIAL
    """Which row a session gets."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    """Between two columns of a CSV."""
    rows: tuple[dict[str, Any], ...] = ()
    """Rows in place of a file."""
    fields: tuple[str, ...] = ()
    """Names of the columns of a CSV that has no header of its own."""
    skipHeader: bool = False  # noqa: N815 (Artillery's key)
    """With `fields`: the first line is a header all the same, and no row."""
    numbers: bool = False
    """Texts of a CSV that are numbers become numbers."""
    flat: bool = False
    """Each column by its own name: `{email}`, and not `{user.email}`."""
    whole: bool = False
    """All rows as one list, for a loop over them, and not a row for each session."""


class TargetSettings(Section):
    """A concrete API: how each operation that the scenarios name is asked for there."""

    name: str = ""
    """Empty: the file's."""
    description: str = ""
    """For people."""
    url: str = ""
    """Empty: the bundled backend, or what --target names."""
    data: str = ""
    """The data file of ids and credentials; empty: the bundled backend's, or --data."""
    feeds: dict[str, FeedSettings] = Field(default_factory=dict)
    """Further rows, as `config.data` of load.yaml has them, which comes first."""
    variables: dict[str, Any] = Field(default_factory=dict)
    """Values that are the same in every session."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Sent with every request."""
    verify: bool = True
    """false: TLS certificates are not verified, as of a staging system with one of its own."""
    token: str = "token"  # noqa: S105 (the key of the answer, not a secret)
    """Where a login's answer has the token, for identities that `sign_in` does not describe."""
    sign_in: dict[str, SignIn] = Field(default_factory=dict)
    """By identity: the name of the list whose rows sign in, and that `as` means."""
    operations: dict[str, Operation] = Field(default_factory=dict)
    """Requests of the API, by the name that flows call them by."""
    flows: Flows = ()
    """What sessions do; beside the flows of `scenarios`, or in place of the shipped ones."""
    scenarios: str = ""
    """A locustfile, in `./scenarios` or as shipped; empty: that of load.yaml, or none where there
    are flows."""
    once: Once = Field(default_factory=Once)
    """Steps before and after the whole run."""
    watch: Any = None
    """What is watched beside a load of it; read by `measure.WatchSettings`."""
    around: dict[str, Around] = Field(default_factory=dict)
    """Steps before and after flows that are written in Python, by their names."""
    audit: AuditSettings | None = None
    """What `load --audit` holds against what is stored."""

    def sign_ins(self) -> Mapping[str, SignIn]:
        """Those described, and those that are understood of themselves."""
        usual = {
            name: SignIn(operation=operation, token=TokenPlace(json_path=self.token))
            for name, operation in _SIGN_INS.items()
            if operation in self.operations
        }
        return {**usual, **self.sign_in}
