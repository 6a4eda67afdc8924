"""What programs import and make at its first use, done once, before they are forked: the features
that the command line imports within its functions, validators, templates of pages.

Imported last by the process from which they are forked (`tests.forked`).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from pydantic import BaseModel

FACES = ("backend", "bench", "capacity", "compare", "doctor", "load")
"""Packages whose names are imported on first use."""
PAGES = ("report.documents", "report.load", "report.html")


def features() -> None:
    for name in FACES:
        face = import_module(f"kampyn_perf.{name}")
        for each in face.__all__:
            getattr(face, each)
    for name in PAGES:
        import_module(f"kampyn_perf.{name}")


def validators() -> None:
    for model in set(_below(BaseModel)):
        if model.__module__.startswith("kampyn_perf.") and not model.__pydantic_complete__:
            model.model_rebuild(raise_errors=False)  # what is wrong is told where it is used


def templates() -> None:
    from kampyn_perf.report.html import page

    environment = page.environment()
    for name in environment.list_templates():
        environment.get_template(name)


def _below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in model.__subclasses__():
        yield each
        yield from _below(each)


features()
validators()
templates()
