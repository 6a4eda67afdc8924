"""A user's words as part of a file's name."""

from __future__ import annotations

import re

_LONGEST = 50
"""Characters, of up to four bytes; a file's name may have 255, and a time stands before it."""


def safe_label(text: str) -> str:
    """`text` as one part of a path: letters, digits and `._-` stay, all else becomes `-`."""
    return re.sub(r"[^\w.-]+", "-", text)[:_LONGEST].strip("-") or "unnamed"
