"""`kampyn-perf init` as the real program: what it writes runs at once, against a real server.

Tests `minimal.py`, `service.py`, `shipped.py` and `summary.py` of `kampyn_perf/convert`, and
`kampyn_perf/cli/init_view.py` too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kampyn_perf import names
from kampyn_perf.backend.launcher import RunningBackend
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult
from tests.cli.program import PATIENT, Done, here, run
from tests.convert import sources
from tests.convert.reading import saved
from tests.convert.shop import PASSWORD, Shop, serving


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with serving() as running:
        yield running


EASY = (
    "--lenient",
    "--set", "slo.objectives.response_time_p95.target='< 60 s'",
    "--set", "slo.objectives.response_time_p99.target='< 60 s'",
    "--set", "slo.objectives.error_rate.target='< 5 %'",
)  # fmt: skip
"""How fast a busy machine is does not decide here, and a hundred requests do."""


def load(
    folder: Path, *arguments: str, sessions: int = 120, env: dict[str, str] | None = None
) -> Done:
    """The written project, as it is, for as many requests as decide about its objectives."""
    short = f"profiles.smoke={{phases: [{{duration: 3, arrivalCount: {sessions}}}]}}"
    flags = ("--profile", "smoke", "--json", "--set", short, *PATIENT, *EASY)
    return run(folder, "load", *flags, *arguments, env=env)


def failed(folder: Path) -> int:
    """Requests of the newest run that failed."""
    result = io.read(folder / "reports/latest-load/result.json", {names.LOAD_SCHEMA: LoadResult})
    assert result.sessions.started == result.sessions.planned > 0
    return result.requests.failed


def test_an_openapi_project_runs_at_once(tmp_path: Path, shop: Shop) -> None:
    source = saved(tmp_path, sources.openapi(shop.url))
    done = run(tmp_path, "init", "--openapi", str(source), "--out", "p")
    assert done.code == 0, done.err
    assert "cd p && kampyn-perf load --profile smoke" in done.err
    assert "DELETE /items/{itemId}: takes things away" in done.err
    run_ = load(tmp_path / "p")
    assert run_.code == 0, run_.err
    assert failed(tmp_path / "p") == 0
    assert shop.asked["POST /orders"] > 0 and shop.asked["POST /note"] > 0


def test_a_recorded_session_runs_with_its_passwords(tmp_path: Path, shop: Shop) -> None:
    source = saved(tmp_path, sources.har(shop.url), "s.har")
    done = run(tmp_path, "init", "--har", str(source), "--keep-secrets")
    assert done.code == 0, done.err
    assert (tmp_path / "data/user.csv").stat().st_mode & 0o077 == 0
    before = shop.asked["GET /welcome"]
    run_ = load(tmp_path, sessions=25)
    assert run_.code == 0, run_.err
    assert failed(tmp_path) == 0
    assert shop.asked["GET /welcome"] > before


def test_a_recorded_session_runs_and_fails_where_the_passwords_are_to_be_put_in(
    tmp_path: Path, shop: Shop
) -> None:
    source = saved(tmp_path, sources.har(shop.url), "s.har")
    done = run(tmp_path, "init", "--har", str(source), "--out", "p")
    assert "has CHANGE-ME in it" in done.err
    written = [path for path in (tmp_path / "p").rglob("*") if path.is_file()]
    text = "".join(path.read_text() for path in written)
    assert PASSWORD not in text and sources.TOKEN not in text and "s3cretSid" not in text
    run_ = load(tmp_path / "p", sessions=25)
    assert run_.code in (1, 4), run_.err
    assert failed(tmp_path / "p") >= 25


def test_a_collection_runs_with_its_password_of_the_environment(tmp_path: Path, shop: Shop) -> None:
    source = saved(tmp_path, sources.postman(shop.url))
    done = run(tmp_path, "init", "--postman", str(source))
    assert done.code == 0, done.err
    assert "export TARGET_PASSWORD=... && kampyn-perf load --profile smoke" in done.err
    without = load(tmp_path)
    assert without.code == 2
    assert "the environment variable TARGET_PASSWORD is not set" in without.err
    before = shop.asked["POST /orders"]
    run_ = load(tmp_path, env={"TARGET_PASSWORD": PASSWORD})
    assert run_.code == 0, run_.err
    assert failed(tmp_path) == 0
    assert shop.asked["POST /orders"] > before


def test_the_bundled_backend_by_its_own_description(
    tmp_path: Path, backend: RunningBackend
) -> None:
    done = run(
        tmp_path,
        "init",
        "--openapi",
        f"{backend.url.removeprefix('http://')}/openapi.json",
        "--json",
    )
    assert done.code == 0, done.err
    said = done.json
    assert said["url"] == backend.url
    assert f"GET {'/api/item/retail/uni/{uniId}'}" in said["flows"]
    assert said["next"] == "kampyn-perf load --profile smoke"
    only = ("--flow", "GET /api/item/retail/uni/{uniId}", "--flow", "GET /api/user/auth/check")
    run_ = load(tmp_path, *only)
    assert run_.code == 0, run_.err
    assert failed(tmp_path) == 0


def test_a_project_without_a_source(tmp_path: Path, shop: Shop) -> None:
    here = shop.url.replace("http://127.0.0.1", "localhost")
    done = run(tmp_path, "init", "--url", f"{here}/health")
    assert done.code == 0, done.err
    assert load(tmp_path).code == 0
    assert failed(tmp_path) == 0


def test_the_shipped_files_run_as_ones_own(tmp_path: Path) -> None:
    done = run(tmp_path, "init", "--kampyn", "--json")
    assert done.code == 0, done.err
    assert str(Path("configs/targets/kampyn.yaml")) in done.json["files"]
    assert (tmp_path / "scenarios/locustfile.py").is_file()
    assert not list(tmp_path.rglob("*.pyc"))
    dry = run(tmp_path, "load", "--profile", "quick", "--dry-run", "--json")
    assert dry.code == 0, dry.err


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    own = tmp_path / "configs/slo.yaml"
    own.write_text("mine")
    done = run(tmp_path, "init", "--url", "http://localhost:9")
    assert done.code == 2
    assert "configs/slo.yaml is there already, and nothing was written" in done.err
    assert own.read_text() == "mine"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["slo.yaml"]
    forced = run(tmp_path, "init", "--url", "http://localhost:9", "--force")
    assert forced.code == 0, forced.err
    assert own.read_text() != "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        done = run(tmp_path, "init")
    finally:
        tmp_path.chmod(0o700)
    assert done.code == 2
    assert "cannot write to ." in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--openapi", "a", "--har", "b"), "--openapi and --har: a project is made of one of them"),
        (("--all",), "--all belongs to --openapi"),
        (("--keep-secrets", "--kampyn"), "--keep-secrets belongs to --har"),
        (("--url", "ftp://x"), "--url ftp://x is no http or https URL"),
        (("--url", "http://a:b@localhost"), "--url has a user and a password"),
        (("--openapi", "http://a:b@localhost/x"), "--openapi has a user or a password in its URL"),
        (("--name", "a/b"), "--name 'a/b': it is the name of a file"),
        (("--out", "/proc/kampyn"), "cannot make the folder /proc/kampyn: No such file"),
        (("--openapi", "nothing.json"), "cannot read nothing.json: No such file or directory"),
        (("--openapi", "http://127.0.0.1:9/x"), "cannot fetch http://127.0.0.1:9/x: "),
    ],
)
def test_what_cannot_be_meant(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = here(tmp_path, "init", *arguments)
    assert done.code == (3 if "9/x" in message else 2)
    assert message in done.err
    assert list(tmp_path.iterdir()) == []
