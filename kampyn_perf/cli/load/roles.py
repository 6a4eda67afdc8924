"""Which flags go with which `--role`: one that would be ignored is refused instead."""

from __future__ import annotations

from collections.abc import Collection

from kampyn_perf.cli.load.flags import Role
from kampyn_perf.errors import KampynError

_MEETING = ("--master-host", "--master-port")
_OF_WORKER = ("--role", *_MEETING)
_OF_SEVERAL = (*_MEETING, "--expect-workers")


def check(role: Role, given: Collection[str]) -> None:
    """Refuse flags, by their names on the command line, that do not apply. Raises KampynError."""
    if role is Role.WORKER:
        idle = [flag for flag in given if flag not in _OF_WORKER]
        hint = "The master says what is run: give it there, and start the worker without."
    elif role is Role.MASTER:
        idle = [flag for flag in given if flag == "--workers"]
        hint = (
            "A master has no generators of its own: start one with --role worker for each core, "
            "and tell the master how many with --expect-workers."
        )
    else:
        idle = [flag for flag in given if flag in _OF_SEVERAL]
        hint = "They are for --role master and --role worker; alone, take --workers."
    if idle:
        verb = "does" if len(idle) == 1 else "do"
        raise KampynError(
            f"{', '.join(idle)} {verb} not apply to --role {role.value}",
            hint=hint,
        )
