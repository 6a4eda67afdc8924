"""`kampyn-perf backend`: serve, seed, stop, audit and profile the bundled reference backend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.flags import Json

if TYPE_CHECKING:
    from kampyn_perf.backend.settings import BackendSettings
    from kampyn_perf.backend.state import Running
    from kampyn_perf.cli.seed_progress import SeedProgressBars

app = typer.Typer(
    no_args_is_help=True,
    help="""The bundled reference backend.

    \b
    Serve it here until Ctrl-C, with more orders than usual; stop it from elsewhere:
      kampyn-perf backend seed --orders 100000
      kampyn-perf backend serve
      kampyn-perf backend stop
    """,
)

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="A backend.yaml of your own. Default: configs/backend.yaml.",
        show_default=False,
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="One value, as backend.passwords.memory=8MB; may be given again.",
    ),
]
State = Annotated[
    Path,
    typer.Option(
        "--state", metavar="FOLDER", help="The folder for the database, data file and logs."
    ),
]
StoreUrl = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="The store: sqlite:///file.db or mongodb://host/name. Default: a file in --state.",
    ),
]
_STATE = Path(".kampyn")
_FLAGS = {"store.url": "--db", "cache.url": "--cache"}
"""Those that are not called as the setting is."""


@app.command()
def serve(  # noqa: PLR0913, PLR0917 (one parameter for each flag)
    config: Config = None,
    sets: Sets = None,
    state: State = _STATE,
    store: StoreUrl = None,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The address to listen on.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", help="The port; 0 takes a free one.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes; 0: one per CPU.")
    ] = None,
    cache: Annotated[
        str | None, typer.Option(metavar="auto|off|URL", help="The cache; a URL is redis://host.")
    ] = None,
    auth: Annotated[
        str | None,
        typer.Option(metavar="[documented|strict]", help="Who may use carts and orders."),
    ] = None,
    show_config: Annotated[
        bool, typer.Option("--show-config", help="Print what the settings come to, and end.")
    ] = False,
) -> None:
    """Serve until Ctrl-C. An empty store is seeded first.

    \b
    Example:
      kampyn-perf backend serve --port 0 --workers 2 --set backend.passwords.iterations=1
    """
    from kampyn_perf.cli.console import print_text

    flags = {"store.url": store, "host": host, "port": port, "workers": workers}
    settings = _settings(config, sets, flags | {"cache.url": cache, "auth": auth})
    if show_config:
        print_text(_yaml(settings))
        return
    from kampyn_perf import backend
    from kampyn_perf.cli.seed_progress import SeedProgressBars

    with SeedProgressBars() as progress:
        backend.serve(
            settings,
            state_dir=state,
            announce=lambda running: _say_running(running, progress),
            progress=progress,
            own_process=True,
        )


@app.command()
def seed(  # noqa: PLR0913, PLR0917 (one parameter for each flag)
    config: Config = None,
    sets: Sets = None,
    state: State = _STATE,
    store: StoreUrl = None,
    users: Annotated[
        int | None, typer.Option(metavar="N", help="Users, the document's included.")
    ] = None,
    vendors: Annotated[int | None, typer.Option(metavar="N", help="Vendors.")] = None,
    items: Annotated[
        int | None, typer.Option(metavar="N", help="Items, both kinds together.")
    ] = None,
    orders: Annotated[int | None, typer.Option(metavar="N", help="Orders of the past.")] = None,
    number: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Another number, other data.")
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Drop what the store holds first.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fill the store with data that is the same every time, and write the data file for a load.

    \b
    Example:
      kampyn-perf backend seed --orders 100000 --reset
    """
    from kampyn_perf import backend
    from kampyn_perf.backend.seeding.load import SeedOutcome
    from kampyn_perf.cli.console import print_json, say
    from kampyn_perf.cli.seed_progress import SeedProgressBars
    from kampyn_perf.errors import KampynError

    flags = {"seed.users": users, "seed.vendors": vendors, "seed.items": items}
    flags |= {"seed.orders": orders, "seed.seed": number}
    settings = _settings(config, sets, {**flags, "store.url": store})
    with SeedProgressBars() as progress:
        outcome = backend.seed(settings, state_dir=state, reset=reset, progress=progress)
    if outcome is SeedOutcome.FOREIGN:
        raise KampynError(
            "the store holds other data than asked for; it stays as it is",
            hint="Drop it with --reset, or choose another --state or --db.",
        )
    data_file = backend.StateFolder(state.absolute()).data_file
    if as_json:
        print_json({"outcome": outcome.value, "dataFile": str(data_file)})
    say(f"{outcome.value}; ids and credentials are in {data_file}")


@app.command()
def stop(
    state: State = _STATE,
    timeout: Annotated[
        str, typer.Option(metavar="DURATION", help="How long before force is used, as 5s.")
    ] = "20s",
) -> None:
    """Stop the backend that runs on a state folder; requests in flight finish.

    \b
    Example:
      kampyn-perf backend stop
    """
    from kampyn_perf import backend
    from kampyn_perf.cli.console import say

    stopped = backend.stop(state_dir=state, timeout=_microseconds("--timeout", timeout) / 1e6)
    say(f"stopped {stopped.url}" if stopped else f"no backend runs on {state}")


@app.command()
def audit(
    config: Config = None,
    sets: Sets = None,
    state: State = _STATE,
    store: StoreUrl = None,
    as_json: Json = False,
) -> int:
    """Check that stock, orders and carts agree; exit code 1 when they do not.

    \b
    After a load, and of a MongoDB:
      kampyn-perf backend audit --state .kampyn/load
      kampyn-perf backend audit --db mongodb://localhost/kampyn
    """
    from kampyn_perf import backend
    from kampyn_perf.cli import audit_view
    from kampyn_perf.cli.console import print_json
    from kampyn_perf.errors import ExitCode

    settings = _settings(config, sets, {"store.url": store})
    report = backend.audit_store(settings, state_dir=state)
    if as_json:
        print_json(report.as_json())
    else:
        audit_view.show(report)
    return ExitCode.OK if report.ok else ExitCode.FAILED


@app.command()
def profile(
    state: State = _STATE,
    duration: Annotated[
        str, typer.Option("--for", metavar="DURATION", help="How long to watch, as 10s.")
    ] = "10s",
    worker: Annotated[
        int, typer.Option(min=1, metavar="N", help="Which of the workers, from 1.")
    ] = 1,
    frequency: Annotated[
        int, typer.Option(min=1, max=1000, metavar="HERTZ", help="Samples per second.")
    ] = 100,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .svg (flame graph), .json (speedscope.app) or .txt.",
        ),
    ] = Path("flame.svg"),
    as_json: Json = False,
) -> None:
    """Write a flame graph of a worker that serves (needs the extra kampyn-perf[profile]).

    \b
    Example, while a load runs against it:
      kampyn-perf backend profile --for 10s --output flame.svg
    """
    from kampyn_perf import backend
    from kampyn_perf.cli.console import print_json, say

    seconds = _whole_seconds(duration)
    done = backend.profile(
        state_dir=state, out=output, seconds=seconds, slot=worker, rate=frequency
    )
    if as_json:
        facts = {"slot": done.worker.slot, "pid": done.worker.pid}
        print_json({"file": str(done.path), "seconds": seconds, "rate": frequency, "worker": facts})
    say(
        f"worker {done.worker.slot} (pid {done.worker.pid}) for {seconds} s, {frequency} samples a "
        f"second, by py-spy: {done.path}"
    )


def _whole_seconds(text: str) -> int:
    from kampyn_perf.errors import KampynError

    seconds = _microseconds("--for", text) / 1e6
    if not 1 <= seconds <= 3600 or seconds != int(seconds):
        raise KampynError(f"--for: {text} is not a number of whole seconds from 1 to 3600")
    return int(seconds)


def _microseconds(flag: str, text: str) -> int:
    from kampyn_perf.errors import KampynError
    from kampyn_perf.units import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise KampynError(f"{flag}: {error}") from error


def _settings(
    config: Path | None, sets: list[str] | None, flags: Mapping[str, object]
) -> BackendSettings:
    """File, environment, `--set`, then the flags of their own."""
    from kampyn_perf.backend import settings
    from kampyn_perf.config import SetText, own_sets

    given = [
        SetText(f"{key}={value}", flag=_FLAGS.get(key) or f"--{key.rpartition('.')[2]}")
        for key, value in flags.items()
        if value is not None
    ]
    return settings.load(config, sets=[*own_sets(sets or (), "backend"), *given])


def _yaml(settings: BackendSettings) -> str:
    import yaml

    from kampyn_perf.redact import redact

    return yaml.safe_dump(redact(settings.model_dump(mode="json")), sort_keys=False)


def _say_running(running: Running, progress: SeedProgressBars) -> None:
    from kampyn_perf.cli.console import say

    progress.close()
    say(f"serving at {running.url}  (Ctrl-C stops it)")
    say(f"  workers  {', '.join(str(worker.pid) for worker in running.workers)}")
    say(f"  store    {running.store}")
    say(f"  cache    {running.cache}")
