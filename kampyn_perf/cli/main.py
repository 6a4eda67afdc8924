"""The program: every command, and the only place that turns an error into an exit code.

Command modules are imported when they are asked for, and import features inside their functions,
so that `kampyn-perf --help` imports nothing but typer.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated, ClassVar

import typer

from kampyn_perf import __version__
from kampyn_perf.cli import streams
from kampyn_perf.cli.groups import Lazy, LazyGroup
from kampyn_perf.errors import ExitCode, KampynError


class Commands(LazyGroup):
    """In the order of `--help`: what most people come for first."""

    lazy: ClassVar[dict[str, Lazy]] = {
        "load": Lazy(
            "kampyn_perf.cli.load.command",
            "load",
            "Run the load test against a backend, and judge the result.",
        ),
        "check": Lazy(
            "kampyn_perf.cli.check",
            "check",
            "Judge a run, or several together, by objectives: exit code 0 passed, 1 failed, 4 no "
            "verdict.",
        ),
        "report": Lazy(
            "kampyn_perf.cli.report",
            "report",
            "Make a document of a run, however old: a page to look at, or a file for another tool.",
        ),
        "compare": Lazy(
            "kampyn_perf.cli.compare.command",
            "compare",
            "Compare runs, base against new: improved, no meaningful change, regressed, or "
            "inconclusive.",
        ),
        "trend": Lazy(
            "kampyn_perf.cli.trend",
            "trend",
            "Show a figure over the history of runs, with the points at which it changed for good.",
        ),
        "reports": Lazy(
            "kampyn_perf.cli.reports",
            "app",
            "The runs that were kept: list, show, tag and prune them.",
        ),
        "capacity": Lazy(
            "kampyn_perf.cli.capacity.command",
            "capacity",
            "Find the highest rate of sessions at which every objective holds.",
        ),
        "doctor": Lazy(
            "kampyn_perf.cli.doctor",
            "doctor",
            "Say whether this machine, and that target, are fit for a measurement.",
        ),
        "init": Lazy(
            "kampyn_perf.cli.init",
            "init",
            "Write a project that runs at once: a target with flows, data, objectives, profiles.",
        ),
        "bench": Lazy(
            "kampyn_perf.cli.bench.command",
            "bench",
            "Measure named cases: average, P50, P95 and P99, each with its 95 % interval.",
        ),
        "watch": Lazy(
            "kampyn_perf.cli.watch.command",
            "watch",
            "Watch a backend without any load, and say when an alert fires or is resolved.",
        ),
        "alerts": Lazy(
            "kampyn_perf.cli.alerts",
            "app",
            "Rules that say when somebody should be told: list, test and export them.",
        ),
        "faults": Lazy(
            "kampyn_perf.cli.faults",
            "app",
            "Faults that are done to a system while it is under load: list them, and undo what is "
            "left.",
        ),
        "backend": Lazy("kampyn_perf.cli.backend", "app", "The bundled reference backend."),
        "indexes": Lazy(
            "kampyn_perf.cli.indexes",
            "app",
            "Plan, check, apply and verify database indexes, from a catalogue.",
        ),
        "demo": Lazy(
            "kampyn_perf.cli.demo",
            "demo",
            "Show the whole story in about two minutes: a missed goal, why, the remedy, the proof.",
        ),
        "docs": Lazy(
            "kampyn_perf.cli.docs",
            "docs",
            "Print a page of the documentation, as it came with this version; without a name, list "
            "them.",
        ),
    }


app = typer.Typer(
    cls=Commands,
    name="kampyn-perf",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich costs more to import than everything else that --help needs
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="kampyn-perf help COMMAND tells more. Exit codes: 0 done or passed, 1 failed, 2 usage "
    "or configuration, 3 not reachable, 4 no verdict, 130 / 143 interrupted. NO_COLOR is "
    "respected.",
)


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"kampyn-perf {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Whether a KAMPYN backend meets its goals, why not, and what a change did to it.

    \b
    Load an address of your own:
      kampyn-perf load localhost:8000/health --rate 50 --for 1m
    \b
    Put the document's load on the bundled backend, for a minute, and judge it:
      kampyn-perf load --profile quick
    \b
    Judge the newest run again, strictly, as CI would:
      kampyn-perf check --strict
    \b
    What would change in a database's indexes:
      kampyn-perf indexes plan --db mongodb://localhost/kampyn
    """


def main() -> None:
    """Run the command that the arguments name, and exit."""
    output = streams.install()
    _end_in_order()
    _compute_on_one_core()
    code = run()
    if trouble := output.trouble():
        error = KampynError(
            f"the output could not be written to stdout: {trouble}",
            code=ExitCode.NO_VERDICT,
            hint="Send it to a place that takes it, as with > FILE.",
        )
        _print_error(error)
        code = code or int(error.code)
    sys.exit(code)


def _compute_on_one_core() -> None:
    """The threads of numpy's linear algebra wait for one another busily: where other programs have
    the cores, they take twice the time, and elsewhere save none. `bench` leaves it as it is for the
    code that it measures."""
    if sys.argv[1:2] != ["bench"]:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def run() -> int:
    """The exit code of the command that the arguments name; its error has been told."""
    try:
        code = app(_arguments(), standalone_mode=False, prog_name="kampyn-perf")
    except KampynError as error:
        _print_error(error)
        code = error.code
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001
        code = _usage_error(error)
    return int(code or 0)


def _arguments() -> list[str]:
    """Those of the command line; `help load` is `load --help`."""
    first, *rest = sys.argv[1:] or [""]
    return [*rest, "--help"] if first == "help" else sys.argv[1:]


def _end_in_order() -> None:
    """SIGTERM unwinds, so that what was started is stopped; a closed terminal means the same.

    Commands that have more to do at their end (a run that reports) answer SIGTERM themselves.
    """
    signal.signal(signal.SIGTERM, _terminate)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # not under nohup
        signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))


def _terminate(_number: int, _frame: object) -> None:
    sys.exit(int(ExitCode.TERMINATED))


def _print_error(error: KampynError) -> None:
    from kampyn_perf.cli.console import print_error

    print_error(error)


def _usage_error(error: Exception) -> int:
    """Typer's own errors (a wrong flag) show themselves; anything else is a defect of ours."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return int(getattr(error, "exit_code", ExitCode.USAGE))
