"""What a request may say, in Artillery's words: what operations and steps of flows share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from kampyn_perf.config import Duration, Section
from kampyn_perf.load.target.checks import Captures, Expectations, Matches

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class BasicAuth(Section):
    """HTTP basic authentication."""

    user: str
    """Who."""
    password: str = Field(alias="pass", repr=False)
    """The password."""

    model_config = ConfigDict(populate_by_name=True)


class Part(Section):
    """One field of a form with parts: a text, or a file."""

    value: Any = None
    """The field\'s value, as text."""
    fromFile: str = ""  # noqa: N815 (Artillery's key)
    """The file's path, from the folder that the load is started in."""
    contentType: str = ""  # noqa: N815
    """Empty: none of a text, and of a file what its name says."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if bool(self.fromFile) is (self.value is not None):
            raise ValueError("needs one of value, fromFile")
        return self


def _part(value: object) -> object:
    return value if isinstance(value, Mapping | Part) else {"value": value}


PartOrText = Annotated[
    Part, BeforeValidator(_part, json_schema_input_type=str | int | float | bool | Part)
]


class RequestSettings(Section):
    """Everything but method and address. `{...}` and `{{ ... }}` are filled in for each session."""

    name: str = ""
    """What reports call it; without one, the method and the path."""
    json_body: Any = Field(default=None, alias="json")
    """The body, sent as JSON."""
    form: dict[str, Any] | None = None
    """Sent as application/x-www-form-urlencoded."""
    formData: dict[str, PartOrText] | None = None  # noqa: N815
    """Sent as multipart/form-data; a field is a text, or `{fromFile: photo.png}`."""
    body: str | None = None
    """The body, sent as it stands."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Beside those of the target."""
    qs: dict[str, Any] = Field(default_factory=dict)
    """The query string's parameters."""
    cookie: dict[str, str] = Field(default_factory=dict)
    """Sent with this request."""
    auth: BasicAuth | None = None
    """HTTP basic authentication."""
    identity: str = Field(default="", alias="as")
    """Who sends it, as a row of that name in the session's data; signs in first where need be."""
    followRedirect: bool = True  # noqa: N815
    """Whether redirects to the same host, or an allowed one, are followed."""
    timeout: Annotated[Duration, Field(gt=0)] | None = None
    """From send to last byte; None: the run's."""
    capture: Captures = ()
    """Values of the answer to keep."""
    expect: Expectations = ()
    """What the answer must be like."""
    match: Matches = ()
    """Values that the answer must have: one that is another ends the session, whatever `endsOn`."""

    model_config = ConfigDict(populate_by_name=True)

    @field_validator("identity")
    @classmethod
    def _somebody(cls, identity: str) -> str:
        return "" if identity == "nobody" else identity

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        bodies = {
            "json": self.json_body,
            "form": self.form,
            "formData": self.formData,
            "body": self.body,
        }
        given = [name for name, value in bodies.items() if value is not None]
        if len(given) > 1:
            raise ValueError(f"has {' and '.join(given)}; a request has one body")
        return self
