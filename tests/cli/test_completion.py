"""Names that a shell completes, as the real program answers it."""

from __future__ import annotations

import shlex
import subprocess

from tests.cli import program


def completed(folder, words: str) -> list[str]:
    env = {
        "_KAMPYN_PERF_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1 + words.endswith(" ")),
    }
    return program.run(folder, env=env).out.split()


BASH = """
. <(_KAMPYN_PERF_COMPLETE=source_bash kampyn-perf)
complete -p kampyn-perf >&2
COMP_WORDS=(%s)
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_kampyn_perf_completion kampyn-perf
printf '%%s\\n' "${COMPREPLY[@]}"
"""


def in_bash(folder, commands, *words: str) -> list[str]:
    """What bash itself replies, by the script that --show-completion prints; the last word is the
    one that is being written."""
    env = program.environment()
    done = subprocess.run(
        ["bash", "-c", BASH % shlex.join(words)],
        cwd=folder,
        env=env | {"PATH": f"{commands}:{env['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "_kampyn_perf_completion" in done.stderr, done.stderr
    return done.stdout.split()


def run_folder(folder, name: str) -> None:
    path = folder / "reports" / name
    path.mkdir(parents=True)
    (path / "result.json").write_text("{}")


def test_bash_itself_completes(tmp_path, commands):
    def replied(*words: str) -> list[str]:
        return in_bash(tmp_path, commands, *words)

    for name in ("2026-11-28T10-00-00-load-quick", "2026-11-28T11-00-00-bench-http", "mine"):
        run_folder(tmp_path, name)
    (tmp_path / "reports" / "2026-11-28T12-00-00-load-quick").mkdir()  # without a result
    (tmp_path / "reports" / "latest-bench").symlink_to("2026-11-28T11-00-00-bench-http")
    assert replied("kampyn-perf", "che") == ["check"]
    assert replied("kampyn-perf", "check", "") == [
        "latest-bench",
        "reports/mine",
        "reports/2026-11-28T11-00-00-bench-http",
        "reports/2026-11-28T10-00-00-load-quick",
    ]
    assert replied("kampyn-perf", "check", "--baseline", "lat") == ["latest-bench"]
    assert replied("kampyn-perf", "check", "--metric", "response") == ["response_time"]
    assert replied("kampyn-perf", "bench", "http", "a") == ["auth"]
    # What another name of the flag would be is not offered.
    assert replied("kampyn-perf", "check", "--ou") == ["--output"]


def test_runs_alerts_and_suites(tmp_path):
    for name in ("2026-11-28T10-00-00-load-quick", "2026-11-28T11-00-00-bench-http", "mine"):
        run_folder(tmp_path, name)
    assert completed(tmp_path, "kampyn-perf alerts test ") == [
        "reports/mine",
        "reports/2026-11-28T10-00-00-load-quick",
    ]
    assert completed(tmp_path, "kampyn-perf alerts export high_e") == ["high_error_rate"]
    assert completed(tmp_path, "kampyn-perf bench ") == ["http", "db", "cache", "auth", "generator"]
    assert completed(tmp_path, "kampyn-perf bench my") == []


def test_profiles_and_targets(tmp_path):
    (tmp_path / "configs" / "targets").mkdir(parents=True)
    (tmp_path / "configs" / "targets" / "shop.yaml").write_text("url: http://localhost:1\n")
    (tmp_path / "configs" / "load.yaml").write_text(
        "profiles: {quiet: {phases: [{duration: 1, arrivalRate: 1}]}}"
    )
    assert completed(tmp_path, "kampyn-perf load --profile qui") == ["quick", "quiet"]
    assert completed(tmp_path, "kampyn-perf load --target ") == ["kampyn", "reference", "shop"]


def test_a_broken_file_completes_to_nothing(tmp_path):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "load.yaml").write_text("profiles: [")
    assert completed(tmp_path, "kampyn-perf load --profile q") == []
