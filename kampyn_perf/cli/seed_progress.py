"""The progress of seeding on a terminal."""

from __future__ import annotations


class SeedProgressBars:
    """Progress of seeding, shown from the first thousand documents on, on a terminal."""

    def __init__(self) -> None:
        self._progress: object = None
        self._tasks: dict[str, object] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        from kampyn_perf.cli import console

        if total < 10_000 or not console.is_terminal():
            return
        from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

        if not isinstance(self._progress, Progress):
            columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
            self._progress = Progress(
                *columns, TimeRemainingColumn(), console=console.stderr(), transient=True
            )
            self._progress.start()
        task = self._tasks.get(what)
        if task is None:
            task = self._tasks[what] = self._progress.add_task(f"seeding {what}", total=total)
        self._progress.update(task, completed=done)  # type: ignore[arg-type]
        if done >= total:
            self.close()  # with it ends its thread, beside which no worker would be forked

    def close(self) -> None:
        """Take the bars away."""
        stop = getattr(self._progress, "stop", None)
        if stop:
            stop()
        self._progress = None
        self._tasks.clear()
