"""Files into a folder: all of them or none. They are written aside first and moved into place when
they are whole; nothing that was there is replaced unless that was asked for."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kampyn_perf.convert.project.files import File
from kampyn_perf.errors import KampynError

_SHOWN = 8


def write_project(folder: Path, files: Mapping[str, File], *, force: bool = False) -> list[Path]:
    """Put `files` below `folder`, which is made if need be; where each of them is now.

    Raises KampynError where one is there already and `force` is not given, or where the folder
    cannot be written; nothing has changed then.
    """
    _refuse_what_is_there(folder, files, force=force)
    made = _make_folders(folder)
    aside = None
    try:
        aside = Path(tempfile.mkdtemp(prefix=".init-", dir=folder))
        for name, file in files.items():
            path = aside / "new" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, file)
        _move_in(folder, aside, list(files))
    except OSError as error:
        _undo_folders(made, aside)
        raise KampynError(
            f"cannot write to {folder}: {error.strerror or error}",
            hint="Choose another place with --out, or make this one writable.",
        ) from error
    except BaseException:
        _undo_folders(made, aside)
        raise
    shutil.rmtree(aside, ignore_errors=True)
    return [folder / name for name in files]


def _refuse_what_is_there(folder: Path, files: Mapping[str, File], *, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise KampynError(f"{folder} is a file, not a folder", hint="Name another with --out.")
    there = [name for name in files if os.path.lexists(folder / name)]
    folders = [name for name in there if (folder / name).is_dir()]
    if folders:
        raise KampynError(
            f"{folder / folders[0]} is a folder; a file of that name is to be written"
        )
    if there and not force:
        shown = ", ".join(str(folder / name) for name in there[:_SHOWN])
        more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
        verb = "is" if len(there) == 1 else "are"
        raise KampynError(
            f"{shown}{more} {verb} there already, and nothing was written",
            hint="Write to another folder with --out, or replace what is there with --force.",
        )


def _make_folders(folder: Path) -> list[Path]:
    """`folder`, and those above it that were not there; the innermost last."""
    missing = [directory for directory in (folder, *folder.parents) if not directory.exists()]
    made: list[Path] = []
    try:
        for directory in reversed(missing):
            directory.mkdir()
            made.append(directory)
    except OSError as error:
        _undo_folders(made, None)
        raise KampynError(
            f"cannot make the folder {folder}: {error.strerror or error}",
            hint="Choose another place with --out.",
        ) from error
    return made


def _write(path: Path, file: File) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file.mode)
    with os.fdopen(handle, "wb") as opened:
        opened.write(file.body)
        opened.flush()
        os.fsync(opened.fileno())


def _move_in(folder: Path, aside: Path, names: list[str]) -> None:
    """Each into its place; what was there is kept aside until all of them are."""
    folders: list[Path] = []
    moved: list[str] = []
    try:
        for name in names:
            place, old = folder / name, aside / "old" / name
            folders += _make_folders(place.parent)
            if os.path.lexists(place):
                old.parent.mkdir(parents=True, exist_ok=True)
                place.replace(old)
            moved.append(name)
            (aside / "new" / name).replace(place)
    except BaseException:
        for name in reversed(moved):
            with suppress(OSError):
                (folder / name).unlink(missing_ok=True)
                if os.path.lexists(aside / "old" / name):
                    (aside / "old" / name).replace(folder / name)
        _undo_folders(folders, None)
        raise


def _undo_folders(made: list[Path], aside: Path | None) -> None:
    if aside is not None:
        shutil.rmtree(aside, ignore_errors=True)
    for directory in reversed(made):
        with suppress(OSError):
            directory.rmdir()
