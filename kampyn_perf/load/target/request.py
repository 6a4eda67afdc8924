"""What a request may say, in Artillery's words: what operations and steps of flows share."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from kampyn_perf.config import Duration, Section
from kampyn_perf.load.target.checks import Captures, Expectations, Matches

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class BasicAuth(Section):
    """HTTP basic authentication."""

    user: str
    password: str = Field(alias="pass", repr=False)

    model_config = ConfigDict(populate_by_name=True)


class RequestSettings(Section):
    """Everything but method and address. `{...}` and `{{ ... }}` are filled in for each session."""

    name: str = ""
    """What reports call it; without one, the method and the path."""
    json_body: Any = Field(default=None, alias="json")
    form: dict[str, Any] | None = None
    """Sent as application/x-www-form-urlencoded."""
    formData: dict[str, Any] | None = None  # noqa: N815 (Artillery's key)
    """Sent as multipart/form-data."""
    body: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    qs: dict[str, Any] = Field(default_factory=dict)
    """The query string's parameters."""
    cookie: dict[str, str] = Field(default_factory=dict)
    auth: BasicAuth | None = None
    identity: str = Field(default="", alias="as")
    """Who sends it, as a row of that name in the session's data; signs in first where need be."""
    followRedirect: bool = True  # noqa: N815
    timeout: Annotated[Duration, Field(gt=0)] | None = None
    """From send to last byte; None: the run's."""
    capture: Captures = ()
    expect: Expectations = ()
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
