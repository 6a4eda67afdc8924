"""What `demo` runs: the program's own commands, one after the other, in a folder of their own."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kampyn_perf import names
from kampyn_perf.cli import console
from kampyn_perf.compare.pairs.arms import ServerCommand
from kampyn_perf.compare.pairs.server import running
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from kampyn_perf.units import format_duration

_ENDPOINT = "GET /order/vendor/{vendorId}/active"
_DATABASE = "sqlite:///.kampyn/backend.db"
_LOG = ".kampyn/logs/error.log"
_SETTINGS = (
    *("--set", "backend.store.indexes=none"),
    *("--set", "backend.slow.query=5ms"),
    # Logins are not what this is about: at OWASP's cost they would be most of the work.
    *("--set", "backend.passwords.memory=8KB"),
    *("--set", "backend.passwords.iterations=1"),
)
_READY_SECONDS = 60
_LOADED = (0, 1, 4)
"""What a load may end with here: it passed, it failed, there is no verdict."""


@dataclass(frozen=True)
class Step:
    """One command, and what it is for."""

    words: str
    arguments: Sequence[str]
    codes: Sequence[int] = (0,)
    """Exit codes with which the story goes on."""


class Demo:
    """The story, in a folder of its own; the backend that it serves ends with it."""

    def __init__(self, folder: Path, *, orders: int, length: str, rate: str) -> None:
        """Raises KampynError where the folder holds something."""
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise KampynError(
                f"{folder} is there and is not an empty folder",
                hint="Name a new one with --out, or remove this one.",
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise KampynError(
                f"cannot make {folder}: {error.strerror or error}",
                hint="Name a writable place with --out.",
            ) from error
        self._folder = folder
        self._orders = orders
        self._load = ("--rate", rate, "--for", length)
        self.page = self._page("after")

    def tell(self) -> None:
        """All of it. Raises KampynError where a command ends otherwise than the story wants."""
        console.say(f"In {self._folder}; each command below can be typed there.", style="dim")
        orders = str(self._orders)
        self._run(
            Step(
                f"A store of {self._orders:,} orders, without the document's indexes",
                ("backend", "seed", "--orders", orders, *_SETTINGS),
            )
        )
        command = shlex.join(_command(("backend", "serve", "--port", "{port}", *_SETTINGS)))
        served = ServerCommand(command=command, health="/health", ready_s=_READY_SECONDS)
        with running(served, folder=self._folder) as url:
            port = url.rpartition(":")[2]
            _announce("Serve it", ("backend", "serve", "--port", port, *_SETTINGS), behind=" &")
            self._measure(url)

    def _measure(self, url: str) -> None:
        """Everything that is done while the backend serves."""
        load = Step(
            "The load: are the goals met, and if not, why?", self._loads("before", url), _LOADED
        )
        if self._run(load) == ExitCode.OK:
            console.say(
                f"Nothing is missed for sure: this machine reads {self._orders:,} orders fast "
                f"enough. The story needs more: --orders {2 * self._orders}",
                style="yellow",
            )
        self._run(
            Step(
                "Which index is missing? The backend's own log of slow queries tells",
                ("indexes", "advise", _LOG, "--db", _DATABASE),
                (0, 4),  # 4: nothing was slow, in a small store
            )
        )
        self._run(Step("What would change", ("indexes", "plan", "--db", _DATABASE)))
        self._run(
            Step(
                "Build them, while the backend serves",
                ("indexes", "apply", "--db", _DATABASE, "--yes"),
            )
        )
        self._run(Step("The same load again", self._loads("after", url), _LOADED))
        self._run(
            Step(
                "What it did, with what can be said of it for sure",
                ("compare", "reports/before", "reports/after", "--allow", "busy"),
                (0, 1, 4),
            )
        )

    def summary(self) -> str:
        """What it came to, in the figures of the two results."""
        before, after = (self._p95(name) for name in ("before", "after"))
        return (
            f"\nP95 of {_ENDPOINT}: {before} without its index, {after} with it.\n"
            f"The reports: {self._page('before')} and {self.page}"
        )

    def _loads(self, name: str, url: str) -> Sequence[str]:
        return (
            *("load", "--target", "reference", "--url", url, *self._load),
            *("--watch-port", url.rpartition(":")[2], "--scrape", f"{url}/metrics"),
            *("--out", f"reports/{name}"),
        )

    def _page(self, name: str) -> Path:
        return self._folder / "reports" / name / names.REPORT_FILE

    def _p95(self, name: str) -> str:
        path = self._folder / "reports" / name / names.RESULT_FILE
        result = io.read(path, {names.LOAD_SCHEMA: LoadResult})
        for endpoint in result.endpoints:
            if endpoint.name == _ENDPOINT and endpoint.requests.response.p95_us is not None:
                return format_duration(endpoint.requests.response.p95_us)
        return "not measured"

    def _run(self, step: Step) -> int:
        """Its exit code, one of those that the step allows."""
        _announce(step.words, step.arguments)
        sys.stdout.flush()
        code = subprocess.call(_command(step.arguments), cwd=self._folder, env=_environment())
        if code in (130, 143, -signal.SIGINT, -signal.SIGTERM):
            raise KeyboardInterrupt
        if code not in step.codes:
            raise KampynError(
                f"kampyn-perf {step.arguments[0]} ended with {code}, and so does the demo",
                hint=f"What was measured until here is in {self._folder}.",
            )
        return code


def _announce(words: str, arguments: Sequence[str], *, behind: str = "") -> None:
    console.say(f"\n{words}", style="bold")
    console.say(f"$ kampyn-perf {shlex.join(arguments)}{behind}", style="cyan")


def _command(arguments: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "kampyn_perf", *arguments]


def _environment() -> dict[str, str]:
    """Not strict in CI: a load of half a minute decides less than the story needs."""
    return {key: value for key, value in os.environ.items() if key != "CI"}
