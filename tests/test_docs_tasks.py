"""docs/README.md, dba.md, reading-a-verdict.md: every command as it stands there, on the embedded
store and on a run that was kept."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from kampyn_perf import names
from kampyn_perf.results import io
from tests.cli import program
from tests.cli.docs import pages
from tests.cli.docs.shell import Shell
from tests.report.html.samples import failing_run

DOCS = program.ROOT / "docs"
SERVER = "mongodb://localhost/kampyn"
STORE = "sqlite:///.kampyn/backend.db"


def commands(name: str) -> tuple[str, ...]:
    return pages.of_blocks(f"docs/{name}")


@pytest.fixture
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with Shell.opened(tmp_path_factory.mktemp("shell")) as shell:
        yield shell


def run(shell: Shell, folder: Path, command: str) -> program.Done:
    line, _mark, file = command.partition(" > ")
    done = shell.run(folder, *shlex.split(line)[1:], timeout=90, env={})
    if file:
        (folder / file).write_text(done.out)
    return done


def test_the_index_leads_to_every_page_and_each_once() -> None:
    text = (DOCS / "README.md").read_text()
    linked = re.findall(r"\]\(([\w-]+\.md)\)", text)
    assert sorted(linked) == sorted({path.name for path in DOCS.glob("*.md")} - {"README.md"})


def test_the_dbas_way_on_the_embedded_store(shell: Shell, tmp_path: Path) -> None:
    seeding = re.search(r"`(kampyn-perf backend seed [^`]*)`", (DOCS / "dba.md").read_text())
    assert seeding is not None
    assert run(shell, tmp_path, f"{seeding[1]} --orders 500").code == 0
    (tmp_path / "configs").mkdir()
    (tmp_path / ".kampyn" / "logs" / "error.log").touch()
    shipped = (program.ROOT / "configs" / "indexes.yaml").read_text()
    done = {}
    for command in commands("dba.md"):
        done[command] = run(shell, tmp_path, command.replace(SERVER, STORE))
        if " import " in command:  # of a store without indexes there was not much to import
            (tmp_path / "configs" / "indexes.yaml").write_text(shipped)
    codes = {command: one.code for command, one in done.items() if one.code != 0}
    (advise,) = [command for command in done if " advise " in command]
    assert codes == {advise: 4}  # nothing was slow
    told = {command: one.out + one.err for command, one in done.items()}
    assert "Applied: 12 done." in next(t for c, t in told.items() if "--plan plan.json" in c)
    assert "17 as expected." in next(t for c, t in told.items() if " verify " in c)
    assert "12 to create" in (tmp_path / "plan.md").read_text()


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """`before`, `after`, and the newest."""
    for name in ("before", "after", "2026-11-23T20-00-00-load-quick"):
        io.write(tmp_path / "reports" / name / names.RESULT_FILE, failing_run())
    newest = tmp_path / "reports" / "2026-11-23T20-00-00-load-quick"
    for pointer in ("latest", "latest-load"):
        (tmp_path / "reports" / pointer).symlink_to(newest.name)
    return tmp_path


def test_reading_a_verdict(shell: Shell, runs: Path) -> None:
    typed = commands("reading-a-verdict.md")
    assert len(typed) > 5
    for command in typed:
        done = run(shell, runs, command.replace(" --open", ""))
        told = f"$ {command}\n{done.out}{done.err}"
        if " compare " in command:
            assert "2 runs" in done.err or done.code in (0, 4), told
        elif command.startswith("kampyn-perf report"):
            assert done.code == 0, told
        else:
            assert done.code == 1, told
            assert "FAIL on" in done.out, told


def test_words_of_the_page_are_those_of_a_verdict(runs: Path) -> None:
    text = (DOCS / "reading-a-verdict.md").read_text()
    for outcome in ("pass", "fail", "inconclusive", "no data", "not exercised", "invalid"):
        assert f"| `{outcome}` |" in text
