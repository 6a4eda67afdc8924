"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from kampyn_perf.errors import ExitCode, KampynError

_HINT = "Choose another place, or make this one writable."


def write_whole(
    path: Path,
    data: bytes | str | Iterable[bytes],
    *,
    mode: int = 0o644,
    durable: bool = True,
    hint: str = _HINT,
) -> None:
    """Put `data`, or its parts one after the other, at `path` so that a reader, or a crash, meets
    the old file or the new one.

    The folder is made if need be. `mode` is the new file's permissions (0o600 for credentials).
    Raises KampynError naming the path where it cannot be written, with `hint` for what to do.
    """
    body = data.encode() if isinstance(data, str) else data
    parts = [body] if isinstance(body, bytes) else body
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error, hint) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise _unwritable(path, error, hint) from error
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def ensure_writable(folder: Path, *, hint: str = _HINT) -> None:
    """Make `folder` and prove that files can be put there, before the slow part begins."""
    probe = folder / ".writable"
    write_whole(probe, b"", durable=False, hint=hint)
    probe.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError, hint: str) -> KampynError:
    return KampynError(
        f"cannot write {path}: {error.strerror or error}",
        code=ExitCode.USAGE,
        hint=hint,
    )
