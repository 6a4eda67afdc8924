"""The folder, the servers and the runs that the pages suppose."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kampyn_perf import names
from kampyn_perf.backend.launcher import RunningBackend
from kampyn_perf.results import io, tags
from kampyn_perf.results.load import LoadResult
from tests.cli import program
from tests.cli.docs import pages
from tests.cli.docs.shell import Shell
from tests.compare.test_judging import bench
from tests.slo.evidence.test_capacity import around
from tests.slo.evidence.test_capacity import result as capacity
from tests.slo.runs import Run, steady

PROFILES = ("QUICK", "DOCUMENTED", "SMOKE")
SHORT = "[{duration: 1, arrivalRate: 20}]"
SHORTER = (
    (r"--for (?!1s\b)\w+", "--for 1s"),
    (r"--orders \d+", "--orders 300"),
    (r"--(runs|iterations) \d+", r"--\1 20"),
    (r"-n 1000\b", "-n 20"),
    (r"--ramp \S+", "--ramp 10..20"),
    (r" --open\b", ""),
    (r"--live-report \d+", "--live-report 0"),
    (r"--port \d+", "--port 0"),
)
"""Numbers of the pages that would take minutes, ports that may be taken, a browser that is none."""
STORE = "sqlite:///.kampyn/backend.db"
_DATABASE = re.compile(r"mongodb://[^\s\"']+/kampyn(\?\S+)?")


@dataclass(frozen=True)
class World:
    """What stands in for hosts that only the reader has."""

    hosts: Mapping[str, str]
    """Hosts with their ports, as the pages have them, and here."""
    shop: str
    """The URL of the API of docs/targets.md."""
    backend: str = ""
    """The URL of the bundled backend that runs here, and its file of ids and credentials; without
    them where none does."""
    data: Path = Path()
    store: str = STORE
    """The database of every `mongodb://.../kampyn`."""
    accounts: str = STORE
    """That of the accounts' cluster."""
    redis: str = ""

    @classmethod
    def around(cls, port: int, shop: int, backend: RunningBackend | None = None) -> World:
        """Of an API of the reader's own on a port, and that of docs/targets.md on another."""
        hosts = {
            "localhost:8000": f"localhost:{port}",
            "localhost:8001": f"127.0.0.1:{port}",
            "/etc/prometheus/": "",
            "localhost:4318": f"localhost:{port}",
            "localhost:9091": f"localhost:{port}",
        }
        if backend is None:
            return cls(hosts, f"http://127.0.0.1:{shop}")
        address = backend.url.removeprefix("http://")
        hosts |= {
            "http://a:5001": backend.url,
            "http://b:5001": backend.url.replace("127.0.0.1", "localhost"),
            "localhost:5001": address,
            "127.0.0.1:5001": address,
            "https://api.example.edu": backend.url,
            "http://api.example.edu:9100": backend.url,
        }
        return cls(hosts, f"http://127.0.0.1:{shop}", backend.url, backend.data_file)

    def here(self, line: str) -> str:
        for before, after in SHORTER:
            line = re.sub(before, after, line)
        for before, after in self.hosts.items():
            line = line.replace(before, after)
        return _DATABASE.sub(self.store, line)

    def run(
        self, folder: Path, line: str, shell: Shell, *, added: str, environ: Mapping[str, str]
    ) -> program.Done:
        """A line of a page, with what it writes into a file."""
        command, _flags = pages.flags(line)
        typed = pages.read(
            self.here(line).replace(command, f"{command} {added}", 1),
            {"GITHUB_STEP_SUMMARY": "summary.md"},
        )
        assert typed.words[0] == "kampyn-perf", line
        done = shell.run(
            folder,
            *typed.words[1:],
            env={**self.variables(), **environ, **typed.environ},
            timeout=60,
        )
        if typed.into:
            with (folder / typed.into).open("a") as file:
                file.write(done.out)
        return done

    def variables(self) -> dict[str, str]:
        """Patient limits, cheap passwords, a small store."""
        return {
            "KAMPYN_LOAD_CONFIG__VALIDITY": program.PATIENT[1].partition("=")[2],
            "KAMPYN_BACKEND_PASSWORDS__MEMORY": "8KB",
            "KAMPYN_BACKEND_PASSWORDS__ITERATIONS": "1",
            "KAMPYN_BACKEND_PORT": "0",
            "KAMPYN_WEBHOOK_SECRET": "whsec_c2VjcmV0",
            **dict.fromkeys(CLUSTERS, self.store),
            "MONGO_URI_ACCOUNT": self.accounts,
            "REDIS_URL": self.redis,
        }

    def short(self, *, running: bool) -> dict[str, str]:
        """Of loads that are run: a second, and the backend that runs already."""
        phases = {f"KAMPYN_LOAD_PROFILES__{name}__PHASES": SHORT for name in PROFILES}
        return phases | ({"KAMPYN_LOAD_CONFIG__TARGET": self.backend} if running else {})


CLUSTERS = ("MONGO_URI", "MONGO_URI_ORDER", "MONGO_URI_ITEM")


def kept_runs(folder: Path) -> None:
    """`reports/` of somebody who has used the program for a while."""
    reports = folder / "reports"
    named = ["old", "before", "a", "b", "new", "after"]
    dated = ["2026-11-23T21-31-35-load-quick", "2026-11-28T05-14-20-load-quick"]
    tagged = {f"{tag}-{number}": tag for tag in ("main", "branch") for number in range(1, 6)}
    for number, name in enumerate([*named, *dated, *tagged]):
        io.write(reports / name / names.RESULT_FILE, _load(number))
        if name in tagged:
            tags.write(reports / name, tags.Tags((tagged[name],)))
    tags.write(reports / dated[1], tags.Tags(("main", "nightly")))
    io.write(reports / "bench" / names.RESULT_FILE, bench(1.0))
    io.write(reports / "capacity" / names.RESULT_FILE, capacity(*around(500)))
    newest = {"latest": "branch-5", "latest-load": "branch-5"}
    for pointer, name in {**newest, "latest-bench": "bench", "latest-capacity": "capacity"}.items():
        (reports / pointer).symlink_to(name)


def _load(number: int) -> LoadResult:
    phases = [("Sustained load", steady(seconds=20, rate=20, seed=number + 1))]
    moment = {"started_at": f"2026-11-23T20:{number:02}:00+00:00"}
    return Run(phases=phases).result().model_copy(update=moment)


def copied(template: Path, folder: Path) -> None:
    shutil.copytree(template / "reports", folder / "reports", symlinks=True)


def with_data(world: World, folder: Path) -> None:
    """The data file of the backend that runs, where `backend serve` puts it."""
    (folder / ".kampyn").mkdir(exist_ok=True)
    shutil.copy(world.data, folder / ".kampyn" / "data.json")
