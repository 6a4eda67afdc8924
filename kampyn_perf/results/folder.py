"""Run folders: one per run under `reports/`, and the names that mean the newest of them.

`latest` points at the newest of all, `latest-load`, `latest-bench` and `latest-capacity` at the
newest of each kind.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from kampyn_perf import names
from kampyn_perf.errors import KampynError
from kampyn_perf.files import ensure_writable, write_whole
from kampyn_perf.results import tags
from kampyn_perf.results.summary import result_of

REPORTS = Path("reports")


class RunKind(StrEnum):
    """What makes runs."""

    LOAD = "load"
    BENCH = "bench"
    CAPACITY = "capacity"

    @property
    def latest(self) -> str:
        """The name that means the newest of this kind."""
        return f"{names.LATEST}-{self.value}"


_LATEST = (names.LATEST, *(kind.latest for kind in RunKind))
_LONGEST_PATH = 4096
_OWN_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-.+")


def create_run_folder(base: Path, *, label: str, now: datetime) -> Path:
    """A new folder `<time>-<label>` below `base`, proven writable. Two runs never share one."""
    stem = f"{now:%Y-%m-%dT%H-%M-%S}-{label}"
    for attempt in range(1, 1000):
        folder = base / (stem if attempt == 1 else f"{stem}-{attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            if base.exists() and not base.is_dir():
                raise KampynError(f"cannot write reports: {base} is not a folder") from None
            continue
        except OSError as error:
            raise KampynError(
                f"cannot make the run folder {folder}: {error.strerror or error}",
                hint="Name a writable place with --out.",
            ) from error
        ensure_writable(folder)
        return folder
    raise KampynError(f"{base} has a thousand runs of this very second; name another with --out")


def claim_run_folder(folder: Path) -> Path:
    """A folder that the user named, for this process until it ends.

    It is made if need be, and refused if it holds a run already or another one has claimed it.
    """
    _lock(folder)  # stays open: the lock lasts as long as the process
    return folder


@contextlib.contextmanager
def claimed_run_folder(folder: Path) -> Iterator[Path]:
    """The same for as long as the block lasts. What could not begin there is taken back."""
    handle = _lock(folder)
    try:
        yield folder
    except BaseException:
        discard_run_folder(folder, own=False)
        raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def new_run_folder(base: Path, *, label: str, now: datetime) -> Iterator[Path]:
    """A new folder of `create_run_folder`, which goes again with a run that could not begin."""
    made = not base.exists()
    folder = create_run_folder(base, label=label, now=now)
    try:
        yield folder
    except BaseException:
        discard_run_folder(folder, own=True)
        if made:
            with contextlib.suppress(OSError):
                base.rmdir()
        raise


def _lock(folder: Path) -> int:
    """The handle of a lock on a folder that holds no run. Raises KampynError."""
    for name in (names.RESULT_FILE, names.CONFIG_FILE, names.VERDICT_FILE):
        if (folder / name).exists():
            raise KampynError(
                f"{folder} holds a {name} already; a run never overwrites another",
                hint="Name a new folder with --out, or remove this one.",
            )
    ensure_writable(folder)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise KampynError(
            f"another run is writing to {folder}", hint="Name a new folder with --out."
        ) from None
    return handle


def discard_run_folder(folder: Path, *, own: bool) -> None:
    """Take back what a run that could not begin put into `folder`, but not logs that say why.

    The folder itself goes only if it is empty then, and `own`: never one that the user named.
    Once there is a result nothing is taken back.
    """
    if (folder / names.RESULT_FILE).exists():
        return
    (folder / names.CONFIG_FILE).unlink(missing_ok=True)
    for log in (folder / name for name in names.RUN_LOGS):
        if log.exists() and not log.stat().st_size:
            log.unlink()
    if own:
        with contextlib.suppress(OSError):
            folder.rmdir()


def point_latest(folder: Path, *, base: Path = REPORTS, kind: RunKind) -> None:
    """Make `latest` in `base`, and that of its `kind`, point at `folder`, wherever that is.

    A pointer is a symbolic link, or else a file. What is not a pointer of ours stays; where none
    can be written there is none.
    """
    for name in (names.LATEST, kind.latest):
        _point(base / name, folder)


def _point(link: Path, folder: Path) -> None:
    base = link.parent
    with contextlib.suppress(OSError, KampynError):
        if link.exists() and not link.is_symlink() and not _is_pointer(link):
            return
        base.mkdir(parents=True, exist_ok=True)
        target = os.path.relpath(folder.resolve(), base.resolve())
        spare = base / f".{link.name}.{os.getpid()}"
        try:
            with contextlib.suppress(FileNotFoundError):
                spare.unlink()
            spare.symlink_to(target, target_is_directory=True)
            spare.replace(link)
        except OSError:
            write_whole(link, f"{target}\n")


def _is_pointer(path: Path) -> bool:
    """Whether a file is what `point_latest` writes where there are no symbolic links."""
    if not path.is_file() or path.stat().st_size > _LONGEST_PATH:
        return False
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if len(lines) != 1 or not lines[0]:
        return False
    # A run that was removed meanwhile is told by the form of its name.
    return bool(_OWN_NAME.fullmatch(Path(lines[0]).name)) or (path.parent / lines[0]).is_dir()


def find_result(path: Path) -> Path:
    """The result file that `path` means: itself, or the one in a run folder, or behind a pointer.

    The bare name of a pointer (`latest-bench`) means the one in `reports/`, as does that of a run's
    folder; a tag means the newest run that has it.
    """
    if path.name in _LATEST and path.parent == Path() and not path.exists():
        path = REPORTS / path
    if path.is_dir():
        return result_of(path)
    if path.name in _LATEST and path.is_file():
        return path.parent / path.read_text(encoding="utf-8").strip() / names.RESULT_FILE
    if not path.exists() and not path.is_absolute():
        path = _in_store(path)
    if not path.exists() and path.suffix != ".json":
        return path / names.RESULT_FILE
    return result_of(path) if path.is_dir() else path


def _in_store(path: Path) -> Path:
    """A run of `reports/` by the name of its folder, or the newest with that tag; `path` itself
    where there is neither."""
    if (REPORTS / path).is_dir():
        return REPORTS / path
    return next(iter(tags.tagged(REPORTS, str(path))), path)


def find_newest(kind: RunKind, *, base: Path = REPORTS) -> Path:
    """The result file of the newest run of a kind; behind `latest`, whatever that is, where `base`
    is from before there was a pointer for each."""
    pointer = base / kind.latest
    return find_result(pointer if pointer.is_symlink() or pointer.exists() else base / names.LATEST)
