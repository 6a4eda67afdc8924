"""What the doctor says: pure values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much it matters for the numbers."""

    NOTE = "note"
    """Worth knowing; the numbers stand."""
    WARNING = "warning"
    """The numbers are worse, or less sure, than they need be."""
    PROBLEM = "problem"
    """The numbers would mean something else than they say."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing, what it does to the numbers, and what to do about it."""

    rule: str
    """Its name; never renamed."""
    level: Level
    what: str
    consequence: str
    remedy: str = ""
