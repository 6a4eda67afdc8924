"""A run's folder: the resolved configuration at its start, the result again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import orjson

from kampyn_perf import names
from kampyn_perf.errors import KampynError
from kampyn_perf.files import write_whole
from kampyn_perf.load.coordinator.ports import Observer, Severity
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.redact import redact
from kampyn_perf.results import io
from kampyn_perf.results.folder import RunKind, point_latest
from kampyn_perf.results.load import LoadResult


class Saver:
    """Of one run. A full disk does not end it: what could not be saved is told, and counted."""

    def __init__(self, folder: Path | None, *, reports: Path | None, observer: Observer) -> None:
        """Without a folder nothing is saved; in `reports`, `latest` points at the folder."""
        self._folder = folder
        self._reports = reports
        self._observer = observer
        self._failures = 0
        self._last_failure = ""

    def write_config(self, spec: RunSpec) -> None:
        """The resolved configuration, as it was run."""
        if self._folder is None:
            return
        document = redact(orjson.loads(spec.dump()))
        data = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        write_whole(self._folder / names.CONFIG_FILE, data)

    def become_latest(self) -> None:
        """From now on this is the newest run: one that is killed in its first second, too."""
        if self._folder is not None and self._reports is not None:
            point_latest(self._folder, base=self._reports, kind=RunKind.LOAD)

    def finish(self, result: LoadResult) -> LoadResult:
        """Save the result of a run that is over; the result, which knows where it is."""
        unsaved = self.save(result, durable=True)
        return result.model_copy(update={"folder": self._folder, "unsaved": unsaved})

    def save_audit(self, result: LoadResult) -> None:
        """Save what was found in the store afterwards, beside the result and in it."""
        if self._folder is None or result.audit is None or result.unsaved:
            return
        document = result.audit.model_dump(mode="json", by_alias=True)
        data = orjson.dumps(document, option=orjson.OPT_INDENT_2)
        write_whole(self._folder / names.AUDIT_FILE, data)
        self.save(result, durable=True)

    def save(
        self,
        result: LoadResult,
        *,
        durable: bool = False,
        paced: Callable[[Iterable[bytes]], Iterable[bytes]] = iter,
    ) -> str:
        """Save; the reason why it could not be done, or nothing. What is written is made in pieces,
        to which `paced` may give more time, and is written so, too: of a long run it is 15 MB."""
        if self._folder is None:
            return ""
        # All is made before the file is begun, which would be left over if the process were killed.
        parts = list(paced(io.pieces(result)))
        try:
            write_whole(self._folder / names.RESULT_FILE, paced(parts), durable=durable)
        except KampynError as error:
            if not self._failures:
                self._observer.remark(f"{error.message}; the run goes on", Severity.WARNING)
            self._failures += 1
            self._last_failure = error.message
            return error.message
        return ""

    @property
    def failures(self) -> str:
        """For the run's warnings: what could not be saved meanwhile."""
        if not self._failures:
            return ""
        return f"{self._failures} times the result could not be saved: {self._last_failure}"
