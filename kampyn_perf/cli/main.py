"""The program: every command, and the only place that turns an error into an exit code.

Command modules declare flags with typer and import features inside their functions, so that
`kampyn-perf --help` imports nothing but typer.
"""

from __future__ import annotations

import signal
import sys
from typing import Annotated

import typer

from kampyn_perf import __version__
from kampyn_perf.cli import alerts, backend, indexes, streams
from kampyn_perf.cli.bench.command import bench
from kampyn_perf.cli.check import check
from kampyn_perf.cli.load.command import load
from kampyn_perf.cli.watch.command import watch
from kampyn_perf.errors import ExitCode, KampynError

app = typer.Typer(
    name="kampyn-perf",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich costs more to import than everything else that --help needs
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done or passed, 1 failed, 2 usage or configuration, 3 not reachable, "
    "4 no verdict, 130 / 143 interrupted. NO_COLOR is respected.",
)


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"kampyn-perf {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Whether a KAMPYN backend meets its goals, why not, and what a change did to it.

    \b
    Put the document's load on the bundled backend, for a minute, and judge it:
      kampyn-perf load --profile quick
    \b
    Judge the newest run again, strictly, as CI would:
      kampyn-perf check --strict
    \b
    What would change in a database's indexes:
      kampyn-perf indexes plan --uri mongodb://localhost/kampyn
    """


# In the order of `--help`: what most people come for first.
app.command()(load)
app.command()(check)
app.command()(bench)
app.command()(watch)
app.add_typer(alerts.app)
app.add_typer(backend.app, name="backend")
app.add_typer(indexes.app)


def main() -> None:
    """Run the command that the arguments name, and exit."""
    output = streams.install()
    _end_in_order()
    code = _run()
    if trouble := output.trouble():
        error = KampynError(
            f"the output could not be written to stdout: {trouble}",
            code=ExitCode.NO_VERDICT,
            hint="Send it to a place that takes it, as with > FILE.",
        )
        _print_error(error)
        code = code or int(error.code)
    sys.exit(code)


def _run() -> int:
    """The command's exit code; its error has been told."""
    try:
        code = app(standalone_mode=False)
    except KampynError as error:
        _print_error(error)
        code = error.code
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001
        code = _usage_error(error)
    return int(code or 0)


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
