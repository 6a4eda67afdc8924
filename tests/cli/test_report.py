"""`kampyn-perf report` on runs that were kept; a page by the real program.

Tests `kampyn_perf/cli/pages.py` too.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from kampyn_perf import names
from kampyn_perf.cli import pages
from kampyn_perf.cli.report import Form, report
from kampyn_perf.report.load import Format
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.cli import program
from tests.report.comparison.test_formats import comparison
from tests.report.html.reading import Page
from tests.report.html.samples import failing_run, judged
from tests.report.html.test_capacity import search

STORED = Path(__file__).parent.parent / "results" / "stored" / "load-1.json"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run and its verdict, to be copied."""
    result = failing_run()
    folder = tmp_path_factory.mktemp("kept")
    io.write(folder / names.RESULT_FILE, result)
    io.write(folder / names.VERDICT_FILE, judged(result))
    return folder


@pytest.fixture
def run(tmp_path: Path, kept: Path) -> Path:
    folder = tmp_path / "reports" / "a-run"
    shutil.copytree(kept, folder)
    return folder


def test_the_page_lies_in_the_runs_folder(run: Path, tmp_path: Path) -> None:
    done = program.run(tmp_path, "report", "reports/a-run")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"Report: {Path('reports/a-run/report.html')}\n"
    page = Page((run / "report.html").read_text())
    assert "FAIL on" in page.words
    assert "a-run" in page.words


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("markdown", "## ❌ kampyn-perf: FAIL"),
        ("json", '{"schema":"kampyn-perf/load"'),
        ("csv", "group,name,requests"),
        ("hgrm", "       Value"),
        ("hlog", "#[Response times of kampyn-perf load"),
        ("openmetrics", "# HELP kampyn_perf_requests"),
        ("junit", "<?xml"),
    ],
)
def test_every_other_form_goes_to_stdout(run: Path, tmp_path: Path, form: str, begins: str) -> None:
    done = program.here(tmp_path, "report", str(run), "--format", form)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(begins)


def test_an_earlier_run_is_judged_by_its_targets_objectives(run: Path, tmp_path: Path) -> None:
    (run / names.VERDICT_FILE).unlink()
    shutil.copy(STORED, run / names.RESULT_FILE)
    done = program.here(tmp_path, "report", str(run), "--output", "page.html")
    assert done.code == 0, done.err
    page = Page((tmp_path / "page.html").read_text())
    assert "of 14 goals" in page.words
    assert not (run / "report.html").exists()


def test_a_run_of_the_first_schema_has_every_form(tmp_path: Path) -> None:
    """And the same figures in each."""
    folder = tmp_path / "old"
    folder.mkdir()
    shutil.copy(STORED, folder / names.RESULT_FILE)
    made = {}
    for form in Form:
        assert report(folder, form=form, output=tmp_path / form.value) == 0
        made[form] = (tmp_path / form.value).read_text()
    old = io.read_document(STORED)
    count = old["requests"]["count"]
    assert "certificate" in old
    assert "of 14 goals" in Page(made[Form.HTML]).words
    assert f"{count:,} requests" in made[Form.MARKDOWN]
    assert orjson.loads(made[Form.JSON])["requests"]["count"] == count
    assert made[Form.CSV].splitlines()[1].startswith(f"all,,{count},")
    assert f"Total count    = {count:12d}]" in made[Form.HGRM]
    counts = [
        sample.value
        for family in text_string_to_metric_families(made[Form.OPENMETRICS])
        for sample in family.samples
        if sample.name == "kampyn_perf_requests_total"
    ]
    assert sum(counts) == count
    lines = [line for line in made[Form.HLOG].splitlines() if line[0].isdigit()]
    assert len(lines) == len([one for one in old["seconds"] if one["response"]])
    assert 'name="response_time_p95"' in made[Form.JUNIT]


def test_a_file_that_cannot_be_written_loses_nothing(run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    done = program.here(tmp_path, "report", str(run), "--output", "file/page.html")
    assert done.code == 2
    assert "cannot write file/page.html" in done.err
    assert (tmp_path / "file").read_text() == "kept"


def test_the_page_has_the_comparable_runs_before_it(run: Path, tmp_path: Path) -> None:
    """Those of the same store: neither later ones nor invalid ones, and none beside an invalid."""
    result = io.read(run / names.RESULT_FILE, {names.LOAD_SCHEMA: LoadResult})
    broken = result.validity.model_copy(update={"valid": False, "reasons": ["late"]})
    for day, changes in (
        (1, {}),
        (2, {"validity": broken}),
        (3, {"target": result.target.model_copy(update={"name": "other"})}),
        (4, {}),
        (9, {}),
    ):
        moment = {"started_at": f"2026-02-{day:02}T00:00:00+00:00"}
        kept = result.model_copy(update={**moment, **changes})
        io.write(run.parent / f"day-{day}" / names.RESULT_FILE, kept)

    def shown(day: int) -> str:
        folder = run.parent / f"day-{day}"
        own = io.read(folder / names.RESULT_FILE, {names.LOAD_SCHEMA: LoadResult})
        return pages.load_page_of(own, judged(own), folder=folder).decode()

    assert "Beside the runs before it" not in shown(1)
    assert "Beside the runs before it" not in shown(2)
    page = Page(shown(4))
    assert "Beside the runs before it" in page.headings
    summary = orjson.loads((run.parent / "day-4" / names.SUMMARY_FILE).read_bytes())
    for figure in ("p95", "throughput", "error_rate"):
        assert str(summary["summary"]["metrics"][figure]) in {value for _, value in page.figures}
    assert "day-1," in page.html
    assert not [day for day in (2, 3, 9) if f"day-{day}" in page.html]


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    done = program.here(tmp_path, "report", "nowhere")
    assert done.code == 2
    assert "there is no result at nowhere/result.json" in done.err


def test_a_page_alone_can_be_opened(run: Path, tmp_path: Path) -> None:
    done = program.here(tmp_path, "report", str(run), "--format", "csv", "--open")
    assert done.code == 2
    assert "--open shows a page, and --format csv makes none" in done.err


def test_other_results_have_pages_too(tmp_path: Path) -> None:
    io.write(tmp_path / "search" / names.RESULT_FILE, search())
    io.write(tmp_path / "compared.json", comparison())
    done = program.here(tmp_path, "report", "search")
    assert done.code == 0, done.err
    assert "Capacity: 412/s" in (tmp_path / "search" / "report.html").read_text()
    done = program.here(tmp_path, "report", "compared.json")
    assert done.code == 0, done.err
    assert "REGRESSED" in (tmp_path / "compared.html").read_text()
    done = program.here(tmp_path, "report", "search", "--format", "csv")
    assert done.code == 2
    assert "is no load: there are only --format html and json of it" in done.err


def test_an_earlier_run_is_compared_in_the_same_page(run: Path, tmp_path: Path) -> None:
    io.write(tmp_path / "reports" / "before" / names.RESULT_FILE, failing_run(seconds=10))
    done = program.here(tmp_path, "report", "reports/a-run", "--baseline", "reports/before")
    assert done.code == 0, done.err
    page = Page((run / "report.html").read_text())
    assert "Compared with before" in page.headings
    assert "P95 response, before" in [line["name"] for line in page.chart("times")["lines"]]
    done = program.here(
        tmp_path, "report", str(run), "--baseline", "reports/before", "--format", "csv"
    )
    assert done.code == 2
    assert "--baseline is for the page, and --format csv makes none" in done.err


def test_a_folder_that_is_read_only_says_so(run: Path, tmp_path: Path) -> None:
    """A place where nothing can be written, for root too."""
    done = program.here(tmp_path, "report", str(run), "--output", "/proc/report.html")
    assert done.code == 2
    assert "cannot write /proc/report.html" in done.err


def test_every_format_of_a_load_can_be_asked_for() -> None:
    assert set(Format) <= {form.value for form in Form}
