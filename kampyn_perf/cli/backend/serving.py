"""`kampyn-perf backend serve` and `stop`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.backend.options import (
    STATE,
    Config,
    Sets,
    State,
    StoreUrl,
    microseconds,
    settings_of,
)

if TYPE_CHECKING:
    from kampyn_perf.backend.settings import BackendSettings
    from kampyn_perf.backend.state import Running
    from kampyn_perf.cli.seed_progress import SeedProgressBars


def serve(  # noqa: PLR0913, PLR0917 (one parameter for each flag)
    config: Config = None,
    sets: Sets = None,
    state: State = STATE,
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
    settings = settings_of(config, sets, flags | {"cache.url": cache, "auth": auth})
    if show_config:
        print_text(_yaml(settings))
        return
    from kampyn_perf import backend
    from kampyn_perf.cli.seed_progress import SeedProgressBars

    with closing(SeedProgressBars()) as progress:
        backend.serve(
            settings,
            state_dir=state,
            announce=lambda running: _say_running(running, progress),
            progress=progress,
            own_process=True,
        )


def stop(
    state: State = STATE,
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

    stopped = backend.stop(state_dir=state, timeout=microseconds("--timeout", timeout) / 1e6)
    say(f"stopped {stopped.url}" if stopped else f"no backend runs on {state}")


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
