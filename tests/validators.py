"""Models of the project that build their validators when they are first used, built at once: for a
process of which many are forked."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel


def build() -> None:
    """Those of every module that was imported."""
    for model in set(_below(BaseModel)):
        if model.__module__.startswith("kampyn_perf.") and not model.__pydantic_complete__:
            model.model_rebuild(raise_errors=False)  # what is wrong is told where it is used


def _below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from _below(each)
