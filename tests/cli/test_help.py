"""Help teaches: every command has an example. It is instant: nothing heavy is imported for it.

Tests `main.py` and `groups.py` of `kampyn_perf/cli`, and `kampyn_perf/__main__.py`.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli import program
from tests.cli.docs import pages

HEAVY = ("locust", "gevent", "rich", "pymongo", "redis", "fastapi", "numpy", "scipy", "hdrh")


def commands() -> list[tuple[str, ...]]:
    """Every command, found by asking the program itself."""
    return [path for path, command in pages.commands() if not hasattr(command, "commands")]


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_has_an_example(path):
    done = program.here(program.ROOT, *path, "--help")
    assert done.code == 0
    examples = [line for line in done.out.splitlines() if line.strip().startswith("kampyn-perf ")]
    assert any(" ".join(("kampyn-perf", *path)) in line for line in examples), done.out
    # None that says the opposite of another; these stand alone.
    assert "--no-" not in done.out.replace("--no-watch", "").replace("--no-open", "")


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['kampyn-perf', '--help']\n"
        "from kampyn_perf.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=program.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip() == ""
    assert "kampyn-perf load --profile quick" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_completes(shell, commands, tmp_path):
    """The variables are those that the completion script of each shell sets; for bash by a program
    from nothing."""
    words = {"bash": {"COMP_WORDS": "kampyn-perf ba", "COMP_CWORD": "1"}}.get(
        shell, {"_TYPER_COMPLETE_ARGS": "kampyn-perf ba", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    )
    launcher = commands / "kampyn-perf"
    if shell == "bash":
        launcher = tmp_path / "kampyn-perf"
        main = "from kampyn_perf.cli.main import main\nmain()\n"
        launcher.write_text(f"#!{sys.executable}\n{main}")
        launcher.chmod(0o755)
    done = subprocess.run(
        [str(launcher)],
        env=program.environment({"_KAMPYN_PERF_COMPLETE": f"complete_{shell}", **words}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "backend" in done.stdout, done.stderr


def test_the_table_of_commands_has_their_own_words():
    """It is written without importing them."""
    import typer

    from kampyn_perf.cli.main import Commands, app

    own = typer.main.get_group(app).commands
    assert {name: own[name].get_short_help_str(200) for name in own} == {
        name: lazy.help.removesuffix(".")
        if own[name].get_short_help_str(200)[-1] != "."
        else lazy.help
        for name, lazy in Commands.lazy.items()
    }


def test_help_and_version_have_their_usual_names():
    assert program.run(program.ROOT, "help", "check").out.startswith("Usage: kampyn-perf check")
    assert program.run(program.ROOT, "help").out == program.run(program.ROOT, "--help").out
    assert program.run(program.ROOT, "-V").out == program.run(program.ROOT, "--version").out


def test_the_many_options_of_load_stand_in_groups():
    out = program.here(program.ROOT, "load", "--help").out
    titles = [line for line in out.splitlines() if line.endswith(":") and line[:1].isupper()]
    assert titles == [
        "Arguments:",
        "How much, for how long:",
        "What is sent to a URL:",
        "What is loaded:",
        "How it is judged:",
        "Several machines:",
        "What is told and kept:",
        "Watching beside the load:",
        "Options:",
    ]


def test_a_command_is_imported_alone():
    code = (
        "import sys; sys.argv = ['kampyn-perf', 'check', '--help']\n"
        "from kampyn_perf.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*[name for name in sys.modules if name.startswith('kampyn_perf.cli.indexes')], "
        "file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=program.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.strip() == ""
