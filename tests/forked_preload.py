"""What programs import and make at its first use, done once, before they are forked: the features
that the command line imports within its functions, commands, validators, templates of pages.

Imported last by the process from which they are forked (`tests.forked`).
"""

from __future__ import annotations

from importlib import import_module

from kampyn_perf.cli.groups import made
from kampyn_perf.cli.main import Commands
from tests import validators

FACES = ("backend", "bench", "capacity", "compare", "doctor", "load")
"""Packages whose names are imported on first use."""
PAGES = ("report.documents", "report.load", "report.html")
ENGINES = ("indexes.engines.mongo", "indexes.engines.sqlite")


def features() -> None:
    for name in FACES:
        face = import_module(f"kampyn_perf.{name}")
        for each in face.__all__:
            getattr(face, each)
    for name in (*PAGES, *ENGINES):
        import_module(f"kampyn_perf.{name}")


def commands() -> None:
    """With what Typer makes of each of their options when it reads it, given or not."""
    for name, lazy in Commands.lazy.items():
        command = made(name, lazy)
        for each in (command, *getattr(command, "commands", {}).values()):
            for parameter in each.params:
                parameter.get_runtime_param()


def templates() -> None:
    from kampyn_perf.report.html import page

    environment = page.environment()
    for name in environment.list_templates():
        environment.get_template(name)


features()
commands()
validators.build()
templates()
