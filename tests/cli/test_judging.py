"""Where objectives stand, as whoever shows annotations has the repository."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kampyn_perf.cli.judging import objective_places
from tests.cli import program


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository, with the job in a folder of it."""
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "perf" / "configs").mkdir(parents=True)
    shutil.copy(program.ROOT / "configs" / "slo.yaml", tmp_path / "perf" / "configs")
    monkeypatch.chdir(tmp_path / "perf")
    return tmp_path


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_from_the_repositorys_root_where_a_service_names_it(
    job: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(job))
    lines = Path("configs/slo.yaml").read_text().splitlines()
    place = objective_places("slo")["cpu"]
    assert place.file == "perf/configs/slo.yaml"
    assert lines[place.line - 1] == "  cpu:"


def test_from_the_folder_where_none_does_or_it_lies_elsewhere(
    job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert objective_places("slo")["cpu"].file == "configs/slo.yaml"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(job / "perf" / "configs" / "other"))
    assert objective_places("slo")["cpu"].file == "configs/slo.yaml"


def test_a_file_outside_has_no_place(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (job / "elsewhere").mkdir()
    monkeypatch.chdir(job / "elsewhere")
    assert objective_places("../perf/configs/slo.yaml") == {}
