"""A declared query's section of the catalogue's file, and what it is expected to do."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool, model_validator

from kampyn_perf.config import Section
from kampyn_perf.indexes.catalogue.file_values import CollationSection, Document
from kampyn_perf.indexes.model.query import Access

_SHAPES = ("sort", "projection", "skip", "limit")
"""Of a find alone."""
_KINDS = ("pipeline", "count", "distinct", "update", "delete")
"""What makes it something else than a find."""


class ExpectSection(Section):
    access: Access = Access.INDEX
    """How it should reach its documents."""
    index: tuple[str, ...] | None = None
    """One of these indexes."""
    in_memory_sort: StrictBool = Field(False, alias="inMemorySort")
    """Whether it may sort in memory."""
    max_examined: Annotated[float, Field(gt=0)] | None = Field(None, alias="maxExaminedPerResult")
    """Documents or keys that it may look at for each that it returns."""
    foreign: dict[str, Access | tuple[str, ...]] = Field(default_factory=dict)
    """By collection that is joined: how, or by one of which indexes."""


class QuerySection(Section):
    """One of: a find (filter, sort, projection, skip, limit), a count, a distinct, an update or a
    delete (each with a filter), an aggregation."""

    filter: Document | None = None
    """As in `find`."""
    sort: Document | None = None
    """Fields, each with 1 or -1."""
    projection: Document | None = None
    """As in `find`."""
    skip: Annotated[int, Field(ge=0)] | None = None
    """As in `find`."""
    limit: Annotated[int, Field(gt=0)] | None = None
    """As in `find`."""
    count: StrictBool = False
    """It counts."""
    distinct: Annotated[str, Field(min_length=1)] | None = None
    """The field of a `distinct`."""
    update: Document | None = None
    """The change."""
    delete: StrictBool = False
    """It deletes."""
    multi: StrictBool = False
    """All that the filter fits, and not the first."""
    pipeline: tuple[Document, ...] | None = None
    """The stages of an aggregation."""
    hint: str | Document | None = None
    """An index that it asks for."""
    collation: CollationSection | None = None
    """As in MongoDB."""
    reason: str = ""
    """What it is for."""
    expect: ExpectSection = ExpectSection()
    """What the server's plan should be like."""

    @model_validator(mode="after")
    def _one_kind(self) -> QuerySection:
        shaped = [name for name in _SHAPES if getattr(self, name) is not None]
        kinds = [name for name in _KINDS if getattr(self, name) not in (None, False)]
        if len(kinds) > 1:
            raise ValueError(f"one of {', '.join(kinds)}, not several")
        if kinds == ["pipeline"]:
            extra = [*shaped, *(["filter"] if self.filter is not None else [])]
            if extra:
                raise ValueError(f"a pipeline has its own stages: leave out {', '.join(extra)}")
        elif kinds and shaped:
            article = "an" if kinds[0] == "update" else "a"
            raise ValueError(
                f"{article} {kinds[0]} takes a filter alone: leave out {', '.join(shaped)}"
            )
        elif self.filter is None and not shaped and not kinds:
            raise ValueError("needs a filter, a pipeline, or count: true")
        if self.multi and kinds not in (["update"], ["delete"]):
            raise ValueError("multi belongs to an update or a delete")
        return self
