"""What can go wrong, and the one table of exit codes.

Everything that a user can meet is a `KampynError`: it carries the exit code and a hint. Only the
outermost layer of the command line turns one into words and an exit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended. The same table for every command; documented in `docs/exit-codes.md`."""

    OK = 0
    """Everything asked for was done; all required objectives pass."""
    FAILED = 1
    """An objective failed, a comparison found a regression, or a check found a difference."""
    USAGE = 2
    """Usage or configuration: nothing was started."""
    UNREACHABLE = 3
    """The target or the database cannot be reached."""
    NO_VERDICT = 4
    """The run was invalid, or --strict and something required could not be judged; or what stands
    on stdout as data did not get there."""
    INTERRUPTED = 130
    """SIGINT (128 + 2)."""
    TERMINATED = 143
    """SIGTERM (128 + 15)."""


class KampynError(Exception):
    """An error with words for its reader: what was wrong and where, and in `hint` what to do."""

    def __init__(self, message: str, *, code: ExitCode = ExitCode.USAGE, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place of one source (a file, an environment variable, a flag)."""

    path: str
    """Where within the source, as `config.phases[1].arrivalRate`; empty for the whole of it."""
    message: str
    source: str = ""

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.source, self.path) if part)
        return f"{where}: {self.message}" if where else self.message


class ConfigError(KampynError):
    """Every problem of a configuration at once, so that nobody mends a file line by line.

    `what` it is the problems of, where it is another document.
    """

    def __init__(
        self, problems: Sequence[Problem], *, hint: str = "", what: str = "configuration"
    ) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        lines = [f"{head} in the {what}:", *(f"  - {problem}" for problem in self.problems)]
        super().__init__("\n".join(lines), code=ExitCode.USAGE, hint=hint)


class UnreachableError(KampynError):
    """A target or database that does not answer."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, code=ExitCode.UNREACHABLE, hint=hint)
