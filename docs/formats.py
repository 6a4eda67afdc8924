"""Writes docs/verdict-formats.md: `python docs/formats.py`; with `--check` it only compares.

One failing run, made of numbers (no clock and no machine is in it), judged by the real program and
shown in every format that a verdict has.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "verdict-formats.md"
sys.path.insert(0, str(ROOT))

SLO = """\
objectives:
  response_time_p95:
    metric: response_time
    statistic: p95
    target: "< 200 ms"
  error_rate_5xx:
    metric: error_rate_5xx
    target: "< 0.1 %"
  availability:
    metric: availability
    target: ">= 99 %"
  throughput:
    metric: throughput
    target: ">= 1000/s"
  cpu:
    metric: cpu
    target: "< 70 %"
"""
FORMATS = {
    "markdown": ("Markdown, for a job's summary", "markdown"),
    "junit": ("JUnit", "xml"),
    "github": ("Annotations on GitHub", ""),
    "gitlab": ("Code quality on GitLab", "json"),
}
"""By the name of a format: its title, and the language of its block. `--json` has an excerpt."""
Program = Callable[[Path, Sequence[str]], tuple[str, str]]
"""Runs `kampyn-perf` with arguments in a folder; what it said on stdout and on stderr."""

_HEAD = """\
# A failing run in every format

One run of a minute, 6,000 requests of which 30 were answered 503 and every tenth took about 400 ms,
judged by five objectives. `python docs/formats.py` wrote this page with the program itself. The
[objectives](slo.md):

"""


def page(program: Program) -> str:
    """The page as it should be."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder)
        check = ["check", "run", "--slo", "slo.yaml", "--lenient"]
        screen, _ = program(folder, check)
        parts = [
            ("Screen", "", "kampyn-perf check run --slo slo.yaml", screen),
            *(
                (title, language, f"{' '.join(['kampyn-perf', *check[:4]])} --format {form}", out)
                for form, (title, language) in FORMATS.items()
                for out, _ in [program(folder, [*check, "--format", form])]
            ),
            (
                "`verdict.json`",
                "json",
                "kampyn-perf check run --slo slo.yaml --json",
                _excerpt(program(folder, [*check, "--json"])[0]),
            ),
        ]
    blocks = [f"{_HEAD}````yaml\n{SLO}````\n"]
    for title, language, command, text in parts:
        block = f"````{language}\n{text.strip()}\n````\n"
        blocks.append(f"## {title}\n\n```sh\n{command}\n```\n\n{block}")
    blocks.append(
        "Of `verdict.json` the first objective is shown, and how many there are more; its keys are "
        "in [slo.md](slo.md#verdictjson).\n"
    )
    return "\n".join(blocks)


def _write(folder: Path) -> None:
    """The run, as a load would have left it."""
    from tests.slo.runs import Run, steady

    calm = steady(seconds=60, rate=100, median_us=5_000)
    slow = [[us * 80 if place % 10 == 0 else us for place, us in enumerate(s)] for s in calm]
    errors = {at: {"503": 1} for at in range(0, 60, 2)}
    result = Run(phases=[("Sustained load", slow)], errors_at=errors).result()
    (folder / "run").mkdir()
    (folder / "run" / "result.json").write_bytes(
        orjson.dumps(result.model_dump(mode="json", by_alias=True))
    )
    (folder / "slo.yaml").write_text(SLO)


def _excerpt(document: str) -> str:
    verdict = orjson.loads(document)
    more = len(verdict["objectives"]) - 1
    verdict["objectives"] = [verdict["objectives"][0], f"... {more} more"]
    return orjson.dumps(verdict, option=orjson.OPT_INDENT_2).decode()


def _subprocess(folder: Path, arguments: Sequence[str]) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "kampyn_perf", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout, done.stderr


def main() -> int:
    """Entry point."""
    text = page(_subprocess)
    if "--check" in sys.argv:
        same = PAGE.read_text() == text
        sys.stderr.write("" if same else f"{PAGE} is not what docs/formats.py would write\n")
        return 0 if same else 1
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
