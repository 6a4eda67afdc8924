"""`kampyn-perf backend`: serve, seed, stop, audit and profile the bundled reference backend."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from kampyn_perf.backend.settings import BackendSettings
    from kampyn_perf.backend.state import Running
    from kampyn_perf.cli.seed_progress import SeedProgressBars

app = typer.Typer(no_args_is_help=True, help="The bundled reference backend.")

Config = Annotated[Path | None, typer.Option("--config", help="A file like configs/backend.yaml.")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="One setting: `--set passwords.memory=8MB`.")
]
State = Annotated[
    Path, typer.Option("--state", help="The folder for the database, data file and logs.")
]
StoreUrl = Annotated[
    str | None, typer.Option("--store", help="`sqlite:///path` or `mongodb://host/database`.")
]
_STATE = Path(".kampyn")
_FLAGS = {"store.url": "--store", "cache.url": "--cache"}
"""Those that are not called as the setting is."""


@app.command()
def serve(  # noqa: PLR0913, PLR0917 (one parameter for each flag)
    config: Config = None,
    sets: Sets = None,
    state: State = _STATE,
    store: StoreUrl = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port; 0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; 0: one per CPU.")] = None,
    cache: Annotated[str | None, typer.Option(help="`auto`, `off` or `redis://host`.")] = None,
    auth: Annotated[str | None, typer.Option(help="`documented` or `strict`.")] = None,
    show_config: Annotated[
        bool, typer.Option("--show-config", help="Print what the settings come to, and end.")
    ] = False,
) -> None:
    """Serve until Ctrl-C. An empty store is seeded first.

    \b
    Example:
      kampyn-perf backend serve --port 0 --workers 2 --set passwords.iterations=1
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
        )


@app.command()
def seed(  # noqa: PLR0913, PLR0917 (one parameter for each flag)
    config: Config = None,
    sets: Sets = None,
    state: State = _STATE,
    store: StoreUrl = None,
    users: Annotated[int | None, typer.Option(help="Users, the document's included.")] = None,
    vendors: Annotated[int | None, typer.Option(help="Vendors.")] = None,
    items: Annotated[int | None, typer.Option(help="Items, both kinds together.")] = None,
    orders: Annotated[int | None, typer.Option(help="Orders of the past.")] = None,
    number: Annotated[
        int | None, typer.Option("--seed", help="Another number, other data.")
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Drop what the store holds first.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The machine form on stdout.")] = False,
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
            hint="Drop it with --reset, or choose another --state or --store.",
        )
    data_file = backend.StateFolder(state.absolute()).data_file
    if as_json:
        print_json({"outcome": outcome.value, "dataFile": str(data_file)})
    say(f"{outcome.value}; ids and credentials are in {data_file}")


@app.command()
def stop(
    state: State = _STATE,
    timeout: Annotated[float, typer.Option(help="Seconds before force is used.")] = 20.0,
) -> None:
    """Stop the backend that runs on a state folder; requests in flight finish.

    \b
    Example:
      kampyn-perf backend stop
    """
    from kampyn_perf import backend
    from kampyn_perf.cli.console import say

    stopped = backend.stop(state_dir=state, timeout=timeout)
    say(f"stopped {stopped.url}" if stopped else f"no backend runs on {state}")


@app.command()
def audit(
    config: Config = None,
    sets: Sets = None,
    state: State = _STATE,
    store: StoreUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="The machine form on stdout.")] = False,
) -> int:
    """Check that stock, orders and carts agree; exit code 1 when they do not.

    \b
    After a load, and of a MongoDB:
      kampyn-perf backend audit --state .kampyn/load
      kampyn-perf backend audit --store mongodb://localhost/kampyn
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
    duration: Annotated[str, typer.Option("--for", help="How long to watch, as 10s.")] = "10s",
    worker: Annotated[int, typer.Option(min=1, help="Which of the workers, from 1.")] = 1,
    rate: Annotated[int, typer.Option(min=1, max=1000, help="Samples per second.")] = 100,
    out: Annotated[
        Path, typer.Option(help="A .svg (flame graph), .json (speedscope.app) or .txt.")
    ] = Path("flame.svg"),
    as_json: Annotated[bool, typer.Option("--json", help="The machine form on stdout.")] = False,
) -> None:
    """Write a flame graph of a worker that serves (needs the extra kampyn-perf[profile]).

    \b
    Example, while a load runs against it:
      kampyn-perf backend profile --for 10s --out flame.svg
    """
    from kampyn_perf import backend
    from kampyn_perf.cli.console import print_json, say

    seconds = _whole_seconds(duration)
    done = backend.profile(state_dir=state, out=out, seconds=seconds, slot=worker, rate=rate)
    if as_json:
        facts = {"slot": done.worker.slot, "pid": done.worker.pid}
        print_json({"file": str(done.path), "seconds": seconds, "rate": rate, "worker": facts})
    say(
        f"worker {done.worker.slot} (pid {done.worker.pid}) for {seconds} s, {rate} samples a "
        f"second, by py-spy: {done.path}"
    )


def _whole_seconds(text: str) -> int:
    from kampyn_perf.errors import KampynError
    from kampyn_perf.units import parse_duration

    try:
        seconds = parse_duration(text) / 1e6
    except ValueError as error:
        raise KampynError(f"--for: {error}") from error
    if not 1 <= seconds <= 3600 or seconds != int(seconds):
        raise KampynError(f"--for: {text} is not a number of whole seconds from 1 to 3600")
    return int(seconds)


def _settings(
    config: Path | None, sets: list[str] | None, flags: Mapping[str, object]
) -> BackendSettings:
    """File, environment, `--set`, then the flags of their own."""
    from kampyn_perf.backend import settings
    from kampyn_perf.config import SetText

    given = [
        SetText(f"{key}={value}", flag=_FLAGS.get(key) or f"--{key.rpartition('.')[2]}")
        for key, value in flags.items()
        if value is not None
    ]
    return settings.load(config, sets=[*(sets or ()), *given])


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
