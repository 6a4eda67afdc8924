"""What stands around the commands of each page, and how they end.

A story is a page, its commands typed in its own order in one folder. Commands end with 0, loads
with a verdict, and not otherwise, unless `ends` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.docs import files, pages
from tests.cli.docs.world import World

JUDGED = (0, 1, 4)
"""A load of a second passes, fails or decides nothing, as the machine has it."""
UNDECIDED = (4,)
FEW_CALLS = "-n 20 --rounds 1"
IN_SMALL = "--runs 20 --writes 0"


@dataclass(frozen=True, kw_only=True)
class Story:
    """One page."""

    page: str
    part: str = r"[a-z]+"
    """The commands, of those of the page, that this story is about."""
    files: Callable[[World, Path], None] = lambda _world, _folder: None
    backend: bool = False
    """Whether loads of the bundled backend go to the one that runs."""
    runs: bool = False
    """Whether it supposes runs that were kept."""
    added: Mapping[str, str] = field(default_factory=dict)
    """Flags that a line is given besides: the answer to a question, or smaller numbers."""
    ends: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)
    """What a line has to print, on stdout or stderr."""
    before: Mapping[str, Callable[[World, Path], None]] = field(default_factory=dict)
    """What its reader does ahead of a line."""

    def __str__(self) -> str:
        return self.page if self.part == r"[a-z]+" else f"{self.page} {self.part}"


STORIES = (
    Story(page="README.md", files=files.of_readme),
    Story(page="docs/ci.md", files=files.of_ci, runs=True),
    Story(
        page="docs/alerts.md",
        files=files.alerts,
        backend=True,
        runs=True,
        says={
            "kampyn-perf alerts list": "high_error_rate",
            "kampyn-perf alerts list --metrics": "probe_availability",
            "kampyn-perf alerts export --match job=kampyn > kampyn.rules.yml": "",
        },
    ),
    Story(
        page="docs/artillery.md",
        files=files.artillery,
        says={"kampyn-perf init --artillery script.yml --out shop": "shop"},
    ),
    Story(
        page="docs/backend.md",
        says={
            "kampyn-perf backend seed --orders 100000 --reset": "seeded",
            "kampyn-perf backend audit": "all invariants hold",
        },
    ),
    Story(
        page="docs/bench.md",
        files=files.of_bench,
        runs=True,
        added={
            "kampyn-perf bench my_benchmarks.py": FEW_CALLS,
            "kampyn-perf bench db cache": f"-k page {FEW_CALLS}",
        },
    ),
    Story(
        page="docs/capacity.md",
        runs=True,
        ends={"kampyn-perf check latest-load latest-capacity --strict": UNDECIDED},
    ),
    Story(
        page="docs/compare.md",
        runs=True,
        ends={"kampyn-perf compare main@5 branch@5": UNDECIDED},
        says={"kampyn-perf trend capacity": "1 run"},
    ),
    Story(page="docs/coming-from.md", files=files.coming_from),
    Story(page="docs/configuration.md"),
    Story(page="docs/dba.md"),
    Story(
        page="docs/doctor.md",
        ends=dict.fromkeys(pages.lines("docs/doctor.md"), (0, 1)),
    ),
    Story(page="docs/export.md"),
    Story(page="docs/faults.md", files=files.faults),
    Story(
        page="docs/indexes.md",
        files=files.indexes,
        added={
            "kampyn-perf indexes apply": "--yes",
            "kampyn-perf indexes apply --db sqlite:///.kampyn/backend.db": "--yes",
            "kampyn-perf indexes effect": IN_SMALL,
        },
        before={
            "kampyn-perf indexes import -o configs/indexes.yaml": files.without_catalogue,
            "kampyn-perf indexes import --mongoose declared.json -o configs/indexes.yaml": (
                files.without_catalogue
            ),
            "kampyn-perf backend seed --orders 50000 --reset --set store.indexes=none": (
                files.shipped_catalogue
            ),
        },
        ends={"kampyn-perf indexes verify --db sqlite:///.kampyn/backend.db": (0, 1)},
    ),
    Story(page="docs/first-run.md"),
    Story(page="docs/http-client.md"),
    Story(page="docs/init.md"),
    Story(
        page="docs/load.md",
        added={
            "kampyn-perf load localhost:8000/orders -X POST -H 'Authorization: Bearer abc' "
            "-d '{\"item\": 1}'": "--for 1s",
            "kampyn-perf load --curl \"curl -X POST localhost:8000/orders -H 'X-Key: 1' "
            '--json \'{\\"item\\": 1}\'"': "--for 1s",
        },
    ),
    Story(
        page="docs/report.md",
        runs=True,
        added={"kampyn-perf watch http://localhost:5001 --live-report 8089": "--for 1s"},
        ends={
            "kampyn-perf compare main latest-load --format html --output comparison.html": UNDECIDED
        },
    ),
    Story(page="docs/scaling.md"),
    Story(page="docs/scenarios.md", files=files.scenarios),
    Story(
        page="docs/slo.md",
        files=files.slo,
        runs=True,
        ends={
            "kampyn-perf check --slo staging.yaml --strict": UNDECIDED,
            "kampyn-perf check reports/a reports/b --strict": UNDECIDED,
        },
    ),
    Story(page="docs/targets.md", files=files.of_targets),
    Story(
        page=pages.HELP,
        part="check|compare|report|reports|trend",
        files=files.objectives,
        runs=True,
        ends={
            "kampyn-perf compare main latest-load --format junit --output junit.xml": UNDECIDED,
            'kampyn-perf compare main latest-load --format markdown >> "$GITHUB_STEP_SUMMARY"': (
                UNDECIDED
            ),
            "kampyn-perf check latest-load --strict --set 'slo.objectives.cpu.target=< 60 %'": (
                UNDECIDED
            ),
        },
    ),
    Story(
        page=pages.HELP,
        part="backend|indexes",
        files=files.of_indexes_help,
        runs=True,
        added={
            "kampyn-perf indexes apply --db mongodb://localhost:27017/kampyn": "--yes",
            "kampyn-perf indexes effect --db sqlite:///.kampyn/backend.db": IN_SMALL,
            "kampyn-perf indexes effect --record before.json": IN_SMALL,
            "kampyn-perf indexes effect --against before.json": IN_SMALL,
        },
        before={
            "kampyn-perf backend audit --state .kampyn/load": files.state_of_a_load,
            "kampyn-perf indexes import --db mongodb://localhost:27017/kampyn "
            "-o configs/indexes.yaml": files.without_catalogue,
            "kampyn-perf indexes import --prisma prisma/schema.prisma -o configs/indexes.yaml": (
                files.without_catalogue
            ),
        },
        ends={
            "kampyn-perf indexes advise .kampyn/logs/error.log --load reports/latest-load": (
                UNDECIDED  # nothing of it was slow while that load ran
            ),
        },
    ),
    Story(
        page=pages.HELP,
        part="init",
        files=files.of_init_help,
        before={
            "kampyn-perf init --k6 script.js --out shop": files.without_shop,
        },
        added={
            "kampyn-perf init --postman shop.postman_collection.json": "--out postman",
            "kampyn-perf init --url http://localhost:8000/health": "--out url",
            "kampyn-perf init --kampyn": "--out kampyn",
        },
    ),
    Story(
        page=pages.HELP,
        part="alerts|bench|docs|faults|load|watch",
        files=files.of_help,
        backend=True,
        runs=True,
        added={
            "kampyn-perf watch http://localhost:5001": "--for 1s",
            "kampyn-perf watch https://api.example.edu --scrape "
            "http://api.example.edu:9100/metrics": "--for 1s",
            "kampyn-perf bench my_benchmarks.py -k encode --param lines=10,100": FEW_CALLS,
            "kampyn-perf bench db --db mongodb://127.0.0.1:27017/kampyn": f"-k page {FEW_CALLS}",
            "kampyn-perf bench http --target http://127.0.0.1:5001 --param clients=1,8": (
                f"-k vendors {FEW_CALLS}"
            ),
        },
        before={"kampyn-perf load --flow order --dry-run": files.without_locustfile},
    ),
)
