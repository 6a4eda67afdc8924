"""One reason why a server would not have a definition."""

from __future__ import annotations

from dataclasses import dataclass

BAD_VALUE = 2
FAILED_TO_PARSE = 9
CANNOT_CREATE = 67
INVALID_OPTIONS = 72
INVALID_OPTION_OF_ID = 197

Version = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    rule: str
    """The lint rule that explains it."""
    message: str
    code: int = CANNOT_CREATE
    """MongoDB's."""
    since: Version | None = None
    """The first version of MongoDB that takes it; None: no version does."""

    @property
    def needs(self) -> str:
        """`MongoDB 6.0`, or an empty text where no version helps."""
        return f"MongoDB {'.'.join(map(str, self.since))}" if self.since else ""
