"""What a server's no means to the person who asked: words, an exit code and what to do. Pure."""

from __future__ import annotations

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.model.ports import (
    CANNOT_CONVERT_TO_UNIQUE,
    CANNOT_CREATE,
    DUPLICATE_KEY,
    INDEX_NOT_FOUND,
    KEY_SPECS_CONFLICT,
    LOST_PRIMARY,
    NAMESPACE_NOT_FOUND,
    OPTIONS_CONFLICT,
    ServerRefusal,
)

UNAUTHORISED = 13
ON_A_VIEW = 166
OUT_OF_DISK = 14031

_HINTS = {
    UNAUTHORISED: "Its user needs listCollections, listIndexes and collStats to plan, createIndex, "
    "dropIndex and collMod to apply (role dbAdmin), and readWrite for lock and journal.",
    CANNOT_CREATE: "The server does not take this definition: see `kampyn-perf indexes lint`.",
    OPTIONS_CONFLICT: "The same keys are there with other options or another name: "
    "`kampyn-perf indexes plan` shows which.",
    KEY_SPECS_CONFLICT: "The name is taken by other keys: give the index another name in the "
    "catalogue, or drop the other one by --prune.",
    DUPLICATE_KEY: "Merge or remove the documents that share a value, then run it again.",
    CANNOT_CONVERT_TO_UNIQUE: "Merge or remove documents that share a value, then run it again.",
    INDEX_NOT_FOUND: "Somebody dropped it meanwhile: plan again.",
    NAMESPACE_NOT_FOUND: "The collection is gone or not there yet: plan again.",
    ON_A_VIEW: "Index the collection that the view reads from.",
    OUT_OF_DISK: "Make room on the server's disk, then run it again.",
}


def hint_for(code: int) -> str:
    """What to do about an error of this code, or an empty text."""
    if code in LOST_PRIMARY:
        return "The primary changed: when there is one again, run it again; it goes on from there."
    return _HINTS.get(code, "")


def exit_code(code: int) -> ExitCode:
    """3 for a server that cannot do it now, 2 for what must be set right first, 1 for the rest."""
    if code in LOST_PRIMARY:
        return ExitCode.UNREACHABLE
    return ExitCode.USAGE if code == UNAUTHORISED else ExitCode.FAILED


def refusal_error(what: str, refusal: ServerRefusal) -> KampynError:
    """A server's no, in words: what was tried, what it said, and what to do."""
    code = f" (error {refusal.code})" if refusal.code else ""
    return KampynError(
        f"{what}: {refusal.message}{code}",
        code=exit_code(refusal.code),
        hint=hint_for(refusal.code),
    )
