"""What `audit` in a target's file may say: which answers are promises, and where what is stored can
be asked for."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from kampyn_perf.config import Section
from kampyn_perf.load.target.jsonpath import JsonPath

ID = "{id}"
NEXT = "{next}"


class AuditSettings(Section):
    """Each id that an answer of the operation told is afterwards to be found, once."""

    operation: str = "order"
    """Whose successful answer acknowledges something: an order that is placed."""
    id: str = "id"
    """JSONPath of what that answer calls it; one without it acknowledges nothing."""
    orders: str = ""
    """`GET /path` that lists all that is stored: asked before the run, and after it."""
    ids: str = "$[*].id"
    """JSONPath of the ids in that list."""
    next: str = ""
    """JSONPath, in the list, of where it goes on: a path, or what is filled in for `{next}` in
    `orders`. Empty: the list is one answer."""
    order: str = ""
    """`GET /path/{id}` of one: 2xx where it is stored, 404 or 410 where not."""
    headers: dict[str, str] = Field(default_factory=dict, repr=False)
    """Sent with both, beside the target's own."""

    @field_validator("id", "ids", "next")
    @classmethod
    def _path(cls, text: str) -> str:
        if text:
            JsonPath(text)
        return text

    @field_validator("orders", "order")
    @classmethod
    def _get(cls, text: str) -> str:
        method, _, path = text.strip().partition(" ")
        if text and (method.upper() != "GET" or not path.strip().startswith("/")):
            raise ValueError(f"is no `GET /path`: {text!r}")
        return text

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.order and ID not in self.order:
            raise ValueError("order asks for one, and has no {id} to fill in")
        if NEXT in self.orders and not self.next:
            raise ValueError("orders has {next}, and next does not say where it stands")
        return self

    @property
    def orders_path(self) -> str:
        """Without the method."""
        return self.orders.strip().partition(" ")[2].strip()

    @property
    def order_path(self) -> str:
        """Likewise."""
        return self.order.strip().partition(" ")[2].strip()

    @property
    def can_ask(self) -> bool:
        """Whether what is stored can be asked for; else the bundled backend's store is looked
        into."""
        return bool(self.orders or self.order)
